"""Assignments (交办): orders to units and posts, one receipt line per addressee, replies, reminders."""
