"""Names of elementary flows and units, translated by tables and by the user."""
