BEGIN;

-- Written by the health check: proves that a write is kept.
CREATE TABLE heartbeat (
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  beat_at INTEGER NOT NULL
) STRICT;
INSERT INTO heartbeat (id, beat_at) VALUES (1, 0);

-- One row once first run is done: the school this box belongs to.
CREATE TABLE box (
  id          INTEGER PRIMARY KEY CHECK (id = 1),
  school_name TEXT NOT NULL,
  language    TEXT NOT NULL,
  timezone    TEXT NOT NULL,
  set_up_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE staff (
  id            INTEGER PRIMARY KEY,
  username      TEXT NOT NULL COLLATE NOCASE UNIQUE,
  display_name  TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  is_operator   INTEGER NOT NULL DEFAULT 0,
  is_active     INTEGER NOT NULL DEFAULT 1,
  totp_secret   TEXT NOT NULL,
  -- NULL until the first right code: the authenticator is not enrolled before that.
  totp_confirmed_at INTEGER,
  -- The last 30-second step that was accepted: a code is never taken twice.
  totp_last_step    INTEGER NOT NULL DEFAULT 0,
  created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE recovery_codes (
  staff_id  INTEGER NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
  code_hash TEXT NOT NULL,
  used_at   INTEGER,
  PRIMARY KEY (staff_id, code_hash)
) STRICT, WITHOUT ROWID;

-- One-time links that an operator prints on the console.
CREATE TABLE sign_in_links (
  token_hash TEXT PRIMARY KEY,
  staff_id   INTEGER NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
  expires_at INTEGER NOT NULL,
  used_at    INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE access_tokens (
  token_hash TEXT PRIMARY KEY,
  staff_id   INTEGER NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
  label      TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  used_at    INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE classes (
  id              INTEGER PRIMARY KEY,
  name            TEXT NOT NULL,
  join_code       TEXT NOT NULL UNIQUE,
  is_locked       INTEGER NOT NULL DEFAULT 0,
  enrollment_mode TEXT NOT NULL DEFAULT 'open' CHECK (enrollment_mode IN ('open', 'invite_only', 'closed')),
  -- Raising it ends the session of every student of the class.
  session_epoch   INTEGER NOT NULL DEFAULT 1,
  landing_title   TEXT NOT NULL DEFAULT '',
  landing_message TEXT NOT NULL DEFAULT '',
  created_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE class_staff (
  class_id INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  staff_id INTEGER NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
  role     TEXT NOT NULL DEFAULT 'teacher' CHECK (role IN ('teacher', 'viewer')),
  PRIMARY KEY (class_id, staff_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX class_staff_by_staff ON class_staff (staff_id);

CREATE TABLE students (
  id           INTEGER PRIMARY KEY,
  class_id     INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  display_name TEXT NOT NULL,
  return_code  TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  UNIQUE (class_id, return_code)
) STRICT;

-- Signed-in browsers. A visitor has none.
CREATE TABLE sessions (
  token_hash  TEXT PRIMARY KEY,
  staff_id    INTEGER REFERENCES staff (id) ON DELETE CASCADE,
  student_id  INTEGER REFERENCES students (id) ON DELETE CASCADE,
  class_epoch INTEGER,
  -- A staff session is worth nothing before the second factor was given.
  verified_at INTEGER,
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  CHECK ((staff_id IS NULL) <> (student_id IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_staff ON sessions (staff_id);
CREATE INDEX sessions_by_student ON sessions (student_id);

CREATE TABLE modules (
  id       INTEGER PRIMARY KEY,
  class_id INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  title    TEXT NOT NULL,
  position INTEGER NOT NULL
) STRICT;
CREATE INDEX modules_by_class ON modules (class_id, position);

CREATE TABLE materials (
  id                  INTEGER PRIMARY KEY,
  module_id           INTEGER NOT NULL REFERENCES modules (id) ON DELETE CASCADE,
  kind                TEXT NOT NULL CHECK (kind IN ('lesson', 'link', 'text', 'checklist', 'reflection', 'upload')),
  title               TEXT NOT NULL,
  body                TEXT NOT NULL DEFAULT '',
  url                 TEXT NOT NULL DEFAULT '',
  -- The lesson that this material is, or belongs to; its lock is that lesson's lock.
  course_slug         TEXT NOT NULL DEFAULT '',
  lesson_slug         TEXT NOT NULL DEFAULT '',
  accepted_extensions TEXT NOT NULL DEFAULT '',
  max_upload_mb       INTEGER NOT NULL DEFAULT 50,
  position            INTEGER NOT NULL
) STRICT;
CREATE INDEX materials_by_module ON materials (module_id, position);
CREATE INDEX materials_by_lesson ON materials (course_slug, lesson_slug);

-- What a teacher decided about one lesson for one class; no row: the course file's own date holds.
CREATE TABLE releases (
  class_id     INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  course_slug  TEXT NOT NULL,
  lesson_slug  TEXT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('open', 'locked')),
  PRIMARY KEY (class_id, course_slug, lesson_slug)
) STRICT, WITHOUT ROWID;

-- Items keep their key when a list is reordered or grows, so that nobody's ticks move.
CREATE TABLE checklist_ticks (
  material_id INTEGER NOT NULL REFERENCES materials (id) ON DELETE CASCADE,
  student_id  INTEGER NOT NULL REFERENCES students (id) ON DELETE CASCADE,
  item_key    TEXT NOT NULL,
  ticked_at   INTEGER NOT NULL,
  PRIMARY KEY (material_id, student_id, item_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX checklist_ticks_by_student ON checklist_ticks (student_id);

CREATE TABLE reflections (
  material_id INTEGER NOT NULL REFERENCES materials (id) ON DELETE CASCADE,
  student_id  INTEGER NOT NULL REFERENCES students (id) ON DELETE CASCADE,
  body        TEXT NOT NULL,
  updated_at  INTEGER NOT NULL,
  PRIMARY KEY (material_id, student_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX reflections_by_student ON reflections (student_id);

CREATE TABLE submissions (
  id                INTEGER PRIMARY KEY,
  material_id       INTEGER NOT NULL REFERENCES materials (id) ON DELETE CASCADE,
  student_id        INTEGER NOT NULL REFERENCES students (id) ON DELETE CASCADE,
  original_filename TEXT NOT NULL,
  stored_name       TEXT NOT NULL UNIQUE,
  size_bytes        INTEGER NOT NULL,
  sha256            TEXT NOT NULL,
  note              TEXT NOT NULL DEFAULT '',
  uploaded_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX submissions_by_student ON submissions (student_id, material_id, uploaded_at);
CREATE INDEX submissions_by_material ON submissions (material_id, uploaded_at);

-- Ids and counts only: no name, no text, the address cut to its network.
CREATE TABLE student_events (
  id          INTEGER PRIMARY KEY,
  class_id    INTEGER REFERENCES classes (id) ON DELETE SET NULL,
  student_id  INTEGER REFERENCES students (id) ON DELETE SET NULL,
  kind        TEXT NOT NULL,
  details     TEXT NOT NULL DEFAULT '{}',
  network     TEXT NOT NULL DEFAULT '',
  happened_at INTEGER NOT NULL
) STRICT;
CREATE INDEX student_events_by_class ON student_events (class_id, happened_at);

CREATE TABLE audit_events (
  id          INTEGER PRIMARY KEY,
  staff_id    INTEGER REFERENCES staff (id) ON DELETE SET NULL,
  class_id    INTEGER REFERENCES classes (id) ON DELETE SET NULL,
  action      TEXT NOT NULL,
  target      TEXT NOT NULL DEFAULT '',
  network     TEXT NOT NULL DEFAULT '',
  happened_at INTEGER NOT NULL
) STRICT;

-- Pieces of lessons and references, for search and citations. `embedding` is 384 float16, NULL until it is made.
CREATE TABLE passages (
  id          INTEGER PRIMARY KEY,
  course_slug TEXT NOT NULL,
  -- Empty for the reference of a whole course.
  lesson_slug TEXT NOT NULL,
  source      TEXT NOT NULL CHECK (source IN ('lesson', 'reference')),
  heading     TEXT NOT NULL,
  anchor      TEXT NOT NULL,
  position    INTEGER NOT NULL,
  body        TEXT NOT NULL,
  embedding   BLOB
) STRICT;
CREATE INDEX passages_by_lesson ON passages (course_slug, lesson_slug, position);

CREATE VIRTUAL TABLE passages_fts USING fts5 (
  heading, body, content = 'passages', content_rowid = 'id', tokenize = "unicode61 remove_diacritics 2"
);
CREATE TRIGGER passages_added AFTER INSERT ON passages BEGIN
  INSERT INTO passages_fts (rowid, heading, body) VALUES (new.id, new.heading, new.body);
END;
CREATE TRIGGER passages_removed AFTER DELETE ON passages BEGIN
  INSERT INTO passages_fts (passages_fts, rowid, heading, body) VALUES ('delete', old.id, old.heading, old.body);
END;

-- What the passages were made from: unchanged text is not indexed twice.
CREATE TABLE indexed_texts (
  course_slug  TEXT NOT NULL,
  lesson_slug  TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  PRIMARY KEY (course_slug, lesson_slug)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
  id          INTEGER PRIMARY KEY,
  kind        TEXT NOT NULL,
  payload     TEXT NOT NULL DEFAULT '{}',
  state       TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed')),
  attempts    INTEGER NOT NULL DEFAULT 0,
  progress    REAL NOT NULL DEFAULT 0,
  message     TEXT NOT NULL DEFAULT '',
  run_at      INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;
CREATE INDEX jobs_by_state ON jobs (state, run_at);

PRAGMA user_version = 1;
COMMIT;
