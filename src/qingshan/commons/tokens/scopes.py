"""What a token may be allowed to touch. Rights of the post always hold as well: a scope only takes away."""

SCOPES = (
    "leads:read",
    "leads:write",
    "cases:read",
    "cases:write",
    "batches:read",
    "batches:write",
    "assignments:read",
    "assignments:write",
    "ledger:read",
    "ledger:write",
    "images:read",
    "images:write",
    "journal:read",
    "files:read",
    "files:write",
)
"""All scopes, in the order in which they are offered."""
