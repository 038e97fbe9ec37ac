"""Use cases: one function for each action that a person takes."""
