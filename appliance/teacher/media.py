"""Videos and files for a class's lessons: uploaded or named by their address, described, given captions."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sanic import HTTPResponse, Request
from sanic.response import json, redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import Class, class_of_staff, class_of_teacher
from appliance.classroom.materials import materials_of_class
from appliance.classroom.media import (
    CAPTIONS,
    Media,
    MediaDraft,
    checked_media,
    create_captions,
    create_media,
    media_in_class,
    media_of_class,
    update_media,
)
from appliance.classroom.pressed_forms import new_form_key
from appliance.errors import Invalid, Refusal, Sentence, Unavailable
from appliance.parts import Parts, parts_of
from appliance.storage.database import Database, Reads
from appliance.storage.files import StoredFile
from appliance.teacher.form_keys import made_once
from appliance.teacher.media_uploads import ACCEPTED, MEGABYTE, check_room, keep_each
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.many_uploads import MOST_FILES, Arrived, Uploads, receive_many
from appliance.web.refusals import answer, wants_json
from appliance.web.rendering import render, say, translator
from appliance.web.uploads import Upload, receive
from appliance.work.submissions import accept

FIELDS = ("title", "folder", "lesson", "description", "source_url", "is_shown")
MOST_TYPED = 5000
TOO_LARGE = (
    "This file is larger than the limit, which stands below. Make it smaller, or cut the video in two."
)
SOME_REFUSED = "%(kept)s of %(all)s files are on the box. Why the others are not stands at their names."
NO_FILE = "Choose a file first, then upload it."
EMPTY = "This file is empty. Save it again and upload it once more."
BROKEN = "The file did not arrive whole. Check the Wi-Fi and upload it again."
WRONG_KIND = "This kind of file can't be put here. Look at the kinds listed below."
# What is said to students who hand in, in a teacher's words.
SENTENCES = {
    "missing_file": NO_FILE,
    "empty_file": EMPTY,
    "bad_multipart": BROKEN,
    "upload_stalled": BROKEN,
    "wrong_kind": WRONG_KIND,
}
NO_LESSON = "This lesson is not on the road of the class. Choose another, or none."


async def index(request: Request, class_id: int) -> HTTPResponse:
    classroom = await class_of_staff(parts_of(request).db, class_id, person_of(request).id)
    return await _list_page(request, classroom)


async def create(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    classroom = await class_of_teacher(parts.db, class_id, person.id)
    uploads = Uploads()
    try:
        await _take_all(request, class_id, uploads)
    except Unavailable:
        raise
    except Refusal as refusal:
        typed = {name: uploads.fields.get(name, "")[:MOST_TYPED] for name in FIELDS}
        return await _refused(request, classroom, refusal, typed)
    refused = [arrived for arrived in uploads.files if arrived.refusal]
    if refused:
        return await _some_refused(request, classroom, uploads, refused)
    is_one = len(uploads.files) == 1 and not uploads.fields.get("many")
    translate = translator(request)
    say(request, translate("It is on the box.") if is_one else translate("The files are on the box."))
    if wants_json(request):
        return json({"kept": len(uploads.files)})
    return redirect(f"/teach/class/{class_id}/media")


async def create_link(request: Request, class_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    classroom = await class_of_teacher(parts.db, class_id, person.id)
    try:
        async with parts.db.transaction() as tx:
            draft = await _draft(tx, class_id, _typed(request))

            async def make() -> int:
                created = await create_media(tx, class_id, draft)
                await record_staff(tx, "create_media", person.id, class_id, str(created), request.ip)
                return created

            media_id = await made_once(request, tx, make)
    except Invalid as refusal:
        return await _list_page(request, classroom, refusal, _typed(request), is_link=True)
    say(request, translator(request)("The video is in the list."))
    return redirect(f"/teach/class/{class_id}/media#media-{media_id}")


async def show(request: Request, class_id: int, media_id: int) -> HTTPResponse:
    return await _edit_page(request, class_id, media_id)


async def update(request: Request, class_id: int, media_id: int) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    await class_of_teacher(parts.db, class_id, person.id)
    try:
        async with parts.db.transaction() as tx:
            media = await media_in_class(tx, class_id, media_id)
            await update_media(tx, media, await _draft(tx, class_id, _typed(request), media.lesson))
            await record_staff(tx, "change_media", person.id, class_id, str(media_id), request.ip)
    except Invalid as refusal:
        return await _edit_page(request, class_id, media_id, refusal, _typed(request))
    say(request, translator(request)("It is saved."))
    return redirect(f"/teach/class/{class_id}/media#media-{media_id}")


async def create_captions_of(request: Request, class_id: int, media_id: int) -> HTTPResponse:
    """WebVTT for a video of the box, in the place of what it had."""
    parts, person = parts_of(request), person_of(request)
    await class_of_teacher(parts.db, class_id, person.id)
    video = await media_in_class(parts.db, class_id, media_id)
    upload = Upload()
    try:
        if not video.is_playable:
            raise Invalid("Only a video on the box can have captions.", "no_video", field="file")
        stored = await _take(request, class_id, upload, (CAPTIONS,))
        gone = await _keep_captions(request, video, upload, stored)
    except Unavailable:
        raise
    except Refusal as refusal:
        return await _captions_refused(request, class_id, media_id, refusal)
    if gone:
        await parts.files.remove(gone)
    say(request, translator(request)("The video has its captions."))
    return redirect(f"/teach/class/{class_id}/media/{media_id}")


async def _take_all(request: Request, class_id: int, uploads: Uploads) -> None:
    """Stream, check and keep them. Raises what is wrong with the form, or with its only file."""
    parts = parts_of(request)
    limit, room = parts.settings.appliance_upload_max_mb * MEGABYTE, partial(check_room, parts, class_id)
    await receive_many(request, parts.files, limit, TOO_LARGE, uploads, room)
    typed = {name: uploads.fields.get(name, "").replace("\x00", "") for name in FIELDS}
    is_several = len(uploads.files) > 1 or bool(uploads.fields.get("many"))
    try:
        draft = await _draft(parts.db, class_id, typed)
        # A title of its own comes with each file, where it has none.
        checked_media(replace(draft, title=draft.title.strip() or "-"), is_link=False)
    except BaseException:
        await uploads.discard()
        raise
    await keep_each(request, class_id, uploads, replace(draft, title="") if is_several else draft)
    (first, *others) = uploads.files
    if first.refusal and not others:
        raise first.refusal


async def _take(request: Request, class_id: int, upload: Upload, accepted: tuple[str, ...]) -> StoredFile:
    """Stream and check it; the row comes after this."""
    parts = parts_of(request)
    limit, room = parts.settings.appliance_upload_max_mb * MEGABYTE, partial(check_room, parts, class_id)
    await receive(request, parts.files, limit, TOO_LARGE, upload, room)
    assert upload.file is not None  # noqa: S101 - receive raises when no file came
    return await accept(parts.files, upload.file, upload.filename, accepted)


async def _keep_captions(request: Request, video: Media, upload: Upload, stored: StoredFile) -> str:
    parts, person = parts_of(request), person_of(request)
    try:
        async with parts.db.transaction() as tx:
            current = await media_in_class(tx, video.class_id, video.id)
            gone = await create_captions(tx, current, upload.filename, stored)
            await record_staff(tx, "change_media", person.id, video.class_id, str(video.id), request.ip)
    except BaseException:
        await parts.files.remove(stored.stored_name)
        raise
    return gone


async def _draft(
    db: Database | Reads, class_id: int, typed: dict[str, str], lesson_before: str = ""
) -> MediaDraft:
    """Raises Invalid for a lesson that the class doesn't have; one that was there before may stay."""
    if typed["lesson"] not in {"", lesson_before, *(await _lessons(db, class_id))}:
        raise Invalid(NO_LESSON, "no_lesson", field="lesson")
    return MediaDraft(
        typed["title"],
        typed["folder"],
        typed["lesson"],
        typed["description"],
        typed["source_url"],
        typed["is_shown"] == "1",
    )


async def _lessons(db: Database | Reads, class_id: int) -> dict[str, str]:
    """Titles of the lessons on the road, by `course/lesson`."""
    return {
        f"{material.course_slug}/{material.lesson_slug}": material.title
        for material in await materials_of_class(db, class_id)
        if material.kind == "lesson"
    }


def _typed(request: Request) -> dict[str, str]:
    return {name: forms.typed_text(request, name, MOST_TYPED).replace("\x00", "") for name in FIELDS}


async def _refused(
    request: Request, classroom: Class, refusal: Refusal, typed: dict[str, str]
) -> HTTPResponse:
    refusal.message = _sentence(refusal)
    if wants_json(request):
        return answer(request, refusal)
    return await _list_page(request, classroom, refusal, typed)


async def _some_refused(
    request: Request, classroom: Class, uploads: Uploads, refused: list[Arrived]
) -> HTTPResponse:
    """Those that came stay; the form shows again what is wrong with the others."""
    translate = translator(request)
    said = [(each.filename, translate(_sentence(each.refusal))) for each in refused if each.refusal]
    numbers = {"kept": len(uploads.files) - len(refused), "all": len(uploads.files)}
    message = Sentence(SOME_REFUSED, **numbers)
    refusal = Invalid(message, "some_refused", field="file")
    if wants_json(request):
        named = [{"filename": name, "message": words} for name, words in said]
        return answer(request, refusal, refused=named)
    typed = {name: uploads.fields.get(name, "")[:MOST_TYPED] for name in FIELDS}
    return await _list_page(request, classroom, refusal, typed, refused=said)


def _sentence(refusal: Refusal) -> str:
    return SENTENCES.get(refusal.code, refusal.message)


async def _captions_refused(request: Request, class_id: int, media_id: int, refusal: Refusal) -> HTTPResponse:
    refusal.message = _sentence(refusal)
    if wants_json(request):
        return answer(request, refusal)
    return await _edit_page(request, class_id, media_id, refusal)


async def _list_page(
    request: Request,
    classroom: Class,
    refusal: Refusal | None = None,
    typed: dict[str, str] | None = None,
    is_link: bool = False,
    refused: Sequence[tuple[str, str]] = (),
) -> HTTPResponse:
    """`is_link`: it was the form for an address that was refused. `refused`: names and sentences of several files."""
    parts = parts_of(request)
    media = await media_of_class(parts.db, classroom.id)
    errors = forms.errors(refusal, translator(request))
    nothing = forms.errors(None, translator(request))
    fresh = {**dict.fromkeys(FIELDS, ""), "is_shown": "1"}
    return render(
        request,
        "teacher/media.html",
        forms.status_of(refusal),
        classroom=classroom,
        folders=_by_folder(media),
        lessons=await _lessons(parts.db, classroom.id),
        accepted=",".join(ACCEPTED),
        refused=refused,
        most_files=MOST_FILES,
        max_mb=parts.settings.appliance_upload_max_mb,
        upload=(fresh if is_link or typed is None else typed, nothing if is_link else errors),
        link=(typed if is_link and typed else fresh, errors if is_link else nothing),
        form_key=new_form_key(),
    )


def _by_folder(media: list[Media]) -> dict[str, list[Media]]:
    folders: dict[str, list[Media]] = {}
    for each in media:
        folders.setdefault(each.folder, []).append(each)
    return folders


async def _edit_page(
    request: Request,
    class_id: int,
    media_id: int,
    refusal: Refusal | None = None,
    typed: dict[str, str] | None = None,
) -> HTTPResponse:
    parts: Parts = parts_of(request)
    classroom = await class_of_staff(parts.db, class_id, person_of(request).id)
    media = await media_in_class(parts.db, class_id, media_id)
    lessons = await _lessons(parts.db, class_id)
    return render(
        request,
        "teacher/media_edit.html",
        forms.status_of(refusal),
        classroom=classroom,
        media=media,
        lessons={
            **lessons,
            **({media.lesson: media.lesson} if media.lesson and media.lesson not in lessons else {}),
        },
        typed=typed or _stands(media),
        errors=forms.errors(refusal, translator(request)),
        max_mb=parts.settings.appliance_upload_max_mb,
    )


def _stands(media: Media) -> dict[str, str]:
    return {
        "title": media.title,
        "folder": media.folder,
        "lesson": media.lesson,
        "description": media.description,
        "source_url": media.source_url,
        "is_shown": "1" if media.is_shown else "",
    }
