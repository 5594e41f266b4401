"""Cases (台账问题): tracks side by side, gates, close-out numbers."""
