"""One module per use case, without a terminal: data in, results out. What these say in words is up to the report.

- `fit`: the library's way in; `fit_data`: what it takes, arrays and data frames; `fit_result`: what it returns,
  and `quantile_fits` for several quantiles.
- `survey`: what every column of a file would be used as.
- `train`, `evaluate`, `predict`: what the three commands do. A training run makes the rows `ready`, and its fit a
  `fit_report`; `compare`: MAE beside MSE on the same rows; `against`: another model beside one that is evaluated.
- `data`: the files of a command, CSV or Parquet, read here or by Dask workers.
- `train_quantiles`: a training run of several quantiles; `calibrate`: prediction intervals that cover.
- `scored_rows`: the rows that a model is scored on, and which are unlike those of training; `scoring`: metrics in a few
  passes; `paired`: two models on the same rows; `gates`: pass/fail checks of pipelines; `worst_rows`: the rows that a
  model is farthest from.
"""
