"""What workflows return and reports show; `mae_cli.report` turns it into text and JSON.

- `scores`: metrics, and rows by their place in a file; `gates`: conditions, as they were met
- `training`, `evaluation`, `prediction`: what the three commands return; `survey`: what the columns of data are
"""
