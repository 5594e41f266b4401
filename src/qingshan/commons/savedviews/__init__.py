"""Saved views of lists: a name for a set of filters, columns and an order."""
