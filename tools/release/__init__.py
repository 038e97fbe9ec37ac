"""Turn the frozen folder into a release: license texts, pages, packages, checksums, checks."""
