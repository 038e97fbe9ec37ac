"""Reports: one module each; formats below."""
