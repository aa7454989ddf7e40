"""EcoSpold 1 and 2."""
