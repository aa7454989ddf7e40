"""Benchmarks: small specs, run once by the tests and timed on demand with ``python -m benchmarks``."""
