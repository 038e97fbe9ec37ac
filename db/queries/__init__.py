"""Reading the tables, for pages, reports and use cases: functions that take an open connection and return values."""
