"""Views of the office pages, one module per page family. Rules live in the contexts, not here."""
