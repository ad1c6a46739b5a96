"""From the records of files, or a data frame, to complete rows."""
