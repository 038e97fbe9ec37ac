"""Inquiries of Blue Lantern at HQ: open, correct, task, answer, close."""
