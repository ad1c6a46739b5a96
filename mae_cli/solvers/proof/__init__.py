"""What is claimed of a fit, with what rounding can do to it taken off.

- `vertex_basis`, `vertex_sums`, `vertex_proof`: the proof of a vertex; `exact_exchange`: exchanges until one holds;
  `first_proofs`: proofs while a search is under way.
- `dual_anywhere`: the lower bound from a point that is no vertex; `certificate`: bounds in the user's units;
  `uniqueness`: whether the optimum is unique.
"""
