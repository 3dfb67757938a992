"""What the box keeps about me: to see, and to delete for good."""

from appliance.study.chats import create_session
from appliance.web.identity import SESSION_COOKIE
from tests.student.conftest import PNG, Lamps

WORK = ("submissions", "checklist_ticks", "reflections")


async def do_work(lamps: Lamps) -> None:
    await lamps.hand_in("mine.png", PNG)
    await lamps.ben.post(
        f"/material/{lamps.work['reflection'].id}/reflection", {"reflection_text": "My own words"}
    )
    lesson = lamps.cast.parts.shelf.lesson("lamps", "circles")
    assert lesson.checklist is not None
    ticked = {"checked_item": lesson.checklist.items[0].key}
    await lamps.ben.post(f"/material/{lamps.work['checklist'].id}/checklist", ticked)


async def test_everything_the_box_keeps_about_me_is_on_one_page(lamps: Lamps) -> None:
    await do_work(lamps)
    page = (await lamps.ben.get("/student/my-data")).text
    for mine in ("Ben", "7B", "mine.png", "My own words", "1 box ticked"):
        assert mine in page


async def test_delete_my_work_takes_files_and_words_and_leaves_the_name(lamps: Lamps) -> None:
    await do_work(lamps)
    deleted = await lamps.ben.post("/student/delete-work")
    assert deleted.headers["location"] == "/student/my-data"
    page = (await lamps.ben.get("/student/my-data")).text
    assert (
        "Your work is deleted. Files: 1. Texts, ticks and marks of your own: 2." in page
        and "mine.png" not in page
        and "My own words" not in page
    )
    assert [await lamps.cast.count(table) for table in WORK] == [0, 0, 0]
    assert await lamps.cast.parts.files.names() == []
    assert await lamps.cast.count("students") == 2


async def test_delete_me_takes_all_of_it_and_ends_the_session(lamps: Lamps) -> None:
    await do_work(lamps)
    again = await lamps.cast.student(lamps.cast.ben)
    gone = await lamps.ben.post("/student/delete-me")
    assert gone.headers["location"] == "/"
    assert "Everything about you is deleted from this box." in (await lamps.ben.get("/")).text
    assert [await lamps.cast.count(table) for table in WORK] == [0, 0, 0]
    assert await lamps.cast.parts.files.names() == []
    assert await lamps.cast.count("students") == 1
    assert (await again.get("/student")).headers["location"] == "/"


async def test_deleting_leaves_everybody_else_as_they_were(lamps: Lamps) -> None:
    chi = await lamps.cast.student(lamps.cast.chi)
    await lamps.hand_in("chi.png", PNG, chi)
    await do_work(lamps)
    await lamps.ben.post("/student/delete-work")
    await lamps.ben.post("/student/delete-me")
    assert "chi.png" in (await chi.get("/student/my-data")).text
    assert len(await lamps.cast.parts.files.names()) == 1


async def test_leaving_on_a_shared_device_keeps_the_work_and_forgets_the_device(lamps: Lamps) -> None:
    await do_work(lamps)
    token = lamps.ben.client.cookies[SESSION_COOKIE]
    left = await lamps.ben.post("/student/end-session")
    forgotten = [
        cookie.split("=")[0] for cookie in left.headers.get_list("set-cookie") if "Max-Age=0" in cookie
    ]
    assert set(forgotten) == {"chalkbox_session", "chalkbox_device"}
    assert await lamps.cast.count("submissions") == 1
    lamps.ben.client.cookies.set(SESSION_COOKIE, token)
    assert (await lamps.ben.get("/student")).headers["location"] == "/"


async def test_deleting_twice_does_no_harm(lamps: Lamps) -> None:
    await do_work(lamps)
    await lamps.ben.post("/student/delete-work")
    assert (await lamps.ben.post("/student/delete-work")).status_code == 302
    await lamps.ben.post("/student/delete-me")
    assert (await lamps.ben.post("/student/delete-me")).headers["location"] == "/"


SECRETS = ("zebrafinch-note", "zebrafinch-words", "zebrafinch-name", "zebrafinch-file", "zebrafinch-chat")


async def leave_traces(lamps: Lamps) -> None:
    """The same word in everything that a student can write, over more pages of the database than one."""
    filler = "and more words " * 200
    await lamps.hand_in("zebrafinch-file.png", PNG, note="zebrafinch-note " + filler[:1900])
    await lamps.ben.post(
        f"/material/{lamps.work['reflection'].id}/reflection",
        {"reflection_text": "zebrafinch-words " + filler},
    )
    await lamps.ben.post(
        f"/material/{lamps.work['reflection'].id}/reflection",
        {"reflection_text": "zebrafinch-words once more"},
    )
    upload = {"filename": "zebrafinch-file.txt", "size": 50, "note": "zebrafinch-note"}
    begun = await lamps.ben.post_json(f"/material/{lamps.work['upload'].id}/uploads", upload)
    place = f"/material/{lamps.work['upload'].id}/uploads/{begun.json()['id']}"
    headers = {"X-CSRF-Token": lamps.ben.token, "Upload-Offset": "0"}
    await lamps.ben.client.put(place, content=b"zebrafinch-file", headers=headers)
    assert lamps.cast.ben is not None
    async with lamps.cast.parts.db.transaction() as tx:
        session = await create_session(tx, lamps.cast.classroom.id, lamps.cast.ben.id, "zebrafinch-chat")
        for _ in range(30):
            await tx.execute(
                "INSERT INTO chat_messages (session_id, author, body, sent_at) VALUES (:id, 'person', :body, 1)",
                id=session,
                body="zebrafinch-chat " + filler,
            )
        await tx.execute(
            "UPDATE students SET display_name = 'zebrafinch-name' WHERE id = :id", id=lamps.cast.ben.id
        )


def bytes_on_disk(lamps: Lamps) -> bytes:
    """The database with its log, and every file of the uploads with its name."""
    data = lamps.cast.parts.settings.appliance_data
    files = [*data.glob("box.sqlite3*"), *(path for path in (data / "uploads").rglob("*") if path.is_file())]
    return b"".join(path.name.encode() + path.read_bytes() for path in files)


async def test_after_delete_me_no_word_of_mine_is_left_on_the_disk(lamps: Lamps) -> None:
    await leave_traces(lamps)
    assert all(secret.encode() in bytes_on_disk(lamps) for secret in SECRETS)
    await lamps.ben.post("/student/delete-me")
    left = bytes_on_disk(lamps)
    assert [secret for secret in SECRETS if secret.encode() in left] == []
    assert PNG not in left
    assert await lamps.cast.count("student_events") == 0


async def test_my_data_shows_groups_chats_certificates_and_counts(lamps: Lamps) -> None:
    await leave_traces(lamps)
    assert lamps.cast.ben is not None
    ids = {"class_id": lamps.cast.classroom.id, "student_id": lamps.cast.ben.id}
    async with lamps.cast.parts.db.transaction() as tx:
        group = await tx.insert(
            "INSERT INTO groups (class_id, name, colour) VALUES (:class_id, 'Owls', 'blue')",
            class_id=ids["class_id"],
        )
        await tx.execute(
            "INSERT INTO group_students (group_id, student_id) VALUES (:group_id, :student_id)",
            group_id=group,
            student_id=ids["student_id"],
        )
        await tx.execute(
            """
            INSERT INTO certificates
              (class_id, student_id, code, student_name, class_name, school_name, sessions, artifacts, milestones,
               issued_at)
            VALUES (:class_id, :student_id, 'ABCDEFGH2345', 'Ben', '7B', 'Hill School', 8, 6, 1, 1800000000)
            """,
            **ids,
        )
        for kind in ("session_completed", "artifact_submitted"):
            await tx.execute(
                """
                INSERT INTO outcomes (class_id, student_id, kind, happened_at)
                VALUES (:class_id, :student_id, :kind, 1)
                """,
                **ids,
                kind=kind,
            )
    page = (await lamps.ben.get("/student/my-data")).text
    for mine in (
        "Owls",
        "ABCDEFGH2345",
        "zebrafinch-chat",
        "30 messages",
        "Lessons done",
        "Handed something in",
    ):
        assert mine in page, mine


async def test_my_data_takes_as_many_queries_for_much_as_for_little(lamps: Lamps) -> None:
    await lamps.cast.at_rest()
    db = lamps.cast.parts.db
    counts = []
    for _ in range(2):
        before = db.queries
        await lamps.ben.get("/student/my-data")
        counts.append(db.queries - before)
        for _ in range(5):
            await lamps.hand_in("more.png", PNG)
        await do_work(lamps)
    assert counts[0] == counts[1]


async def test_every_kind_of_event_is_said_in_the_students_own_language(lamps: Lamps) -> None:
    await lamps.ben.post("/student/name", {"display_name": "Benja"})
    await lamps.ben.post("/language", {"language": "es", "next": "/student"})
    page = (await lamps.ben.get("/student/my-data")).text
    assert "Cambié mi nombre" in page and "student rename" not in page
