"""Pure rules of the field: standard library only, no database, no clock."""
