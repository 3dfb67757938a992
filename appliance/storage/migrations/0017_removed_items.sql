BEGIN;

-- A question or card goes from its quiz at once; what it was waits here to be put back. `item` is its JSON.
CREATE TABLE removed_items (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  activity_id INTEGER NOT NULL REFERENCES activities (id) ON DELETE CASCADE,
  position    INTEGER NOT NULL,
  title       TEXT NOT NULL,
  item        TEXT NOT NULL,
  removed_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX removed_items_by_activity ON removed_items (activity_id);

PRAGMA user_version = 17;
COMMIT;
