"""EUM: end-use monitoring, offline first.

This package holds both the ground floor (`domain`: values and rules without I/O) and the roof (`cli`, `__main__`:
commands and exit codes). What lies between is named in ARCHITECTURE.md; import-linter keeps the floors apart.
"""

__version__ = "0.1.0"
"""The only place that states the version: pyproject.toml and every package read it from here."""
APP_ID = "net.example.eum"
"""Name of the desktop file, icon and AppStream component: a domain reserved for examples, reversed."""
