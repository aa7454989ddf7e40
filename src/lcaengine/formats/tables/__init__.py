"""Our own tables in workbooks and CSV, and a template to fill in."""
