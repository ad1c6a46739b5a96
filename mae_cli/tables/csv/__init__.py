"""CSV as text: everything that needs no pandas.

In: the arguments of a command. Out: a header, UTF-8 text in pieces that end where a line ends, places of
records.

- `source`: a file or standard input, through `archives` (compression) and `transcoding` (encoding), as UTF-8.
- `dialect`: how the text is written, with `delimiters`: which sign stands between its fields.
- `pieces`: the text in parts; `records`: its records one by one.
- `header`: names, checked; `files`: several files with one header; `structure`: what is wrong with records.
"""
