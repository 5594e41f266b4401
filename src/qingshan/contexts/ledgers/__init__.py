"""Ledgers (台账): the list of all verified leads and cases as of a moment."""
