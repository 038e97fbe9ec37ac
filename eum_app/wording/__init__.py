"""Words and sentences for codes, for windows, reports and the command line. Knows no Qt."""
