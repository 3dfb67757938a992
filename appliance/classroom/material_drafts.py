"""What a teacher's form says about a material, checked and cleaned before it becomes one."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from appliance.classroom.groups_of_materials import set_groups
from appliance.classroom.material_items import replace_items, save_items
from appliance.classroom.material_places import with_its_own
from appliance.classroom.materials import Material
from appliance.classroom.modules import checked_title
from appliance.errors import Invalid
from appliance.library.lessons import Item
from appliance.storage.database import Transaction

MOST_MATERIALS = 100
BODY_CHARACTERS = 20_000
URL_CHARACTERS = 1000
MOST_MB = 600
LEAST_SCALE, MOST_SCALE = 2, 10
# A lesson comes with a course, never by this form.
KINDS = ("link", "text", "checklist", "reflection", "rubric", "upload", "gallery", "quiz", "cards")
WITH_ITEMS = ("checklist", "rubric")
WITH_FILES = ("upload", "gallery")
WITH_ACTIVITY = ("quiz", "cards")
BAD_URL = "Type an address that begins with https:// or http://, or a path on this box such as /library."
BAD_EXTENSIONS = "Name the kinds of files by their endings, such as .pdf .png .sb3."
_EXTENSION = re.compile(r"\.[a-z0-9]{1,10}")
_BARE_ADDRESS = re.compile(r"[\w-]+(\.[\w-]+)+([/?#:].*)?")


@dataclass(frozen=True)
class Draft:
    """`due_at` in UTC seconds; `items` for checklists, rubrics, and files that are marked by criteria."""

    kind: str
    title: str
    body: str = ""
    url: str = ""
    accepted_extensions: str = ""
    max_upload_mb: int = 50
    rubric_scale_max: int = 4
    activity_id: int = 0
    due_at: int | None = None
    items: tuple[Item, ...] = ()
    group_ids: frozenset[int] = frozenset()


async def create_material(tx: Transaction, module_id: int, draft: Draft) -> int:
    """At the end of its module. Raises Invalid."""
    draft = checked(draft)
    row = await tx.fetch_one(
        """
        SELECT coalesce(sum(removed_at IS NULL), 0) AS materials, coalesce(max(position), -1) AS last
        FROM materials
        WHERE module_id = :module_id
        """,
        module_id=module_id,
    )
    if row is not None and row["materials"] >= MOST_MATERIALS:
        raise Invalid("A module may have 100 materials at most.", field="title")
    material_id = await tx.insert(
        """
        INSERT INTO materials (module_id, kind, title, body, url, accepted_extensions, max_upload_mb,
          rubric_scale_max, activity_id, due_at, position)
        VALUES (:module_id, :kind, :title, :body, :url, :extensions, :max_upload_mb,
          :scale, :activity_id, :due_at, :position)
        """,
        module_id=module_id,
        kind=draft.kind,
        title=draft.title,
        body=draft.body,
        url=draft.url,
        extensions=draft.accepted_extensions,
        max_upload_mb=draft.max_upload_mb,
        scale=draft.rubric_scale_max,
        activity_id=draft.activity_id or None,
        due_at=draft.due_at,
        position=row["last"] + 1 if row else 0,
    )
    await save_items(tx, material_id, draft.items)
    await set_groups(tx, material_id, draft.group_ids)
    return material_id


async def update_material(tx: Transaction, material: Material, draft: Draft) -> None:
    """All but its kind. Words and lines of what came with a lesson are said instead of the file's. Raises Invalid."""
    draft = checked(draft, of_lesson=material.is_of_lesson or material.kind == "lesson")
    await tx.execute(
        """
        UPDATE materials
        SET title = :title, body = :body, url = :url, accepted_extensions = :extensions,
          max_upload_mb = :max_upload_mb, rubric_scale_max = :scale, activity_id = :activity_id, due_at = :due_at
        WHERE id = :id
        """,
        id=material.id,
        title=draft.title,
        body=draft.body,
        url=draft.url,
        extensions=draft.accepted_extensions,
        max_upload_mb=draft.max_upload_mb,
        scale=draft.rubric_scale_max,
        activity_id=draft.activity_id or None,
        due_at=draft.due_at,
    )
    # By which criteria a hand-in is marked is the teacher's to say, also where the lesson's file asks for it.
    if material.is_of_lesson and material.kind not in WITH_FILES:
        await replace_items(tx, material.id, draft.items)
    else:
        await save_items(tx, material.id, draft.items)
    await tx.execute(
        "UPDATE rubric_scores SET score = :scale WHERE material_id = :id AND score > :scale",
        id=material.id,
        scale=draft.rubric_scale_max,
    )
    for each in await with_its_own(tx, material):
        await set_groups(tx, each, draft.group_ids)


def checked(draft: Draft, of_lesson: bool = False) -> Draft:
    """Raises Invalid with the field that has to change; what doesn't belong to the kind is dropped."""
    if not of_lesson and draft.kind not in KINDS:
        raise Invalid("Choose what kind of material it is.", field="kind")
    if len(draft.body) > BODY_CHARACTERS:
        raise Invalid("The text may have 20000 characters at most.", "too_long", field="body")
    has_criteria = draft.kind in (*WITH_ITEMS, *WITH_FILES)
    if draft.kind in WITH_ITEMS and not draft.items and not of_lesson:
        raise Invalid("Write at least one line.", field="lines")
    if draft.kind in WITH_ACTIVITY and not draft.activity_id:
        raise Invalid("Choose one that is published.", field="activity")
    if draft.kind == "text" and not draft.body.strip():
        raise Invalid("Write the text that your students will read.", field="body")
    return Draft(
        draft.kind,
        checked_title(draft.title),
        draft.body,
        checked_url(draft.url) if draft.kind == "link" else "",
        checked_extensions(draft.accepted_extensions) if draft.kind in WITH_FILES else "",
        _within(draft.max_upload_mb, 1, MOST_MB, "max_upload_mb"),
        _within(draft.rubric_scale_max, LEAST_SCALE, MOST_SCALE, "rubric_scale_max"),
        draft.activity_id if draft.kind in WITH_ACTIVITY else 0,
        None if draft.kind in WITH_ACTIVITY else draft.due_at,
        draft.items if has_criteria else (),
        draft.group_ids,
    )


def checked_url(given: str) -> str:
    """An http(s) address or a path of the box, and nothing that a browser could take for more. Raises Invalid."""
    url = given.strip()
    if _BARE_ADDRESS.fullmatch(url):
        url = f"https://{url}"
    if not url or len(url) > URL_CHARACTERS or not url.isprintable() or "\\" in url or " " in url:
        raise Invalid(BAD_URL, "bad_url", field="url")
    if url.startswith("/"):
        if url.startswith("//"):
            raise Invalid(BAD_URL, "bad_url", field="url")
        return url
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        is_good = False
    if not is_good:
        raise Invalid(BAD_URL, "bad_url", field="url")
    return url


def checked_extensions(given: str) -> str:
    """As in `.pdf,.png`. Raises Invalid."""
    pieces = re.split(r"[,;\s]+", given.casefold().strip())
    dotted = [piece if piece.startswith(".") else f".{piece}" for piece in pieces if piece]
    if not 0 < len(dotted) <= 30 or not all(map(_EXTENSION.fullmatch, dotted)):
        raise Invalid(BAD_EXTENSIONS, "bad_extensions", field="accepted_extensions")
    return ",".join(dict.fromkeys(dotted))


def _within(number: int, least: int, most: int, field: str) -> int:
    if not least <= number <= most:
        raise Invalid("Choose a number that fits.", "out_of_range", field=field)
    return number
