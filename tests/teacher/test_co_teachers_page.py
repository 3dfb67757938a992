"""Who teaches in a class, who only looks, and what that means on every address."""

from tests.conftest import Cast
from tests.teacher.test_whose_class import addresses, sent, state

PATH = "/teach/class/1/co-teachers"


async def test_a_co_teacher_teaches_and_a_viewer_looks(cast: Cast) -> None:
    ada, olu = await cast.ada(), await cast.olu()
    assert (await olu.get("/teach/class/1")).status_code == 404
    assert (await ada.post(PATH, {"username": "OLU", "role": "teacher"})).status_code == 302
    assert (await olu.post("/teach/class/1/lock", {"locked": "1"})).status_code == 302
    assert (await ada.post(f"{PATH}/{cast.olu_id}", {"role": "viewer"})).status_code == 302
    assert (await olu.get("/teach/class/1")).status_code == 200
    refused = await olu.post("/teach/class/1/lock", {"locked": "0"})
    assert refused.status_code == 403 and "Ask one of its teachers" in refused.text
    assert (await ada.post(f"{PATH}/{cast.olu_id}/remove")).status_code == 302
    assert (await olu.get("/teach/class/1")).status_code == 404


async def test_a_viewer_changes_nothing_on_any_address(cast: Cast) -> None:
    ada, olu = await cast.ada(), await cast.olu()
    await ada.post(PATH, {"username": "olu", "role": "viewer"})
    before = await state(cast)
    for method, path in addresses(cast):
        if method != "POST":
            continue
        status = await sent(olu, method, path)
        assert status in (403, 404, 422), (method, path, status)
        # A copy of the class is their own, and changes nothing here.
        if "<" not in path and not path.endswith("/copy"):
            assert status == 403, (method, path, status)
    assert await state(cast) == before


async def test_a_class_is_never_left_without_a_teacher(cast: Cast) -> None:
    ada = await cast.ada()
    await ada.post(PATH, {"username": "olu", "role": "viewer"})
    for refused in (
        await ada.post(f"{PATH}/{cast.ada_id}/remove"),
        await ada.post(f"{PATH}/{cast.ada_id}", {"role": "viewer"}),
        await ada.post(PATH, {"username": "ada", "role": "viewer"}),
    ):
        assert refused.status_code == 409 and "at least one teacher" in refused.text
    await ada.post(f"{PATH}/{cast.olu_id}", {"role": "teacher"})
    left = await ada.post(f"{PATH}/{cast.ada_id}/remove")
    assert left.headers["location"] == "/teach"
    assert (await ada.get("/teach/class/1")).status_code == 404


async def test_a_viewer_may_leave(cast: Cast) -> None:
    ada, olu = await cast.ada(), await cast.olu()
    await ada.post(PATH, {"username": "olu", "role": "viewer"})
    assert (await olu.post(f"{PATH}/{cast.ada_id}/remove")).status_code == 403
    assert (await olu.post(f"{PATH}/{cast.olu_id}/remove")).status_code == 302
    assert (await olu.get("/teach/class/1")).status_code == 404


async def test_a_username_that_nobody_has_is_said_and_kept(cast: Cast) -> None:
    page = await (await cast.ada()).post(PATH, {"username": "nobody", "role": "teacher"})
    assert page.status_code == 422
    assert "Nobody on this box has this username" in page.text and 'value="nobody"' in page.text
    page = await (await cast.ada()).post(PATH, {"username": "olu", "role": "owner"})
    assert page.status_code == 422


async def test_somebody_who_is_switched_off_does_not_count_as_a_teacher(cast: Cast) -> None:
    ada = await cast.ada()
    await ada.post(PATH, {"username": "olu", "role": "teacher"})
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE staff SET is_active = 0 WHERE id = :id", id=cast.olu_id)
    assert (await ada.post(f"{PATH}/{cast.ada_id}/remove")).status_code == 409
    assert (await ada.post(f"{PATH}/{cast.olu_id}/remove")).status_code == 302
