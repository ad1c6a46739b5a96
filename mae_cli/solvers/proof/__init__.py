"""What is claimed of a fit, with what rounding can do to it taken off.

- `vertex_basis`, `vertex_sums`, `vertex_proof`: the proof of a vertex; `exact_exchange`: exchanges until one holds.
- `dual_anywhere`: a bound of any point; `certificate`: bounds in the user's units; `uniqueness`: of the optimum.
"""
