"""Template tags of the office pages: `{% load qs %}`."""
