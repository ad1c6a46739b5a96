"""Results into text for people and JSON for programs; nothing is computed here beyond the formatting.

- `train`, `evaluation`: the reports of the commands, from sections: `scores`, `coefficients`, `intervals`,
  `ranges`, `importance`, `worst_rows`, `gates`, `certificate`, the `curve` on a `canvas`, and a `summary`; of several
  quantiles `quantiles` (`quantile_coefficients`, which are `side_by_side`, or drawn: `quantile_process`) and
  `quantile_evaluation`. All coefficients are in `blocks`.
- `notes`: what a user should know of a run, a sentence each; `verdict`: what a comparison of two fits says.
- `model_card`: models without data; `model_cards`: two of them, and where they differ.
- `columns`: what `mae-train --columns` lists.
- `as_json`, `cards_as_json`: the same as JSON. `progress`: one line while work takes long.
- `console`: where text goes and how it breaks; `tables`, `numbers`, `names`: how things look everywhere.
"""
