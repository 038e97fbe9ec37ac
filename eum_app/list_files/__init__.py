"""Readers of list files (CSV, Excel, JSON); they keep nothing."""
