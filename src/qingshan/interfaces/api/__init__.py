"""The interface for programs (接口): JSON under /api/v1/, signed in by personal tokens, with the rights of the post."""
