"""The commands: options in, one call, one rendering. Only click is imported at the top of a module."""
