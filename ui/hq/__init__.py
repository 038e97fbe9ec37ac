"""The pages of reviewers and auditors. `pages.add_hq_pages` adds them to a window."""
