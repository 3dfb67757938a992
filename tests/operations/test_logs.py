"""Log lines: one for each event, in UTC, and a stranger's words can't make two of them."""

import io
import logging
import re
from collections.abc import Iterator

import pytest

from appliance.operations import logs


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is logged, with the process's own logging put back afterwards."""
    root, quiet = logging.getLogger(), logging.getLogger("sanic.access")
    before = root.handlers[:], root.level, quiet.disabled, logging.getLogger("chalkbox").level
    stream = io.StringIO()
    logs.configure("INFO", stream)
    yield stream
    root.handlers, root.level, quiet.disabled = before[0], before[1], before[2]
    logging.getLogger("chalkbox").setLevel(before[3])


log = logging.getLogger("chalkbox.test")


def test_a_line_has_time_level_place_event_and_values(written: io.StringIO) -> None:
    log.info("job_done kind=%s id=%d ms=%.1f", "index_course", 7, 1.26)
    assert re.fullmatch(
        r"time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=info from=test event=job_done "
        r"kind=index_course id=7 ms=1\.3\n",
        written.getvalue(),
    )


@pytest.mark.parametrize(
    "bad", ["a\nb", "a\r\nb", "a\x1b[2Jb", "a\u2028b", 'a" level=error x="', "a level=error", "a\x85b"]
)
def test_a_value_can_neither_end_its_line_nor_add_a_field(written: io.StringIO, bad: str) -> None:
    log.info("page_shown path=%s", bad)
    line = written.getvalue()
    assert len(line.splitlines()) == 1 and line.isprintable() is False and line[:-1].isprintable()
    fields = re.findall(r'(\w+)=("(?:[^"\\]|\\.)*"|[^" ]\S*)', line)
    assert [name for name, _ in fields] == ["time", "level", "from", "event", "path"]


def test_values_that_the_message_asks_to_quote_are_quoted_once(written: io.StringIO) -> None:
    log.warning("event=engine_ended code=%d reason=%r", 9, "out of memory")
    assert 'event=engine_ended code=9 reason="out of memory"\n' in written.getvalue()


def test_a_traceback_stays_on_the_line_of_its_event(written: io.StringIO) -> None:
    try:
        raise ValueError("broken\nFAKE=1")
    except ValueError:
        log.exception("unknown_error number=%s", "4f2a")
    assert len(written.getvalue().splitlines()) == 1
    assert 'trace="Traceback' in written.getvalue()


def test_what_libraries_say_is_kept_as_text(written: io.StringIO) -> None:
    logging.getLogger("sanic.error").error("Experienced exception while trying to serve\nline two")
    assert 'from=sanic.error event=message text="Experienced exception' in written.getvalue()
    assert len(written.getvalue().splitlines()) == 1


def test_the_servers_own_access_log_and_greetings_are_silent(written: io.StringIO) -> None:
    logging.getLogger("sanic.access").info("GET /student 200")
    logging.getLogger("sanic.root").info("Goin' Fast")
    assert written.getvalue() == ""


def test_the_level_comes_from_the_settings(written: io.StringIO) -> None:
    log.debug("too_small")
    logs.configure("DEBUG", written)
    log.debug("wanted_now")
    assert "too_small" not in written.getvalue() and "event=wanted_now" in written.getvalue()
