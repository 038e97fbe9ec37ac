"""Enroll devices; seal, inspect and receive bundles."""
