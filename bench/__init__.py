"""Measurements: filling a database with invented matters, and the scenarios that are timed over it."""
