"""Doors to the outside: web pages and command line."""
