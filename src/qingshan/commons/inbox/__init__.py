"""Inbox: what was received, stored before it is judged."""
