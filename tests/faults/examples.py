"""What makes the errors happen that no case of this directory does: commands, and calls of the library.

They run in a folder that `lay_out` fills with the files they name.
"""

import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from faults.cases import CLEAN, ROWS, changed, column, table
from faults.running import invoke
from support.models import MODEL, TEXT

from mae_cli import exponential_factors, fit, load_model, refit
from mae_cli.model.files import from_json
from mae_cli.model.quantile_model import QuantileModel
from mae_cli.rows.schema import NumericColumn, Schema, Writing
from mae_cli.solvers.settings import Auto, Textbook
from mae_cli.tables.columns import ColumnChoice
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.workflows.evaluate import EvaluationSettings
from mae_cli.workflows.gates import GateSettings
from mae_cli.workflows.ready import TrainSettings

DATES = ["01/02/2024", "03/04/2024"]
FILES = {
    "data.csv": CLEAN,
    "semicolons.csv": table(delimiter=";"),
    "quote.csv": CLEAN.replace("1,a", '1,O"Hara, a"', 1),
    "utf-16.csv": CLEAN.encode("utf-16-le"),
    "days.csv": table(column(1, DATES)),
    "odd-day.csv": table(changed({(4, 1): "31 Jan"}, column(1, ["2024-01-31", "2024-02-01"]))),
    "disguised.csv": table(changed({(4, 1): "50%", (5, 2): "x"}, column(2, ["1", "2", "3"]))),
    "names.csv": "y,k\n" + "".join(f"{place},level {place}\n" for place in range(9)),
    "ids.csv": table([(*row, "same") for row in ROWS], "y,x,k,id"),
    "weights.csv": table([(*row, str(int(place == 6))) for place, row in enumerate(ROWS)], "y,x,k,w"),
    "far.csv": table(changed({(3, 0): "-1.7e308", (3, 1): "1.7e308"})),
    "large.csv": table([(target + "e200", number, level) for target, number, level in ROWS]),
    "dollars.csv": table([(target, f"${number}", level) for target, number, level in ROWS]),
    "notes.txt": "nothing but notes\n",
}
COMMANDS = (
    # files and text
    "mae-train folder -t y",
    "mae-train parts -t y",
    "mae-train /dev/zero -t y",
    "mae-train locked.zip -t y",
    "mae-train quote.csv -t y",
    "mae-train utf-16.csv -t y --encoding utf-16",
    "mae-train - data.csv -t y",
    "mae-train data.csv table.parquet -t y",
    "mae-train table.parquet -t y --delimiter ;",
    "mae-train nameless.parquet -t y",
    "mae-train twice.parquet -t y",
    # columns and cells
    "mae-train days.csv -t y --features x",
    "mae-train odd-day.csv -t y --date x=%Y-%m-%d",
    "mae-train names.csv -t y --date k",
    "mae-train disguised.csv -t y --features x,k",
    "mae-train names.csv -t y",
    "mae-train table.parquet -t text --features y",
    "mae-train table.parquet -t y --features span",
    "mae-train table.parquet -t y --features list",
    "mae-train table.parquet text.parquet -t y",
    "mae-train ids.csv -t y --cluster id",
    "mae-train weights.csv -t y --weight w --holdout 0.8",
    "mae-train data.csv -t y --holdout 0.01",
    "mae-train data.csv -t y --predict-interval 0.99 --loss mae",
    # options
    "mae-train data.csv",
    "mae-train data.csv -t y -t x",
    "mae-train data.csv -t ''",
    "mae-train data.csv -t y --features 'x,'",
    "mae-train data.csv -t y --na-values ''",
    "mae-train data.csv -t y --seed=-1",
    "mae-train data.csv -t y --features x,x",
    "mae-train data.csv -t y --date x=%Q",
    "mae-train data.csv -t y --holdout 20",
    "mae-train data.csv -t y --solver textbook --intervals rank",
    "mae-train data.csv -t y --calibration 0.2",
    "mae-train data.csv -t y --predict-interval 0.9 --calibration 20",
    "mae-train data.csv -t y --predict-interval 0.9 --calibration data.csv",
    "mae-train data.csv -t y --predict-interval 0.9 --quantile 0.5",
    "mae-train data.csv -t y --predict-interval 90",
    "mae-train data.csv -t y --quantile 90",
    "mae-train data.csv -t y --quantile 0.5,0.5",
    "mae-train data.csv -t y --quantile 0.1,0.9 --loss mse",
    "mae-train data.csv -t y --quantile 0.1,0.9 --importance",
    "mae-train data.csv -t y --quantile 0.1,0.9 --compare",
    "mae-train data.csv -t y --quantile 0.1 --loss mse",
    "mae-train weights.csv -t y --weight w --predict-interval 0.8",
    "mae-train data.csv -t y --loss mse --importance",
    "mae-train data.csv -t y --cluster k --intervals none",
    "mae-train data.csv -t y --cluster k --intervals rank",
    "mae-train data.csv -t y --loss mse --intervals rank",
    "mae-train data.csv -t y --level 95",
    "mae-train data.csv -t y --intervals bootstrap --replicates 1000000000",
    "mae-train data.csv -t y --solver textbook --learning-rate 0",
    "mae-train data.csv -t y --solver textbook --epochs 0",
    "mae-train data.csv -t y --solver textbook --batch-size 0",
    "mae-train data.csv -t y --tolerance=-1",
    "mae-train data.csv -t y --epochs 5",
    "mae-train data.csv -t y --json -o -",
    "mae-train data.csv -t y --stream --dask local",
    "mae-eval - -",
    "mae-eval model.json --max-mae 1",
    "mae-eval model.json data.csv --max-mae=-1",
    "mae-eval model.json data.csv --max-missing 5",
    "mae-eval model.json data.csv --coverage 85:95",
    "mae-eval model.json data.csv --coverage 0.9:0.8",
    "mae-eval model.json data.csv --show k",
    "mae-eval quantiles.json data.csv --max-mae 1",
    "mae-eval quantiles.json data.csv --coverage 0.8:0.9",
    "mae-predict model.json data.csv --column ' '",
    # models
    "mae-eval https://host/model.json",
    "mae-eval folder",
    "mae-eval notes.txt",
    "mae-eval model.json data.csv --against quantiles.json",
    "mae-eval quantiles.json data.csv --against model.json",
    "mae-eval quantiles.json data.csv --against terciles.json",
    "mae-eval model.json data.csv --against of-x.json",
    "mae-eval model.json ids.csv --against dollars.json",
    "mae-eval model.json far.csv",
    "mae-eval dollars.json data.csv",
    "mae-predict model.json data.csv semicolons.csv",
    "mae-predict plain.json floats.parquet whole.parquet -o predicted.parquet",
    "mae-train large.csv -t y --loss mse",
    # outputs
    "mae-train data.csv -t y -o s3://bucket/model.json",
    "mae-train data.csv -t y -o folder",
    "mae-train data.csv -t y -o absent/model.json",
    "mae-train data.csv -t y -o folder/",
    "mae-train data.csv -t y -o data.csv",
    "mae-train data.csv -t y -o notes.txt",
    "mae-train data.csv -t y -o protected.json",
    "mae-train data.csv -t y -o loop.json",
    "mae-train data.csv -t y -o model.csv",
    "mae-predict model.json data.csv -o notes.txt",
    "mae-predict model.json data.csv -o predicted.csv.gz",
    "mae-predict plain.json table.parquet -o predicted.csv",
)

DATED = replace(
    MODEL, schema=Schema((*MODEL.schema.features[:1], NumericColumn("hour", 5.0, 23.0, Writing(date="%Y"))))
)
X, Y = np.arange(12.0).reshape(6, 2) % 5, np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0])
FRAME = pd.DataFrame(X, columns=["a", "b"])
LEVELS = FRAME.assign(b=["u", "v"] * 3)
MOMENTS = pd.Series(pd.date_range("2024-01-01", periods=6, tz="UTC"))
CALLS = (
    # arrays and frames
    lambda: fit(X[0], Y),
    lambda: fit([[1.0, 2.0], [3.0]], Y[:2]),
    lambda: fit([["a"], [2.0]], Y[:2]),
    lambda: fit(X.astype(complex), Y),
    lambda: fit(np.where(X > 3, np.inf, X), Y),
    lambda: fit(np.ma.masked_greater(X, 3), Y),
    lambda: fit(X, Y[:3]),
    lambda: fit(X, Y).intervals(cluster=[1, 2, 3]),
    lambda: fit(X[:0], Y[:0]),
    lambda: fit(X, Y, sample_weight=-Y),
    lambda: fit(X, Y, sample_weight=0 * Y),
    lambda: fit(X, Y * 1e308),
    lambda: fit([[0.0], [1e-200]], [0.0, 1e200]),
    lambda: fit([[1.7e308], [-1.7e308], [0.0]], Y[:3]),
    lambda: fit(X, Y).predict(X[:, :1]),
    lambda: fit(FRAME, pd.Series(Y, index=range(1, 7))),
    lambda: fit(FRAME, "c"),
    lambda: fit(FRAME, "a").predict(pd.DataFrame({"c": Y})),
    lambda: fit(FRAME.assign(b=[1.0, np.nan, 3.0, 4.0, 5.0, 6.0]), Y),
    lambda: fit(FRAME.assign(b=[1, "two", 3, 4, 5, 6]), Y),
    lambda: fit(FRAME.assign(b=pd.Series([1, 2, 3, 4, 5, 6], dtype=object)), Y),
    lambda: fit(FRAME.assign(b=[[1]] * 6)[["b"]], Y),
    lambda: fit(LEVELS, Y).predict(LEVELS.assign(b=[[1]] * 6)),
    lambda: fit(LEVELS, Y).predict(LEVELS.assign(b=pd.to_timedelta(Y, unit="h"))),
    lambda: fit(FRAME.assign(a=["1", "2", "3", "4", "5", "six"], b=[1.0, 2.0, 3.0, np.inf, 5.0, 6.0]), Y),
    lambda: fit(FRAME.astype(complex), Y),
    lambda: fit(pd.DataFrame({"name": list("abcdef")}), Y),
    lambda: fit(pd.DataFrame(X, columns=["a", "a"]), "a"),
    lambda: fit(FRAME.assign(b=["$1", "$2", "$4", "$3", "$5", "$6"]), Y).predict(FRAME.assign(b=["€1"] * 6)),
    lambda: fit(FRAME.assign(b=MOMENTS), Y).predict(FRAME.assign(b=MOMENTS.dt.tz_localize(None))),
    lambda: fit(FRAME, pd.Series(Y, name="a")).save("new.json"),
    lambda: fit(FRAME, Y, quantile=[0.5]).save("new.json"),
    lambda: fit(FRAME, Y, quantile=[0.2, 0.2]).save("new.json"),
    lambda: replace(fit(X, Y), schema=Schema((NumericColumn("a", 0.0, 4.0), NumericColumn("\ud800", 0.0, 4.0)))).model,
    # arguments
    lambda: fit(X, Y, loss="mad"),
    lambda: fit(X, Y, solver="simplex"),
    lambda: fit(X, Y, solver=Auto(), tolerance=1e-3),
    lambda: fit(X, Y, quantile="median"),
    lambda: fit(X, Y, intervals="exact"),
    lambda: fit(X, Y, loss="mse").bootstrap(),
    lambda: fit(X, Y).bootstrap(1),
    lambda: Textbook(schedule="cosine"),
    lambda: Textbook(seed=-1),
    lambda: TrainSettings(ColumnChoice("y"), seed=-1),
    lambda: Dialect(decimal=";"),
    lambda: Dialect(missing=("\udc80",)),
    lambda: GateSettings(min_rows=0),
    lambda: EvaluationSettings(worst=-1),
    lambda: exponential_factors(-1),
    lambda: refit(X, Y, [np.zeros(6)]),
    lambda: refit(X, Y, [-Y]),
    lambda: [result.interval() for result in refit(X, Y, exponential_factors(1))],
    lambda: fit(X, Y).save("folder"),
    # models
    lambda: load_model("absent.json"),
    *(
        lambda old=old, new=new: from_json(TEXT.replace(old, new, 1), "model.json")
        for old, new in (
            (TEXT, ""),
            (TEXT, "[]"),
            (TEXT, "{"),
            (TEXT, "y,x\n1,2\n"),
            (TEXT, "[" * 100_000),
            (TEXT, "{}"),
            ("mae-cli/model", "other/model"),
            ('"version": 1', '"version": 9'),
            ('"version": 1', '"version": 0'),
            ('"target": "delay"', '"target": " "'),
            ('"target": "delay"', '"target": 5'),
            ('"target": "delay"', '"target": "\\ud800"'),
            ('"target": "delay"', '"target": "hour"'),
            ('"loss": "mae"', '"loss": "mad"'),
            ('"loss": "mae"', '"loss": "mse"'),
            ('"loss": "mae",', '"loss": "mae", "loss": "mae",'),
            ('"loss": "mae",', ""),
            ('"loss": "mae",', '"loss": "mae", "more": 1,'),
            ('"loss": "mae",', f'"loss": "mae", "more": {"[" * 90}{"]" * 90},'),
            ('"intercept": 1.5', '"intercept": Infinity'),
            ('"minimum": 5.0', '"minimum": 50.0'),
            ('"UA": 0.0', '"UA": 1.0'),
            ('"column": "carrier"', '"column": "hour"'),
        )
    ),
    lambda: from_json(TEXT.encode("utf-16"), "model.json"),
    lambda: from_json(DATED.to_json().replace("%Y", "%Q"), "model.json"),
    *(
        lambda models=models: from_json(QuantileModel(models).to_json(), "model.json")
        for models in (
            (MODEL,),
            (MODEL, replace(MODEL, quantile=0.1)),
            (MODEL, replace(MODEL, loss="mse", quantile=0.5)),
            (replace(MODEL, quantile=0.1), replace(MODEL, target="price")),
        )
    ),
)


def lay_out() -> None:
    """Fill the current directory with what the examples read."""
    for name, content in FILES.items():
        Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    _lay_out_folders()
    _lay_out_models()
    _lay_out_parquet()


def _lay_out_folders() -> None:
    Path("folder").mkdir()
    Path("parts/year=2024").mkdir(parents=True)
    Path("parts/year=2024/1.parquet").write_bytes(b"PAR1")
    Path("loop.json").symlink_to("loop.json")
    with zipfile.ZipFile("locked.zip", "w") as archive:
        archive.writestr("data.csv", CLEAN)
    content = bytearray(Path("locked.zip").read_bytes())
    for place in (6, content.index(b"PK\x01\x02") + 8):  # where a zip says that a member is encrypted
        content[place] |= 1
    Path("locked.zip").write_bytes(content)


def _lay_out_models() -> None:
    for name, data, *options in (
        ("model.json", "data.csv"),
        ("protected.json", "data.csv"),
        ("quantiles.json", "data.csv", "--quantile", "0.1,0.9"),
        ("terciles.json", "data.csv", "--quantile", "0.33,0.67"),
        ("of-x.json", "data.csv", "--target", "x"),
        ("plain.json", "data.csv", "--features", "x"),
        ("dollars.json", "dollars.csv"),
    ):
        target = [] if "--target" in options else ["--target", "y"]
        assert invoke("train", data, *target, *options, "-q", "-o", name).exit_code == 0
    Path("protected.json").chmod(0o400)


def _lay_out_parquet() -> None:
    plain = {"y": Y, "x": X[:, 0]}
    spans = [timedelta(day) for day in range(1, 7)]
    for name, columns in {
        "table": plain | {"text": list("abcdef"), "span": spans, "list": [[1]] * 6},
        "text": plain | {"x": list("abcdef"), "text": list("abcdef"), "span": spans, "list": [[1]] * 6},
        "nameless": plain | {"": Y},
        "floats": plain,
        "whole": plain | {"x": [1, 2, 3, 4, 5, 6]},
    }.items():
        pq.write_table(pa.table(columns), f"{name}.parquet")
    pq.write_table(pa.Table.from_arrays([pa.array(Y)] * 2, names=["y", "y"]), "twice.parquet")
