"""Finding matters by any two characters (查找): words are found by their pairs of characters."""
