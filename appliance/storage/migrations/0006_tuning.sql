BEGIN;

-- How the helper behaves in a class (both slugs empty) and on one of its lessons. NULL leaves it to the next one:
-- a lesson to its class, a class to the lesson's own file and the box. Releases are another table on purpose.
CREATE TABLE tunings (
  class_id       INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  course_slug    TEXT NOT NULL DEFAULT '',
  lesson_slug    TEXT NOT NULL DEFAULT '',
  is_on          INTEGER CHECK (is_on IN (0, 1)),
  strictness     TEXT CHECK (strictness IN ('light', 'strict')),
  scope_mode     TEXT CHECK (scope_mode IN ('soft', 'strict')),
  topic_filter   TEXT CHECK (topic_filter IN ('off', 'soft', 'strict')),
  -- A JSON list of texts.
  topics         TEXT,
  -- 'all', 'none', 'paper' (its id stands beside it) or 'course:' and the key of a reference of the lesson's course.
  reference      TEXT,
  -- A paper that is gone leaves nothing to quote, never another paper.
  document_id    INTEGER REFERENCES documents (id) ON DELETE SET NULL,
  notes          TEXT,
  ages           TEXT CHECK (ages IN ('8-10', '11-14', '15-18')),
  language       TEXT CHECK (language IN ('en', 'es')),
  -- Of the class's row alone: whether an answer that fits may be given to the next one who asks the same.
  shared_answers INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (class_id, course_slug, lesson_slug)
) STRICT, WITHOUT ROWID;
CREATE INDEX tunings_by_document ON tunings (document_id);

PRAGMA user_version = 6;
COMMIT;
