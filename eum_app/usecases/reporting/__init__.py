"""Reports and paper: export, print and verify; one module for each report in `eum_app.reports`."""
