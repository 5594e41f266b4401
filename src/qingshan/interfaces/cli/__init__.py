"""Command line of Qingshan."""
