"""Inquiries of Blue Lantern at HQ: open, correct, answer, close."""
