"""What a stranger's program may take: seconds and bytes, and nothing of it stays behind."""

import resource
import signal
from contextlib import suppress

import pytest

from appliance.inference.leash import RanAway, leash

MEGABYTE = 1 << 20


def test_an_endless_loop_is_ended_even_where_it_catches_everything() -> None:
    with pytest.raises(RanAway), leash(0.05, 64 * MEGABYTE):
        while True:
            with suppress(Exception):
                sum(range(1000))


def test_more_memory_than_it_may_have_is_not_given() -> None:
    with pytest.raises(MemoryError), leash(5.0, 64 * MEGABYTE):
        bytearray(256 * MEGABYTE)
    assert len(bytearray(256 * MEGABYTE)) == 256 * MEGABYTE


def test_afterwards_alarm_and_limit_are_as_they_were() -> None:
    before = signal.getsignal(signal.SIGALRM), resource.getrlimit(resource.RLIMIT_AS)
    with leash(5.0, 64 * MEGABYTE):
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    assert (signal.getsignal(signal.SIGALRM), resource.getrlimit(resource.RLIMIT_AS)) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_stricter_limit_stays_as_it_is() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    strict = 1 << 40
    resource.setrlimit(resource.RLIMIT_AS, (strict, hard))
    try:
        with leash(5.0, 1 << 41):
            assert resource.getrlimit(resource.RLIMIT_AS)[0] == strict
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
