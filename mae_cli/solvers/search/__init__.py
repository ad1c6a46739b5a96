"""Ways to an optimal vertex, which they only propose: nothing that is claimed depends on them.

- `descent`, `interior_point`: to near the optimum; `exchange`: from vertex to vertex; `screening`: bands of bands.
- `all_rows`, `nearness`: the passes that pick a band and look for wrong signs.
- `shared_band`, `stack`, `walks`: many small problems in step.
"""
