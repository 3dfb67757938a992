"""What was removed from a class and can still be put back: what, when, and how long it waits."""

from dataclasses import dataclass

from appliance.storage.database import Database
from appliance.work.removals import DAY, KEPT_SECONDS

MOST_SHOWN = 100
# Of an announcement, a question or a card; the others have a title.
WORDS_SHOWN = 80


@dataclass(frozen=True)
class Removed:
    """`kind` is module, announcement, media, group, question, card, or the kind of a material or activity.

    `removed_at` is in UTC seconds.

    `undo` is where it is put back, below the address of its class. `days_left` counts whole days and is never 0.
    """

    kind: str
    title: str
    removed_at: int
    undo: str
    days_left: int


async def removed_of_class(db: Database, class_id: int) -> list[Removed]:
    """The last one first, single questions and cards after all else.

    What went along with its module, lesson or quiz comes back with that, and isn't named.
    """
    now = db.now()
    rows = await db.fetch_all(
        """
        SELECT 'module' AS kind, title, removed_at, 'modules/' || id || '/restore' AS undo, 0 AS is_part
        FROM modules WHERE class_id = :class_id AND removed_at IS NOT NULL
        UNION ALL
        SELECT materials.kind, materials.title, materials.removed_at, 'materials/' || materials.id || '/restore', 0
        FROM modules
          JOIN materials ON materials.module_id = modules.id
          LEFT JOIN activities ON activities.id = materials.activity_id
        WHERE modules.class_id = :class_id AND modules.removed_at IS NULL AND materials.removed_at IS NOT NULL
          AND activities.removed_at IS NULL
          AND (materials.kind = 'lesson' OR materials.lesson_slug = '' OR NOT EXISTS (
            SELECT 1
            FROM modules AS part JOIN materials AS lesson ON lesson.module_id = part.id
            WHERE part.class_id = :class_id AND lesson.kind = 'lesson' AND lesson.removed_at = materials.removed_at
              AND lesson.course_slug = materials.course_slug AND lesson.lesson_slug = materials.lesson_slug))
        UNION ALL
        SELECT 'announcement', substr(body, 1, :words + 1), removed_at, 'announcements/' || id || '/remove', 0
        FROM announcements WHERE class_id = :class_id AND removed_at IS NOT NULL
        UNION ALL
        SELECT kind, title, removed_at, 'activities/' || id || '/restore', 0
        FROM activities WHERE class_id = :class_id AND removed_at IS NOT NULL
        UNION ALL
        SELECT 'media', title, removed_at, 'media/' || id || '/restore', 0
        FROM media WHERE class_id = :class_id AND removed_at IS NOT NULL
        UNION ALL
        SELECT 'group', name, removed_at, 'removed-groups/' || id, 0
        FROM removed_groups WHERE class_id = :class_id
        UNION ALL
        SELECT CASE activities.kind WHEN 'quiz' THEN 'question' ELSE 'card' END,
          substr(removed_items.title, 1, :words) || ' – ' || activities.title, removed_items.removed_at,
          'activities/' || activities.id || '/removed-items/' || removed_items.id, 1
        FROM activities JOIN removed_items ON removed_items.activity_id = activities.id
        WHERE activities.class_id = :class_id AND activities.removed_at IS NULL
        ORDER BY is_part, removed_at DESC, undo
        LIMIT :most
        """,
        class_id=class_id,
        words=WORDS_SHOWN,
        most=MOST_SHOWN,
    )
    return [
        Removed(
            row["kind"],
            _title(row["kind"], row["title"]),
            row["removed_at"],
            row["undo"],
            _days_left(row["removed_at"], now),
        )
        for row in rows
    ]


def _title(kind: str, title: str) -> str:
    """An announcement's first words, whole ones."""
    words = " ".join(title.split())
    if kind != "announcement" or len(title) <= WORDS_SHOWN:
        return words
    return f"{title[:WORDS_SHOWN].rpartition(' ')[0].rstrip(' ,;:.') or title[:WORDS_SHOWN]}…"


def _days_left(removed_at: int, now: int) -> int:
    """A moment that lies ahead comes from a clock that was wrong."""
    seconds = KEPT_SECONDS - max(0, now - removed_at)
    return max(1, -(-seconds // DAY))
