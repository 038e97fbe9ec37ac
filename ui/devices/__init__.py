"""Cameras, scanners and position."""
