"""The solvers: from rows to coefficients that are proved to be the best.

How a fit of MAE or pinball loss goes, from top to bottom::

    solve, solve_together (solve)          choose by loss and settings; several losses share everything below
     ├─ solve_between (between)          of many quantiles some are solved as below, those between them by one pass more
     ├─ Prepared (problem)               measure, scale (standardise), rank (rank, independence) and whiten (whitening,
     │                                   absorbing: a column of many levels is never written out)
     ├─ minimise_absolute (absolute)     few rows: all of them are one band; of many, a sample is solved roughly first
     │   ├─ descend (descent)            subgradient descent on whitened rows, exact line search;
     │   │                               descend_inside (interior_point) where a column of many levels is absorbed
     │   └─ screen (screening)           keep a band of rows around zero, solve it, check all others, repeat:
     │       ├─ AllRows (all_rows)       of all rows: one pass picks bands, one proves or checks (visit, nearness)
     │       ├─ Bands (screening)        of a band: the same again, until few rows are left for each column
     │       └─ search (exchange)        then exchanges of basis rows (dense_rows, absorbed)
     ├─ settle_closely (closer)          a vertex that is not optimal: search again among its residuals
     ├─ settle_from (exact_exchange)     prove the vertex that was found, or exchange on, beyond doubt
     │   └─ prove (vertex_proof)         the dual point, and what rounding can do to it (vertex_basis, vertex_sums)
     └─ Solution (solution)              coefficients rounded once, certificate, history, uniqueness (uniqueness)

    solve_family (family)                  the same problem with other weights, given coefficients or extra rows:
     ├─ solve_neighbours (neighbours)      one pass at a solved vertex gathers the band and the sums of all of them;
     └─ Neighbourhood (neighbourhood)      in a band problems differ by their weights and quantiles alone: they are
                                           searched in step (shared_band, stack, walks), and proved together

The textbook's descent (textbook) and least squares (least_squares, squared_loss) are prepared likewise; what they reach
is bounded by `dual_anywhere` and `least_squares`. `limits` holds the thresholds for switching methods, `settings` what
a caller can choose. Below the modules here are three packages, each of which uses only those behind it and the values
in `limits` and `solution`: `proof`, `search`, `prepare`.

Symbols, the same in every module:

=====  =============================================================  =========================================
n, p   rows, columns; k of the columns are kept (independent)         x, y: as read; q of the columns are numeric
b, m   rows of a block or a band; problems, or bands, side by side    w, w₀: coefficients, intercept as read
z      a standard row: (x − shift)·2⁻ᵉ, 1 for the intercept           `Standardisation`
β      standard coefficients                                          z·β: a prediction in standard units
v      a whitened row: v = z·R⁻¹, where RᵀR = Σω²zzᵀ / n              `Whitening`; d: a step in these coordinates
g, h   levels of an absorbed column, other kept columns               `LevelRows`; z₊, R₊: of the others alone
ω, f   weights > 0; factors on them ≥ 0                               r = y − x·w: residuals
τ      the quantile; tilt = 2τ − 1                                    ρ(r) = ½(|r| + tilt·r)
c      the linear term of a band: the pull of all rows outside        Σω|r − v·d| − c·d is minimised
B      the basis: k rows through which a vertex passes                λ_B: multipliers, optimal when all |λ| ≤ 1
μ      the dual point: in [τ − 1, τ] for every row, Σωμz = 0          Σωμy bounds Σωρ from below; λ = 2μ − tilt
ν      ωμ in the basis, or ωλ where c holds the tilt                  Σνz = −∇, the gradient of all other rows
u      half of the distance from 1 to the next float                  what rounding can do is counted in it
=====  =============================================================  =========================================

What holds throughout:

- A solver sees rows as blocks, through functions mapped over them in a fixed order (`mae_cli.rows.blocks`): in memory,
  on disk or on workers alike, with the same bits.
- The search only proposes a basis. What is returned comes from the basis alone: its plane in twice the digits, and a
  proof that sees all rows. A wrong turn of the search costs time, never the answer.
- Every claim has the rounding of its sums taken off; no allowance is read from a sample of the rows.
- Thresholds between one way and another are fields of `Limits` (limits): a problem holds them, so that tests can pass
  others; what no test changes stands beside the code that it is for.
- Ties are broken by an infinitesimal (in the search: tiny) move of each target that depends on its position alone.

Why there are two starting methods: whitened descent takes 5 to 15 products with the rows, an interior point 12 to 32
Gram matrices. Without absorbed levels a single Gram matrix already costs as much as the descent. With 1,000 levels at τ
= 0.9 descents leave so many signs wrong that 170 passes put them right (3–6 s for 200,000 rows, 1.1–1.5 s from interior
points); at the median with 200 levels they would be two to three times faster.
"""
