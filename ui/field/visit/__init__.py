"""The visit workspace: scan, answer, record."""
