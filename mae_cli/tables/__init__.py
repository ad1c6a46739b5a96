"""From bytes to typed, complete rows.

In: files, standard input, data frames or arrays, and which columns are wanted. Out: rows (`mae_cli.rows`) and a summary
of the columns: what each is, its levels, what is missing, the first fault of each.

    csv/ ── bytes → pieces of text, header, places of records
      └─ chunks ── several threads parse pieces to frames (`parsing`), with a `numeric_block` each
           └─ typed ── every column turns its cells into numbers or codes of levels
                └─ read ── one pass over all chunks: complete rows, and a `summary` of what was found
                     └─ load ── for training, or for an existing model, in memory or in a scratch file

- `columns`: which columns a fit uses; `column_types`: those that a typed file declares.
- `column`: what every kind of column does, and which of several faults is reported; `number_column`, `level_column`:
  the kinds. A new way to write numbers is no new kind: it is a `Writing` (`mae_cli.rows.schema`), read by `writing`.
- `apart`: the target and the weights, which are no features.
- `plan`: decides, over several passes, how each column is read; `judge`: what a column can serve as, and whether its
  numbers may be codes or dates; `refused`: how refused columns, and those left out, are told together.
- `writing`: numbers that are not written plainly: `dates`, and units, currency signs and separators (`notation`).
- `date_cells`: many dates at once; `spellings`: in which format they are; `moments`: dates that a type says.
- `disguise`: recognises text that looks like a number but cannot safely be read as one; `remedies`: the option that
  reads a column of it.
- `parquet`: typed files in batches instead of text in pieces, with `arrow_cells`; `parquet_output`: the same with extra
  columns.
- `features`, with `frames` (whose rows are `frame_records`) and `arrays`: what callers of the library pass in.
"""
