"""What students read first: a title and a message in Markdown, cleaned."""

from tests.conftest import Cast
from tests.teacher.road import Road


async def test_students_read_the_title_and_the_message(road: Road, cast: Cast) -> None:
    message = "**Bring** a lamp. <script>alert(1)</script> [more](javascript:alert(1))"
    await road.ada.post(f"{road.base}/landing", {"title": "Light week", "message": message})
    page = (await (await cast.student(cast.ben)).get("/student")).text
    assert "Light week" in page and "<strong>Bring</strong>" in page
    assert "<script>alert" not in page and 'href="javascript' not in page
    assert "change_landing" in await road.actions()


async def test_an_empty_title_says_hello(road: Road, cast: Cast) -> None:
    await road.ada.post(f"{road.base}/landing", {"title": "", "message": ""})
    assert "Hello, Ben" in (await (await cast.student(cast.ben)).get("/student")).text


async def test_too_much_is_shown_again_and_not_saved(road: Road) -> None:
    for form in ({"title": "t" * 201, "message": "Kept"}, {"title": "Kept", "message": "m" * 4001}):
        page = await road.ada.post(f"{road.base}/landing", form)
        assert page.status_code == 422 and "Kept" in page.text and "at most" in page.text
    assert "change_landing" not in await road.actions()


async def test_a_picture_that_is_gone_meanwhile_costs_no_words(road: Road) -> None:
    form = {"title": "Light week", "message": "Bring a lamp.", "picture": "99"}
    page = await road.ada.post(f"{road.base}/landing", form)
    assert page.status_code == 422 and "Choose a picture." in page.text and "Bring a lamp." in page.text
