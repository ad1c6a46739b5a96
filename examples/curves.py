"""The textbook's subgradient descent beside the exact solver, on real flights: both loss curves, pass by pass.

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
    passes = textbook.history.at_pass[-2]
    print(f"exact     MAE {exact.certificate.loss:.4f} after {exact.history.passes} passes, proved optimal")
    print(f"textbook  MAE {textbook.certificate.loss:.4f} after {passes} passes, 60 of them epochs")
    print(f"          its own bound proves only that the optimum is at least {textbook.certificate.lower_bound:.4f}\n")
    series = (
        LossSeries("exact", exact.history.at_pass, exact.history.loss, exact.certificate.loss),
        LossSeries("textbook", textbook.history.at_pass[:-1], textbook.history.loss[:-1], exact.certificate.loss),
    )
    title = f"MAE above its minimum of {exact.certificate.loss:.2f}, as a share of the start (log scale)"
    show(result_console(), [LossCurve(title, series)])


if __name__ == "__main__":
    main()
