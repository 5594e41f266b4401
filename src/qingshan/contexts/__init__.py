"""Bounded contexts of the field, low to high."""
