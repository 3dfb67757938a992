"""A course that is put on the box while it runs."""

import asyncio

from tests.conftest import Cast


async def test_a_course_that_is_put_on_the_running_box_can_be_searched_soon(cast: Cast) -> None:
    parts = cast.app.ctx.parts
    folder = parts.settings.appliance_data / "courses" / "kites"
    folder.mkdir(parents=True)
    (folder / "wind.md").write_text("## Sail\n\nThe sail is made of carbon tubes nowadays.")
    (folder / "course.yaml").write_text("lessons:\n  - {slug: wind, file: wind.md}\n")
    async with asyncio.timeout(60):
        while not await parts.db.fetch_all("SELECT 1 FROM passages WHERE course_slug = 'kites'"):  # noqa: ASYNC110 - it happens inside the box
            await asyncio.sleep(0.1)
