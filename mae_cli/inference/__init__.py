"""How sure a fit is: standard errors and intervals of its coefficients.

In: a solved problem and the rows it was fitted to. Out: `Intervals` (values), one for each coefficient, or the reason
why there is none.

- `intervals`: which method is used and when none applies. It calls one of
    - `rank`: rank tests, inverted by families of fits in which a coefficient is given;
    - `sandwich`: a covariance from a `density`, HC3 for least squares; `clusters` of rows;
    - refits under exponential weights, a family, too (`mae_cli.solvers.family`).
- `importance`: what the fit loses without a feature, and the rank test of it.
- `coordinates`: in which sums over rows are taken; `bandwidth`: how far the neighbouring fits are;
  `distributions`: quantiles and tails of t, F and χ².
"""
