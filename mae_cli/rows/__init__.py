"""Rows of numbers and level codes in blocks, and what passes over them find."""
