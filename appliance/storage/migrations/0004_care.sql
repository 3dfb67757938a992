BEGIN;

-- What the helper answers when a message speaks of self-harm, abuse or danger; no row: the box's own words.
CREATE TABLE care_words (
  class_id INTEGER PRIMARY KEY REFERENCES classes (id) ON DELETE CASCADE,
  english  TEXT NOT NULL,
  spanish  TEXT NOT NULL,
  person   TEXT NOT NULL
) STRICT;

-- How many such messages came on a day: never who wrote them, never what they said.
CREATE TABLE care_counts (
  class_id INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  day      TEXT NOT NULL,
  messages INTEGER NOT NULL,
  PRIMARY KEY (class_id, day)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 4;
COMMIT;
