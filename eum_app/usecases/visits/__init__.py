"""Plan a visit, check items, transcribe paper, close out."""
