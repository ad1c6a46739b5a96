"""The same on Dask workers: files are read and rows kept where the workers are.

- `cluster`: the workers, of this machine or elsewhere; `probe`, `shipping`: what they need of this package.
- `files`: files that they see and read in parts; `rows`: blocks that stay on them, behind the protocol of
  `mae_cli.rows.blocks`.
"""
