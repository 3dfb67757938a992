"""The box in numbers: what Prometheus reads, and who may."""

import re

import pytest

from appliance.operations.metrics import Family, may_read, of_requests, text
from appliance.storage.histograms import Histogram
from tests.conftest import Cast

LINE = re.compile(r'chalkbox_[a-z_]+(\{[a-z]+="[^"{}]*"(,[a-z]+="[^"{}]*")*\})? (\d[\d.e+-]*|\+Inf)')


@pytest.mark.parametrize(
    ("address", "given", "key", "may"),
    [
        ("127.0.0.1", "", "", True),
        ("::1", "", "", True),
        ("192.168.4.20", "", "", False),
        ("192.168.4.20", "guess", "", False),
        ("192.168.4.20", "", "key", False),
        ("192.168.4.20", "guess", "key", False),
        ("192.168.4.20", "ключ", "key", False),
        ("192.168.4.20", "key", "key", True),
        ("nowhere", "", "key", False),
        ("", "", "", False),
    ],
)
def test_only_the_box_itself_and_whoever_has_the_key_may_read(
    address: str, given: str, key: str, may: bool
) -> None:
    assert may_read(address, given, key) is may


def test_buckets_count_up_to_everything() -> None:
    seconds = Histogram((0.1, 1.0))
    for value in (0.1, 0.5, 7.0):
        seconds.note(value)
    assert text(of_requests({"2xx": 3}, seconds)) == (
        "# HELP chalkbox_requests_total Requests by class of status.\n"
        "# TYPE chalkbox_requests_total counter\n"
        'chalkbox_requests_total{status="2xx"} 3\n'
        "# HELP chalkbox_request_seconds Until an answer began to go out.\n"
        "# TYPE chalkbox_request_seconds histogram\n"
        'chalkbox_request_seconds_bucket{le="0.1"} 1\n'
        'chalkbox_request_seconds_bucket{le="1"} 2\n'
        'chalkbox_request_seconds_bucket{le="+Inf"} 3\n'
        "chalkbox_request_seconds_sum 7.6\n"
        "chalkbox_request_seconds_count 3\n"
    )


def test_a_number_without_labels_has_no_braces() -> None:
    assert text([Family("slots", "gauge", "So many.", (("", {}, 4.0),))]).endswith("\nchalkbox_slots 4\n")


async def test_the_page_is_text_that_prometheus_reads_and_names_nobody(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    await ben.get("/student")
    page = await cast.visitor().get("/metrics")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in page.text.splitlines() if not line.startswith("#")]
    assert lines and all(LINE.fullmatch(line) for line in lines), lines
    assert "Ben" not in page.text and "/student" not in page.text
    for said in (
        'chalkbox_engine_state{state="ready"} 1',
        'chalkbox_questions{kind="question",state="waiting"} 0',
        'chalkbox_circuit_open{backend="scripted"} 0',
        'chalkbox_requests_total{status="2xx"} 1',
        'chalkbox_jobs{state="failed"} 0',
        "chalkbox_slots 2",
    ):
        assert said in lines


async def test_an_answer_and_a_refusal_are_counted(cast: Cast) -> None:
    from appliance.errors import Conflict, Invalid
    from appliance.inference.engine import Message, Prompt

    router, prompt = cast.parts.router, Prompt((Message("user", "Why?"),))
    assert [event async for event in router.answer(prompt, "student:1:1", "class:1")]
    cast.engine.will_fail(Invalid("Too long.", code="too_long"))
    with pytest.raises((Invalid, Conflict)):
        assert [event async for event in router.answer(prompt, "student:1:1", "class:1")]
    page = (await cast.visitor().get("/metrics")).text
    assert 'chalkbox_answers_total{kind="question",outcome="ended"} 1' in page
    assert 'chalkbox_answers_total{kind="question",outcome="too_long"} 1' in page
    assert 'chalkbox_first_word_seconds_count{kind="question"} 1' in page
    assert re.search(r"chalkbox_answer_pieces_total [1-9]", page)
