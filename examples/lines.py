"""Draw the first picture of the README: a line fitted by MAE and by MSE where one target in seven is wrong.

python examples/lines.py [FILE]        (default: examples/lines.svg)
"""

import sys
from pathlib import Path

import numpy as np

from mae_cli import fit

WIDTH, HEIGHT, MARGIN = 720, 360, 24
COLOURS = {"truth": "#888888", "MAE fit": "#0b7285", "MSE fit": "#c2255c"}
FONT = "font-family='DejaVu Sans, Helvetica, Arial, sans-serif' font-size='14'"


def data() -> tuple[np.ndarray, np.ndarray]:
    """Seventy rows of y = 2 + 3x + noise, of which ten to the right have lost their value."""
    random = np.random.default_rng(4)
    x = np.sort(random.uniform(0, 10, 70))
    y = 2 + 3 * x + random.normal(size=70)
    y[60:] = random.normal(size=10)
    return x, y


def lines(x: np.ndarray, y: np.ndarray) -> dict[str, tuple[float, float]]:
    """Intercept and slope of the truth and of both fits."""
    found = {"truth": (2.0, 3.0)}
    for loss in ("mae", "mse"):
        result = fit(x[:, np.newaxis], y, loss=loss)
        found[f"{loss.upper()} fit"] = (result.intercept, float(result.coefficients[0]))
    return found


def picture() -> str:
    """The SVG."""
    x, y = data()
    marks = [
        f"<circle cx='{across(a)}' cy='{down(b)}' r='3.5' fill='#555' fill-opacity='0.55'/>"
        for a, b in zip(x, y, strict=True)
    ]
    for place, (name, (intercept, slope)) in enumerate(lines(x, y).items()):
        ends = f"x1='{across(0)}' y1='{down(intercept)}' x2='{across(10)}' y2='{down(intercept + 10 * slope)}'"
        dashes = "stroke-dasharray='6 5'" if name == "truth" else ""
        marks.append(f"<line {ends} stroke='{COLOURS[name]}' stroke-width='2.5' {dashes}/>")
        label = f"{name}: y = {intercept:.2f} + {slope:.2f} x"
        marks.append(
            f"<text x='{MARGIN + 12}' y='{MARGIN + 20 + 22 * place}' fill='{COLOURS[name]}' {FONT}>{label}</text>"
        )
    frame = f"<rect width='{WIDTH}' height='{HEIGHT}' fill='white'/>"
    size = f"viewBox='0 0 {WIDTH} {HEIGHT}' width='{WIDTH}' height='{HEIGHT}'"
    return "\n".join([f"<svg xmlns='http://www.w3.org/2000/svg' {size}>", frame, *marks, "</svg>", ""])


def across(x: float) -> str:
    """The place of an x from 0 to 10."""
    return f"{MARGIN + x / 10 * (WIDTH - 2 * MARGIN):.1f}"


def down(y: float) -> str:
    """The place of a y from −4 to 36."""
    return f"{HEIGHT - MARGIN - (y + 4) / 40 * (HEIGHT - 2 * MARGIN):.1f}"


if __name__ == "__main__":
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("lines.svg")
    place.write_text(picture(), encoding="utf-8")
