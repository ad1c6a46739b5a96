"""What the program is for, one module each, without a terminal: data in, results out.

- `fit`: the library's way in; `fit_data`: what it takes, arrays and data frames; `fit_result`: what it returns.
- `survey`: what every column of a file would be used as.
- `train`, `evaluate`, `predict`: what the three commands do; `compare`: MAE beside MSE on the same rows.
- `data`: the files of a command, read here or by Dask workers.
- `scoring`: metrics in a few passes; `paired`: two models on the same rows; `checks`: gates, ranges, the worst rows.
"""
