"""A model with every kind of term, as a value and as the text of its file."""

from mae_cli.model.model import Baseline, CategoricalTerm, Model, NumericTerm

MODEL = Model(
    target="delay",
    loss="mae",
    quantile=0.9,
    weight="trips",
    intercept=1.5,
    terms=(
        CategoricalTerm("carrier", "UA", (("AA", -2.0), ("B6", 0.25), ("UA", 0.0))),
        NumericTerm("hour", 0.1, 5.0, 23.0),
    ),
    missing="drop",
    baseline=Baseline(2.0, 3.0, 7.0),
    training={
        "rows": 4,
        "seed": 0,
        "solver": "auto",
        "metrics": {
            "mae": 0.5,
            "mse": 0.5,
            "rmse": 0.75,
            "median_ae": 0.5,
            "r2": None,
            "baseline_mae": 1.5,
            "pinball": 0.25,
        },
        "certificate": {
            "status": "optimal",
            "loss": 0.25,
            "lower_bound": 0.25,
            "relative_gap": 0.0,
            "unique": True,
        },
        "mae_cli": "0.1.0",
        "numpy": "2.4.6",
        "pandas": "3.1.1",
    },
)

TEXT = """{
 "schema": "mae-cli/model",
 "version": 1,
 "target": "delay",
 "loss": "mae",
 "quantile": 0.9,
 "weight": "trips",
 "intercept": 1.5,
 "terms": [
  {
   "column": "carrier",
   "kind": "categorical",
   "baseline": "UA",
   "levels": {
    "AA": -2.0,
    "B6": 0.25,
    "UA": 0.0
   }
  },
  {
   "column": "hour",
   "kind": "numeric",
   "coefficient": 0.1,
   "minimum": 5.0,
   "maximum": 23.0
  }
 ],
 "missing": "drop",
 "baseline": {
  "median": 2.0,
  "mean": 3.0,
  "quantile": 7.0
 },
 "training": {
  "rows": 4,
  "seed": 0,
  "solver": "auto",
  "metrics": {
   "mae": 0.5,
   "mse": 0.5,
   "rmse": 0.75,
   "median_ae": 0.5,
   "r2": null,
   "baseline_mae": 1.5,
   "pinball": 0.25
  },
  "certificate": {
   "status": "optimal",
   "loss": 0.25,
   "lower_bound": 0.25,
   "relative_gap": 0.0,
   "unique": true
  },
  "mae_cli": "0.1.0",
  "numpy": "2.4.6",
  "pandas": "3.1.1"
 }
}
"""
