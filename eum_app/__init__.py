"""EUM: end-use monitoring, offline first.

This package holds both the ground floor (`domain`: values and rules without I/O) and the roof (`cli`, `__main__`:
commands and exit codes). What lies between is named in ARCHITECTURE.md; import-linter keeps the floors apart.
"""

__version__ = "0.1.0"
