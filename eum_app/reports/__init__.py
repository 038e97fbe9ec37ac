"""Reports: one module for each report. `formats` holds the writers of files."""
