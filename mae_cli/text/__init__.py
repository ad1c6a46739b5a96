"""The text of files: from bytes to chunks of cells, with what is wrong with its records."""
