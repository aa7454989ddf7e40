"""Supplier questionnaires: the sheet, its mapping, and the scores of its rows."""
