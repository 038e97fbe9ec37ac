"""Use cases: one function for each action that a person takes.

Those that read or write the session's store also raise as `Session.reading` and `Session.writing` do: Refusal
`store.locked`, `account.removed` or `account.changed`, and Trouble of the store.
"""
