"""Results into text for people and JSON for programs; nothing is computed here beyond the formatting.

- `train`, `evaluation`: the reports of the commands, from sections: `scores`, `coefficients`, `intervals`,
  `ranges`, `importance`, `worst_rows`, `gates`, `certificate`, and the `curve` on a `canvas`; of several quantiles
  `quantiles` (coefficients `side_by_side`, or many drawn: `quantile_process`) and `quantile_evaluation`.
- `notes`: what a user should know of a run, a sentence each; `verdict`: what a comparison of two fits says.
- `model_card`: models without data; `model_cards`: two of them, and where they differ.
- `columns`: what `mae-train --columns` lists.
- `as_json`, `cards_as_json`: the same as JSON. `progress`: one line while work takes long.
- `console`: where text goes and how it breaks; `tables`, `numbers`, `names`: how things look everywhere.
"""
