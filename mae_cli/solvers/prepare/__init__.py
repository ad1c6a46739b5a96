"""Rows made ready: measured, scaled, freed of dependent columns, whitened; and bands of whitened rows.

- `problem`: what a fit has to work with; `standardise`, `rank`, `independence`, `whitening`: how it comes about.
- `absorbing`, `absorbed`, `level_rows`, `key_basis`: a column of many levels that is never written out.
- `band`, `dense_rows`, `ties`: some whitened rows as a problem of their own.
- `visit`: one pass that answers several questions; `precision`, `precise_columns`: digits.
"""
