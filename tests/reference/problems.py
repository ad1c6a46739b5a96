"""Reads `problems.txt`: what is to be fitted, to which data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

LINES = Path(__file__).with_name("problems.txt").read_text(encoding="utf-8").splitlines()


def problems() -> list[dict[str, Any]]:
    """Return every problem as an entry of `optima.json` that still lacks its rows and its optimum."""
    return [_problem(*line.split()) for line in LINES if line and not line.startswith("#")]


def _problem(name: str, quantile: str, target: str, *words: str) -> dict[str, Any]:
    package, item = name.split("/", 1)
    coded = [word[2:-1] for word in words if word.startswith("C(")]
    return {
        "name": name,
        "source": {"package": package, "item": item} | ({"categorical": coded} if coded else {}),
        "target": target,
        "features": [word[2:-1] if word.startswith("C(") else word for word in words],
        "quantile": float(quantile),
    }
