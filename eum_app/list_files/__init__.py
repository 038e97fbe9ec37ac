"""Readers of list files (CSV, Excel, JSON). They store nothing."""
