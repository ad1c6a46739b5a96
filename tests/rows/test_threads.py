"""One thread for the linear algebra, for as long as it is asked for."""

import numpy as np
import pytest

from mae_cli.rows import threads
from mae_cli.rows.threads import one_thread, thread_control, threads_for


@pytest.fixture
def blas(monkeypatch):
    """A BLAS that tells how many threads it has been set to."""
    state = [4]
    monkeypatch.setattr(threads, "thread_control", lambda: (lambda: state[-1], state.append))
    return state


def test_one_thread_is_given_back_after_the_last_that_wanted_it(blas):
    with one_thread():
        assert blas[-1] == 1
        with one_thread():
            assert blas[-1] == 1
        assert blas[-1] == 1
    assert blas == [4, 1, 4]


def test_the_threads_are_given_back_after_an_error(blas):
    with pytest.raises(ValueError, match="wrong"), one_thread():
        raise ValueError("wrong")
    assert blas[-1] == 4


def test_large_products_have_the_threads_that_there_were_and_no_others(blas):
    with threads_for(10**9):
        assert blas == [4]
    with one_thread():
        with threads_for(10**6):
            assert blas[-1] == 1
        with threads_for(10**9):
            assert blas[-1] == 4
        assert blas[-1] == 1
    assert blas == [4, 1, 4, 1, 4]


def test_any_other_blas_is_left_as_it_is(monkeypatch):
    monkeypatch.setattr(threads, "thread_control", lambda: None)
    with one_thread():
        assert (np.eye(2) @ np.eye(2)).tolist() == np.eye(2).tolist()


def test_a_library_that_cannot_be_loaded_controls_nothing(monkeypatch):
    def missing(_):
        raise OSError

    monkeypatch.setattr(threads.ctypes, "CDLL", missing)
    assert thread_control.__wrapped__() is None


@pytest.mark.skipif(thread_control() is None, reason="NumPy uses another BLAS than OpenBLAS")
def test_openblas_works_on_one_thread_while_that_is_asked_for():
    get, set_to = thread_control()
    before = get()
    set_to(2)
    try:
        with one_thread():
            assert get() == 1
        assert get() == 2
    finally:
        set_to(before)
