"""The cells of columns: what they mean, what may be wrong with them, and what a pass found."""
