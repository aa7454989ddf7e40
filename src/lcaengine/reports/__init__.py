"""Reports: result files and tables a person can read. No arithmetic here."""
