"""Journal (办理留痕): append-only entries, chains, seals, personal values outside."""
