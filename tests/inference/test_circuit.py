"""The circuit breaker before the engine."""

from appliance.inference.circuit import Circuit


class Hands:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_opens_after_enough_faults_and_closes_with_time() -> None:
    clock = Hands()
    circuit = Circuit(failures=3, ttl=30, clock=clock)
    for _ in range(2):
        circuit.failed()
    assert not circuit.is_open
    circuit.failed()
    assert circuit.is_open
    clock.now = 30
    assert not circuit.is_open


def test_faults_far_apart_do_not_open_it() -> None:
    clock = Hands()
    circuit = Circuit(failures=3, ttl=30, clock=clock)
    for at in (0, 20, 40, 60, 80):
        clock.now = at
        circuit.failed()
    assert not circuit.is_open


def test_after_a_rest_one_fault_is_enough_and_one_success_forgives() -> None:
    clock = Hands()
    circuit = Circuit(failures=3, ttl=30, clock=clock)
    for _ in range(3):
        circuit.failed()
    clock.now = 31
    circuit.failed()
    assert circuit.is_open
    clock.now = 62
    circuit.succeeded()
    circuit.failed()
    assert not circuit.is_open


def test_success_between_faults_starts_the_count_anew() -> None:
    circuit = Circuit(failures=2, ttl=30, clock=Hands())
    circuit.failed()
    circuit.succeeded()
    circuit.failed()
    assert not circuit.is_open
