"""Addresses that read their body piece by piece look at the form's token themselves: all of them do."""

import re

from tests.conftest import Cast
from tests.web.test_who_may import address

PNG = b"\x89PNG\r\n\x1a\n" + b"a picture" * 20
MP4 = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 40
TABLES = ("submissions", "media", "documents", "partial_uploads")


async def upload_id(cast: Cast) -> int:
    row = await cast.parts.db.fetch_one("SELECT min(id) AS id FROM materials WHERE kind = 'upload'")
    assert row is not None
    return int(row["id"])


async def test_no_upload_is_taken_without_the_token_of_its_page(cast: Cast) -> None:
    routes = [route for route in cast.app.router.routes if getattr(route.ctx, "csrf", "") == "in_stream"]
    assert len(routes) >= 5
    ada, ben = await cast.ada(), await cast.student(cast.ben)
    film = await ada.post(
        "/teach/class/1/media", {"title": "Film", "is_shown": "1"}, files={"file": ("f.mp4", MP4)}
    )
    assert film.status_code == 302
    before = [await cast.count(table) for table in TABLES], len(await cast.parts.files.names())
    for route in routes:
        pattern = re.sub("<media_id:int>", "1", "/" + route.path)
        path = address(pattern.replace("<material_id:int>", str(await upload_id(cast))))
        sender = ada if path.startswith("/teach") else ben
        for token in ("", "0" * 64):
            file = {"file": ("bee.vtt" if path.endswith("captions") else "bee.png", PNG)}
            if "PUT" in route.methods:
                answer = await sender.client.put(path, content=PNG, headers={"X-CSRF-Token": token})
            else:
                answer = await sender.client.post(path, data={"csrf_token": token}, files=file)
            assert answer.status_code == 403 and "Load it again" in answer.text, path
    assert before == ([await cast.count(table) for table in TABLES], len(await cast.parts.files.names()))
