"""SimaPro CSV."""
