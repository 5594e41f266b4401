"""Acts on cases. Each: policy, pure core, compare-and-set, journal entry, all in one transaction."""
