"""Image layers (影像图层): own pictures of the county from above, as layers of the map."""
