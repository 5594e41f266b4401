"""Acts on leads. Each: policy, pure core, compare-and-set, journal entry, all in one transaction."""
