"""Which part of a file a Range header asks for."""

import pytest

from appliance.web.ranges import part_asked


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("", None),
        ("bytes=0-", (0, 10)),
        ("bytes=2-4", (2, 3)),
        ("bytes=2-99", (2, 8)),
        ("bytes=-3", (7, 3)),
        ("bytes=-99", (0, 10)),
        ("bytes=9-9", (9, 1)),
        ("bytes=0-1,4-5", (0, 2)),
        ("bytes= 0 - 1", (0, 2)),
        ("lines=1-2", None),
    ],
)
def test_a_part_of_ten_bytes(header: str, part: tuple[int, int] | None) -> None:
    assert part_asked(header, 10) == part


@pytest.mark.parametrize(
    "header", ["bytes=10-", "bytes=4-2", "bytes=-0", "bytes=-", "bytes=x-", "bytes=99-100"]
)
def test_there_is_no_such_part(header: str) -> None:
    with pytest.raises(ValueError, match="bytes"):
        part_asked(header, 10)
