"""Writers of report files, one module for each format."""
