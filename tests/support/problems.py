"""Kinds of problems in standard units of 60 rows that are hard to prove: ties, far offsets, weights of many decades."""

import numpy as np
from support.levels import a_regression
from support.standard import a_problem


def plain(random, **options):
    X = random.standard_normal((60, 4))
    return a_problem(X, X.sum(axis=1) + random.standard_t(2, 60), **options)


def tied(random, **options):
    X = random.integers(-2, 3, (60, 3))
    return a_problem(X, X.sum(axis=1) + random.integers(-1, 2, 60), random.integers(1, 4, 60) * 1.0, **options)


def far_away(random, **options):
    X = random.standard_normal((60, 3)) + np.array([1e9, 0.0, -1e11])
    return a_problem(X, 1e10 + X[:, 0] + random.standard_normal(60), random.uniform(0.1, 3.0, 60), **options)


def weights_of_many_decades(random, **options):
    X = random.standard_normal((60, 3))
    return a_problem(X, random.standard_normal(60), 10.0 ** random.uniform(-9, 9, 60), intercept=False, **options)


def an_outlier(random, **options):
    X = random.standard_normal((60, 3))
    return a_problem(X, np.append(random.standard_normal(59), 1e9), **options)


def levels(random, **options):
    regression = a_regression(random, 60, 5, rounded=True)
    return a_problem(regression.design, regression.y, **options)
