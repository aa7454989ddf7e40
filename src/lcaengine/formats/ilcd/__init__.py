"""ILCD packages."""
