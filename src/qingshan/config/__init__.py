"""Outermost layer, where everything is wired: settings by concern, addresses, private database cluster, processes."""
