"""Which cluster each training row is in, from the column that says so."""

import numpy as np

from mae_cli.arrays import CodeArray, Positions
from mae_cli.errors import DataError, Fault, Place
from mae_cli.inference.clusters import Clusters
from mae_cli.messages import quoted
from mae_cli.rows.blocks import Block, Rows
from mae_cli.tables.load import LoadedRows


def clusters_of(loaded: LoadedRows, name: str, training: Rows) -> Clusters:
    """The clusters of the training rows, by one pass over these and one over all that were read.

    Args:
        loaded: the rows as read; the codes of the clusters are the last.
        name: of the column.
        training: those of them that are fitted.

    Raises:
        DataError: all training rows are in one cluster.
    """
    codes = np.zeros(loaded.rows_read, dtype=np.intp)
    for records, found in loaded.rows.map(_cluster_codes):
        codes[records] = found
    fitted = np.concatenate(list(training.map(_records)))
    used, codes[fitted] = np.unique(codes[fitted], return_inverse=True)
    if len(used) < 2:
        raise DataError(_single(loaded.files.name, name))
    return Clusters(name, codes, len(used))


def _single(file: str, column: str) -> Fault:
    what = f"column {quoted(column)} is the same in every row that is fitted, and intervals need two clusters or more"
    return Fault("single-cluster", what, Place(file, column=column), remedy="name another column with --cluster")


def _cluster_codes(block: Block) -> tuple[Positions, CodeArray]:
    return block.record_numbers, block.design.codes[-1]


def _records(block: Block) -> Positions:
    return block.record_numbers
