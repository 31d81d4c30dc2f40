import pytest

from semtel.errors import SemtelError
from semtel.retry import Again, Failure, RetryPolicy, call_again

AWAY = Failure(SemtelError("unreachable", "away"), Again.UNTIL_TIMEOUT)
BROKEN = Failure(SemtelError("internal", "broken"), Again.ONCE)
WRONG = Failure(SemtelError("bad_option", "wrong"), Again.NEVER)


def told(seconds: float) -> Failure:
    return Failure(SemtelError("overloaded", "full"), Again.UNTIL_TIMEOUT, seconds)


class Clock:
    """Time that passes only in sleep."""

    def __init__(self):
        self.now = 100.0
        self.slept = []

    def sleep(self, seconds):
        self.slept.append(round(seconds, 3))
        self.now += seconds


def run(results, policy=None, timeout_s=60.0, random=1.0):
    clock = Clock()
    left = []
    source = iter(results)

    def attempt(left_s):
        left.append(round(left_s, 3))
        return next(source)

    policy = policy or RetryPolicy()
    try:
        result = call_again(
            attempt, policy, timeout_s, clock=lambda: clock.now, sleep=clock.sleep, random=lambda: random
        )
    except SemtelError as error:
        result = error
    return result, clock.slept, left


def test_waits_double_up_to_the_cap():
    result, slept, _ = run([AWAY] * 8 + ["answer"])
    assert (result, slept) == ("answer", [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0])


def test_jitter_scales_the_whole_wait():
    assert run([AWAY] * 3 + ["answer"], random=0.5)[1] == [0.1, 0.2, 0.4]


def test_a_wait_told_by_the_server_goes_before_our_own():
    assert run([AWAY, told(7.5), told(0), "answer"])[1] == [0.2, 7.5, 0]


def test_gives_up_when_the_next_wait_would_pass_the_timeout():
    result, slept, left = run([AWAY] * 99, timeout_s=3.5)
    assert result is AWAY.error
    assert slept == [0.2, 0.4, 0.8, 1.6]
    assert left == [3.5, 3.3, 2.9, 2.1, 0.5]


def test_no_attempt_begins_too_late_to_tell_anything():
    late, soon = told(2.9), told(2.7)
    assert run([late, "answer"], timeout_s=3) == (late.error, [], [3])
    assert run([soon, "answer"], timeout_s=3) == ("answer", [2.7], [3, 0.3])


def test_a_failure_of_the_server_is_tried_once_more():
    assert run([BROKEN, "answer"])[:2] == ("answer", [0])
    assert run([BROKEN, AWAY, BROKEN])[0] is BROKEN.error


def test_a_final_failure_is_raised_at_once():
    assert run([WRONG]) == (WRONG.error, [], [60.0])


def test_other_hosts_are_tried_before_any_wait():
    assert run([AWAY] * 6 + ["answer"], RetryPolicy(hosts=3))[1] == [0, 0, 0.2, 0, 0, 0.4]


def test_an_hour_of_failures_overflows_nothing():
    result, slept, _ = run([AWAY] * 2000, timeout_s=3600)
    assert result is AWAY.error
    assert 3590 < sum(slept) <= 3600


@pytest.mark.parametrize("error", [KeyError("x"), SemtelError("rows", "differ")])
def test_what_an_attempt_raises_is_not_tried_again(error):
    def attempt(left_s):
        raise error

    with pytest.raises(type(error)):
        call_again(attempt, RetryPolicy(), 60, clock=lambda: 0.0, sleep=pytest.fail, random=lambda: 1.0)
