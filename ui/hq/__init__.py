"""The reviewer's and the auditor's pages. `pages.add_hq_pages` adds them to a window."""
