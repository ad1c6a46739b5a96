"""Least squares to many digits.

- `least_squares`: the fit; `squared_refinement`, `squared_residual`: refined with residuals in twice the digits.
- `squared_loss`, `squared_bound`: the loss of any point and how far it is from the optimum.
"""
