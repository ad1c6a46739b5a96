"""The commands: options in, one workflow, one rendering. Only click is imported at the top of a module.

- `entry`: where the installed scripts start; `train`, `evaluate`, `predict`: one module a command.
- `command`, `options`, `model_argument`, `output`: what they are made of; `completion`: for shells.
- `speech`: what they say on standard error.
- `process`: errors to an exit status, signals, start-up. The exit status is decided there and nowhere else.
"""
