"""From bytes to typed, complete rows.

In: files, standard input, data frames or arrays, and which columns are wanted. Out: rows (`mae_cli.rows`) and a summary
of the columns: what each is, its levels, what is missing, the first fault of each.

    csv/ ── bytes → pieces of text, header, places of records
      └─ chunks ── several threads `parse` pieces to frames, with a `numeric_block` each
           └─ typed ── every column turns its cells into numbers or codes of levels
                └─ read ── one pass over all chunks: complete rows, and a `summary` of what was found
                     └─ load ── for training, or for a model that is there already; `storage` says where rows live

- `columns`: which columns a fit uses; `column_types`: those that a typed file declares.
- `column`: what every kind of column does; `number_column`, `level_column`, `known_level_column`, `cluster_column`: a
  kind each.
- `plan`: as what the columns of a fit are read, found out in several passes; `judge`: what a column can serve as.
- `writing`: numbers that are not written plainly: `dates`, and units, currency signs and separators (`notation`).
- `disguise`: text that means a number, in doubt; `cell_faults`: which of several faults is told.
- `parquet`: typed files in batches instead of text in pieces, with `arrow_cells`; `parquet_output`: the same with a
  few columns more.
- `features`, with `frames` and `arrays`: what callers of the library give.
"""
