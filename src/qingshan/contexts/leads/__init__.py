"""Leads (线索): intake, dispatch, on-site verification, review and re-checks."""
