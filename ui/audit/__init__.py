"""Pages for auditors: reports and their proof."""
