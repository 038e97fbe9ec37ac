"""Small inputs from public trouble reports, one folder a case; its README says what should happen and why.

A case that the product still gets wrong is a strict xfail: the test turns red as soon as it passes, and then the mark
goes.
"""
