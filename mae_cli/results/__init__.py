"""What workflows return and reports show; `mae_cli.report` turns it into text and JSON.

- `scores`: metrics, and rows by their place in a file; `gates`: pass/fail checks and their outcomes. A metric is
  computed in `mae_cli.workflows.scoring` and shown in `mae_cli.report.scores`. Those of a fit also stand in its model
  file, whose reader knows each of them (`mae_cli.model.provenance`).
- `notes`: what a user should know of a run: kinds and figures, no sentences.
- `training`, `evaluation`, `prediction`: what the three commands return; `survey`: what the columns of data are.
"""
