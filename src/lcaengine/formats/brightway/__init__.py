"""Brightway: datapackages and databases of projects, read; datapackages, written."""
