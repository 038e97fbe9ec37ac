"""Doing: one function for each thing that somebody does."""
