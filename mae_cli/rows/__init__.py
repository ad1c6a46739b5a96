"""Passes over numbers: rows of a design matrix in blocks, wherever they live, and what a pass finds.

In: complete rows as blocks of numbers and level codes. Out: sums, quantiles, samples and designs. Nothing here knows of
files or cells.

- `blocks`: `Block` (design, target, weights, positions) and `Rows`, the protocol that everything above is written
  against; rows in memory, and blocks of a good size. `scratch`: rows in a file. `appended`: a view with extra rows;
  `factors`: one with other weights.
- `design`: X = [numeric | indicators] with indicators kept as codes, and its products; `linear`: a linear function.
- `schema`: which terms a model has; `coding`: from rows as read to a design in that schema, which is derived from the
  rows of training.
- `sums`, `moments`, `quantiles`: what a pass adds up or brackets; `sampling`: rows for a sample, and rows held out;
  `threads`: how many threads a pass uses.
"""
