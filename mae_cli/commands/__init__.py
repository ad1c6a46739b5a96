"""The commands: options in, one workflow, one rendering.

In: command-line arguments. Out: a report on standard output, notes and errors on standard error, an exit status. Only
click is imported at the top of a module.

- `entry`: where the installed scripts start; `train`, `evaluate`, `predict`: one module per command, and
  `train_settings`: the options of `mae-train` as the settings of its workflow.
- `command`, `options`, `model_argument`, `output`: what commands are made of; `completion`: for shells. A new command
  also needs its script in `pyproject.toml` and its name in `completion`.
- `speech`: messages on standard error.
- `process`: maps errors, interruptions and outcomes to the exit status; start-up. A command only sets its outcome, and
  an error class names its own status.
"""
