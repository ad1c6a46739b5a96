"""Results into text for people and JSON for programs; nothing is computed here beyond the formatting.

- `train`, `evaluation`, `compare`: the reports of the commands, from sections: `scores`, `coefficients`,
  `certificate`, `curve` (on a `canvas` with an `axis`).
- `columns`: what `mae-train --columns` lists.
- `as_json`: the same as JSON. `progress`: one line while work takes long.
- `console`: where text goes and how it breaks; `tables`, `numbers`, `names`: how things look everywhere.
"""
