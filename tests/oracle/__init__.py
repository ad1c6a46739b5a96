"""Is what a certificate says true? An oracle that answers in exact rational arithmetic.

It shares no formula, no allowance and no line with the program. Floats are integers times powers of two, so every loss
and every optimum of a small problem is a fraction that can be written down:

tableau   quantities as affine functions of a few of them, exchanged without a fraction
exact     problems in integers: losses, optima of MAE, pinball and MSE, independent columns, uniqueness
awkward   problems of every awkward kind, each from a seed
claims    what a fit says of itself, whether it comes as a result of `fit` or as the JSON of `mae-train`
truth     the optimum over the columns that a fit kept
verdict   what is false about a claim
family    families of problems over the same rows, and what is false about their members

`PYTHONPATH=tests python -m oracle --count 20000` fits that many problems and counts what is false.
"""
