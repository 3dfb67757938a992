"""kill -9 at any moment: what the page said was handed in is there, and the box starts again."""

from hashlib import sha256
from random import Random

from tests.faults.conftest import NewBox
from tests.faults.power_cuts import losses, work_until_killed
from tests.faults.serving import HandedIn, is_handed_in, picture, pupils

ROUNDS = 10


async def test_nothing_that_was_answered_is_lost_and_nothing_half_is_shown(new_box: NewBox) -> None:
    box, receipts = new_box(), list[HandedIn]()
    box.start()
    for number in range(ROUNDS):
        receipts += await work_until_killed(box, Random(number), number)
        box.start()
        assert losses(box, receipts) == [], f"in round {number}"
    assert len(receipts) > ROUNDS


async def test_a_file_that_is_gone_or_changed_would_be_seen(new_box: NewBox) -> None:
    """The check that the other test leans on."""
    box = new_box()
    box.start()
    receipts = await work_until_killed(box, Random(1), 1)
    # Not the one that was on its way: that one is listed nowhere.
    stored = (box.data / "uploads").glob("??/*")
    told = next(path for path in stored if sha256(path.read_bytes()).hexdigest() == receipts[0].sha256)
    told.write_bytes(b"changed")
    (box.data / "uploads" / "stray").write_bytes(b"nobody's")
    missing = HandedIn("Ben", "never.png", "no hash")
    box.start()
    found = losses(box, [*receipts, missing])
    assert [line.split(":")[0] for line in found] == [
        "answered and not listed",
        "listed and not whole",
        "left over",
    ]


async def test_after_a_power_cut_students_are_still_signed_in_and_can_fetch_their_work(
    new_box: NewBox,
) -> None:
    box = new_box()
    box.start()
    content = picture(100_000)
    async with pupils(box, "Ben") as (ben,):
        assert is_handed_in(await ben.hand_in(content, "circuit.png"))
        box.kill()
        box.start()
        assert (await ben.browser.get(await ben.newest_download())).content == content
        assert is_handed_in(await ben.hand_in(content, "circuit.png"))
