"""Which cluster each training row is in."""

import pytest
from support.tables import load

from mae_cli.errors import DataError, Place
from mae_cli.workflows.ready import clusters_of

TEXT = "y,x,g\n" + "".join(f"{number},{number},{'' if number == 3 else 'abcde'[number % 5]}\n" for number in range(40))


def test_training_rows_have_the_numbers_of_their_clusters_by_their_records(place):
    loaded = load(TEXT, place=place, cluster="g")
    training = loaded.rows.kept(lambda block: block.part(block.record_numbers < 13))
    clusters = clusters_of(loaded, "g", training)
    assert (clusters.name, clusters.count) == ("g", 5)
    fitted = [number for number in range(13) if number != 3]
    assert clusters.codes[fitted].tolist() == [_place("abcde"[number % 5]) for number in fitted]
    assert len(clusters.codes) == 40


def _place(level):
    """Levels are numbered as they are met: a, b, c, e and, when the first one was dropped, d."""
    return "abced".index(level)


def test_a_single_cluster_is_refused():
    loaded = load("y,x,g\n1,1,a\n2,2,a\n3,3,b\n", cluster="g")
    training = loaded.rows.kept(lambda block: block.part(block.record_numbers < 2))
    with pytest.raises(DataError) as caught:
        clusters_of(loaded, "g", training)
    assert (caught.value.fault.code, caught.value.fault.place) == ("single-cluster", Place("data.csv", column="g"))
