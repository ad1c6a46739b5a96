"""Uncertainty of the coefficients: standard errors, intervals and tests.

In: a solved problem and the rows it was fitted to. Out: `values`: `Intervals` with one for each coefficient or the
reason why there is none, and the results of tests.

- `estimates`: standard errors, what they stand on, and when they or any intervals mislead.
- `intervals`: which method is used, and when none applies. It calls one of
    - `rank`: rank-test inversion; each trial value of a coefficient is held fixed and the rest refitted, as one family;
    - `sandwich`: a covariance from a `density`, HC3 for least squares; `clusters`: the same for clustered rows;
    - the bootstrap: refits under random exponential weights, solved as a family (`mae_cli.solvers.family`).
- `importance`: what the fit loses without a feature, with the p-value of its rank test; `slopes`: the test of equal
  slopes.
- `ranges`: between which values each coefficient can be where the optimum is not unique: linear programs (`simplex`)
  over the `optimal_face`.
- `coordinates`: the coordinate system used for sums over rows; `distributions`: quantiles and tails of t, F and χ².
"""
