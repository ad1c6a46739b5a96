"""What is claimed of a fit, with what rounding can do to it taken off.

- `vertex_proof`: the proof of a vertex, and its lower bound, from its `vertex_basis` and its `vertex_sums` over all
  rows; `exact_exchange`: exchanges until a proof holds, and proofs while a search is under way.
- `dual_anywhere`: the lower bound from a point that is no vertex; `certificate`: bounds in the user's units;
  `uniqueness`: whether the optimum is unique.
"""
