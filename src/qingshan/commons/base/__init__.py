"""Base: ids, scope of a transaction, counters, the workday calendar."""
