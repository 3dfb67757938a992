"""What stands on the console: addresses that can be typed, and squares that a phone's camera reads."""

import io

import segno

from appliance.operations.console import announced, say, square, unannounced, welcome


def drawn(square: str) -> list[str]:
    """The rows of modules, dark as 1, without the quiet zone around them."""
    rows = []
    for line in square.splitlines():
        cells = line.strip("\n")[2:]
        rows.append("".join("0" if cell in "█▀" else "1" for cell in cells))
        rows.append("".join("0" if cell in "█▄" else "1" for cell in cells))
    return rows


def test_the_square_opens_the_address() -> None:
    code = segno.make("http://classroom.local", error="l", micro=False)
    wanted = ["".join(str(int(dark)) for dark in row) for row in code.matrix_iter(border=2)]
    assert drawn(square("http://classroom.local"))[: len(wanted)] == wanted


def test_name_and_number_stand_beside_each_other() -> None:
    text = announced("http://classroom.local", "http://192.168.4.1")
    assert "On this network: http://classroom.local or http://192.168.4.1" in text
    assert square("http://classroom.local") in text and square("http://192.168.4.1") in text


def test_without_a_name_the_number_is_said() -> None:
    assert "http://192.168.4.1" in unannounced("http://192.168.4.1")


def test_a_box_that_is_set_up_shows_no_setup_code() -> None:
    assert "Setup code" not in welcome("http://localhost:8080", "", None)


class Gone(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError


def test_a_console_that_is_gone_or_knows_no_blocks_stops_nothing() -> None:
    say("█ hello", Gone())
    kept = io.BytesIO()
    with io.TextIOWrapper(kept, encoding="ascii") as plain:
        say("█ hello", plain)
        assert kept.getvalue() == b"? hello\n"
