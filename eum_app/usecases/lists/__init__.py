"""Preview and import lists."""
