"""Acts on orders and their lines."""
