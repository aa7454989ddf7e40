"""openLCA's JSON-LD, read and written."""
