"""Data: from CSV text to blocks of rows."""
