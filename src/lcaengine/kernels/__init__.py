"""Kernels: pure functions on arrays, compiled by numba. No objects, no strings, no exceptions."""
