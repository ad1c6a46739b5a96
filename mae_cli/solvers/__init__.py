"""From rows to coefficients, with a proof of how far they are from the optimum."""
