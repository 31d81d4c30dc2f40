import random
import threading
import time

import pytest

from semtel.errors import StuckError
from semtel.in_order import in_order


@pytest.mark.parametrize("seed", range(10))
def test_results_come_in_the_order_of_the_items_whatever_order_they_end_in(seed):
    chance = random.Random(seed)
    delays = [chance.choice([0, 0.001, 0.01]) for _ in range(40)]

    def call(n):
        time.sleep(delays[n])
        return n * n

    results = list(in_order(range(40), call, in_flight=chance.randrange(1, 8), limit_s=10))
    assert results == [(n, n * n) for n in range(40)]


def test_one_slow_call_does_not_idle_the_others():
    release = threading.Event()
    ended = []

    def call(n):
        if n == 0:
            release.wait(10)
        ended.append(n)
        if len(ended) == 7:
            release.set()
        return n

    assert [result for _, result in in_order(range(8), call, in_flight=2, limit_s=10)] == list(range(8))
    assert ended[:7] == list(range(1, 8))


def test_the_input_is_read_only_as_far_as_there_is_room():
    read = []

    def items():
        for n in range(100):
            read.append(n)
            yield n

    results = in_order(items(), lambda n: n, in_flight=3, limit_s=10)
    next(results)
    assert len(read) <= 12


def test_the_first_error_ends_the_iteration_after_the_results_before_it():
    def call(n):
        if n == 5:
            raise ValueError("five")
        return n

    results = in_order(range(20), call, in_flight=4, limit_s=10)
    assert [next(results)[1] for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="five"):
        next(results)


def test_a_call_that_ignores_its_time_limit_raises():
    held = threading.Event()
    with pytest.raises(StuckError):
        list(in_order([1], lambda _: held.wait(30), in_flight=1, limit_s=0.05))
    held.set()
