"""Acts of ledgers."""
