"""Thresholds of the solvers: the size from which on another way is taken, and where a search gives up.

They decide how an answer is found and how long that takes, never whether what is said of it is true. Whatever has a
problem reads them from there; with others, few rows take the ways of many.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Where one way of solving ends and another one begins.

    Attributes:
        dense_size: up to so many numbers the rows are one dense problem: two passes of a descent then cost less than a
            sample saves, and writing indicators out costs no more than going round them.
        many_levels: a column of so many levels is absorbed; with fewer, dense rows are as fast.
        cached_size: up to so many numbers (64 MB) the standardised rows are kept; beyond, every pass computes them
            block by block.
        small_squared_size: up to so many numbers a mean square is evaluated with twice the digits in any case.
        smallest_sample: a sample of many rows has at least so many.
        sample_rows_per_column: and so many for each column.
        level_sample_rows_per_column: interior-point steps look at more rows for each column: those of a level tell
            nothing of another.
        level_band_rows_per_column: the band that they end in has at least so many rows for each column.
        most_work: exchanges in exact arithmetic end when this much is done, counted in numbers touched.
        fewest_exchanges: but not before so many of them are made; then they end also within the tolerance.
        most_exchanges: and in any case after so many.
        second_searches: so many searches among residuals follow each other, each from where the one before it ended;
            another one would break ties by less than twice the digits know.
        largest_band: the least-norm band that bounds a point holds at most so many numbers.
        projections: of a dual point on its constraint and its box; they settle within a few rounds, and each costs a
            pass.
        most_corrections: of the plane and the multipliers of a vertex, which settle within a few.
        sample_band_width: rows within so many standard errors of the sample's answer stay in the band, and some more of
            very many: then hardly one fit in ten has a row outside whose sign turns, which costs two passes more.
        band_width: of the band of neighbours, as a share of what sampling errors hardly ever exceed.
        fewest_rows: however little weights change, the band of neighbours has so many rows for each column.
        most_of_all: from this share of the rows on, all of them are the band of neighbours.
        most_weights: one pass gathers the weights of neighbours for at most so many rows of bands (400 MB).
        searched_weights: so many of these are searched at a time.
        batch: so many neighbours at a time are looked at in a block or a band: their weights then stay in the cache.
    """

    dense_size: int = 600_000
    many_levels: int = 50
    cached_size: int = 8_000_000
    small_squared_size: int = 400_000
    smallest_sample: int = 4_000
    sample_rows_per_column: int = 20
    level_sample_rows_per_column: int = 1_000
    level_band_rows_per_column: int = 6
    most_work: int = 2_000_000_000
    fewest_exchanges: int = 40
    most_exchanges: int = 1_000
    second_searches: int = 3
    largest_band: int = 4_000_000
    projections: int = 8
    most_corrections: int = 40
    sample_band_width: float = 3.5
    band_width: float = 1.0
    fewest_rows: int = 20
    most_of_all: float = 0.4
    most_weights: int = 50_000_000
    searched_weights: int = 8_000_000
    batch: int = 16


USUAL = Limits()
"""What was measured to be fast."""
