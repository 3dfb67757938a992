"""What `make bench-engine` says of its targets: the right figures, against the right peer, met or not."""

from tests.bench.engine_rush import report
from tests.bench.engine_rush.long_day import Weighed
from tests.bench.engine_rush.rushes import Rush
from tests.bench.engine_rush.school_box import Answered, Beside, Crowd
from tests.bench.machine import MEGABYTE


def went(makespan: float, first: float = 1.0) -> list[Rush]:
    """Three turns, of which the one in the middle counts."""
    return [Rush(makespan * part, (first * part,), (makespan,), 10, 0, True) for part in (0.1, 1, 9)]


def row(lines: list[str], begins: str) -> list[str]:
    return next(line for line in lines if line.strip().startswith(begins)).split(begins)[1].split()


def test_each_of_ours_is_held_against_the_best_llama_server_and_against_the_serial_one() -> None:
    cold = {
        "ours-fast-30": went(30), "ours-exact-30": went(20),
        "server-4": went(50), "server-8": went(90), "python": went(100),
    }  # fmt: skip
    lines = report.targets({"cold": cold})
    assert lines[2].split() == ["at", "most", "best", "of", "ours", "ours-exact-30", "ours-fast-30"]
    assert row(lines, "cold: makespan s / server-4") == [
        "0.50",
        "0.40",
        "met",
        "0.40",
        "met",
        "0.60",
        "NOT",
        "met",
    ]
    assert row(lines, "cold: makespan s / llama_cpp.server") == [
        "0.40",
        "0.20",
        "met",
        "0.20",
        "met",
        "0.30",
        "met",
    ]
    assert not any("server-8" in line for line in lines)


def test_where_no_target_is_set_the_ratio_stands_alone() -> None:
    lines = report.targets({"warm": {"ours-fast-30": went(30), "python": went(60)}})
    assert row(lines, "warm: makespan s / llama_cpp.server") == ["-", "0.50", "0.50"]


def test_a_restart_is_held_against_a_cold_question_of_the_same_engine() -> None:
    rushes = {
        "one cold": {"ours-fast-30": went(1, first=4), "server-4": went(1, first=1)},
        "restart": {"ours-fast-30": went(1, first=1), "server-4": went(1, first=1)},
    }
    lines = report.targets(rushes)
    assert row(lines, "restart: first word / on a new lesson") == ["0.30", "0.25", "met", "0.25", "met"]
    assert "server" not in " ".join(lines)


def test_without_a_peer_nothing_is_claimed() -> None:
    assert report.targets({"cold": {"ours-fast-30": went(30)}, "one cold": {"ours-fast-30": went(1)}}) == []


def test_a_child_that_grows_is_told() -> None:
    def grown(megabytes: int) -> str:
        looks = [Weighed(200, 50 * MEGABYTE, 1.0), Weighed(2000, (50 + megabytes) * MEGABYTE, 9.0)]
        return report.weighed("ours-fast-30", looks)[-1]

    assert grown(2).endswith("2.0 MB (stable, at most 8: met)")
    assert grown(20).endswith("20.0 MB (stable, at most 8: NOT met)")


def test_pages_beside_a_rush_are_held_to_their_slowest_hundredth() -> None:
    kinds = ("privacy", "class home", "lesson")
    quick = {kind: [0.005] * 100 for kind in kinds}
    slow = {**quick, "lesson": [0.005] * 98 + [0.2] * 2}
    answers = Answered(2.0, "local"), Answered(2.0, "lesson")
    found = Beside(Crowd(200, 5, 30, 2), quick, slow, quick, slow, (2.0, 3.0), answers)
    lines = report.beside("ours-fast-30", found)
    verdicts = [line.rpartition("p99 under 100.0 ms: ")[2] for line in lines if "p99 under" in line]
    assert verdicts == ["met", "NOT met"]
    assert lines[-1].strip() == "written by the model: 1 of 2 answers"
