"""What the program is for, one module each, without a terminal: data in, results out.

- `fit`: the library's way in; `fit_data`: what it takes, arrays and data frames; `fit_result`: what it returns.
- `train`, `evaluate`, `predict`: what the three commands do; `compare`: MAE beside MSE on the same rows.
- `data`: the files of a command, CSV or Parquet, read here or by Dask workers.
- `train_quantiles`, `evaluate_quantiles`: the same for several quantiles; `calibrate`: prediction intervals that cover.
- `scoring`: metrics in a few passes; `paired`: two models on the same rows; `gates`: conditions of pipelines;
  `checks`: ranges, the worst rows; `clusters`: which training rows depend on each other.
"""
