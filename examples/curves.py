"""The textbook's subgradient descent beside the exact solver, on real flights: both loss curves on one chart.

python examples/curves.py
"""

from pathlib import Path

import pandas as pd

from mae_cli import Textbook, fit
from mae_cli.report.console import result_console, show
from mae_cli.report.curve import LossCurve, LossSeries

FLIGHTS = Path(__file__).with_name("flights.csv")


def main() -> None:
    """Fit both ways and draw the losses above the proved optimum."""
    flights = pd.read_csv(FLIGHTS).dropna()
    X, y = flights.drop(columns="arr_delay"), flights["arr_delay"]
    exact, textbook = fit(X, y), fit(X, y, solver=Textbook(epochs=60))
    bound = exact.certificate.lower_bound
    print(f"exact     MAE {exact.certificate.loss:.4f} after {exact.history.iterations} steps, proved optimal")
    print(f"textbook  MAE {textbook.certificate.loss:.4f} after {textbook.history.iterations} epochs")
    print(
        f"          of its own accord it proves that the optimum is at least {textbook.certificate.lower_bound:.4f}\n"
    )
    series = (
        LossSeries("exact", exact.history.loss, bound),
        LossSeries("textbook", textbook.history.loss[:-1], bound),
    )
    show(result_console(), [LossCurve(series, "step")])


if __name__ == "__main__":
    main()
