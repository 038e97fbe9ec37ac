"""Words and sentences for codes, used by windows, reports and the command line. Does not import Qt."""
