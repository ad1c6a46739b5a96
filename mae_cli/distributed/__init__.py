"""Reading files and storing rows on Dask workers.

In: paths or patterns, as the workers see them. Out: the same rows and summaries as `mae_cli.tables` makes here.

- `cluster`: the workers, of this machine or elsewhere; `probe`, `shipping`: what they need of this package.
- `files`: files that the workers see, read in parts; `rows`: blocks that stay on the workers, behind the protocol of
  `mae_cli.rows.blocks`.
"""
