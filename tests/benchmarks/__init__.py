"""Does it scale? The answer as tables: `make bench`, or `python -m benchmarks` from the folder `tests`.

Sections (`--only` chooses some):

fits      synthetic data of several shapes: ours beside the peers that are installed
flights   the same on real flights, with indicators of carrier and origin, of destination, of tail number
families  several quantiles, and refits under random weights, beside a single fit; `--large` adds a scratch file
growth    ours from 10,000 rows to 10,000,000
commands  whole commands beside a process that only parses the file, with peak memory; `--large` adds a stream
dask      the rows on two local workers: the same loss, status and passes as in memory

Every fit runs in a process of its own, under a time limit, and the solvers take turns, so that a busy spell of the
machine falls on all alike. Tables show medians. Reading the data, encoding categories and loading code are outside the
clock of a fit (the line "data frame" includes the encoding); a command's clock runs from its start to its end.
"""
