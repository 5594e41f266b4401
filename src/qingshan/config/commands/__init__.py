"""Commands that run the installation itself: database cluster, tables, service."""
