BEGIN;

-- What the box lets people do today, switched by an operator while it runs; NULL: as the settings say.
ALTER TABLE box ADD COLUMN site_mode TEXT NOT NULL DEFAULT 'normal'
  CHECK (site_mode IN ('normal', 'read-only', 'join-only', 'maintenance'));
ALTER TABLE box ADD COLUMN site_mode_message TEXT NOT NULL DEFAULT '';
ALTER TABLE box ADD COLUMN program_profile TEXT CHECK (program_profile IN ('elementary', 'secondary', 'advanced'));
ALTER TABLE box ADD COLUMN name_safety TEXT CHECK (name_safety IN ('off', 'warn', 'strict'));

-- A picture from the class's media above the landing message.
ALTER TABLE classes ADD COLUMN landing_media_id INTEGER;
ALTER TABLE classes ADD COLUMN certificate_sessions INTEGER NOT NULL DEFAULT 8;
ALTER TABLE classes ADD COLUMN certificate_artifacts INTEGER NOT NULL DEFAULT 6;

-- A lesson's state is made of two things that don't touch each other: a lock by hand, and when it opens.
CREATE TABLE releases_new (
  class_id    INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  course_slug TEXT NOT NULL,
  lesson_slug TEXT NOT NULL,
  is_locked   INTEGER NOT NULL DEFAULT 0,
  -- As the course file says, on a day of the teacher's, or open from now on.
  timing      TEXT NOT NULL DEFAULT 'course' CHECK (timing IN ('course', 'date', 'open')),
  opens_on    TEXT,
  PRIMARY KEY (class_id, course_slug, lesson_slug),
  CHECK ((timing = 'date') = (opens_on IS NOT NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO releases_new (class_id, course_slug, lesson_slug, is_locked, timing)
SELECT class_id, course_slug, lesson_slug, state = 'locked', CASE state WHEN 'open' THEN 'open' ELSE 'course' END
FROM releases;
DROP TABLE releases;
ALTER TABLE releases_new RENAME TO releases;

ALTER TABLE modules ADD COLUMN is_hidden INTEGER NOT NULL DEFAULT 0;
-- Removed things wait for an undo and are swept later with what students did in them.
ALTER TABLE modules ADD COLUMN removed_at INTEGER;

CREATE TABLE materials_new (
  id                  INTEGER PRIMARY KEY,
  module_id           INTEGER NOT NULL REFERENCES modules (id) ON DELETE CASCADE,
  kind                TEXT NOT NULL CHECK (kind IN (
    'lesson', 'link', 'text', 'checklist', 'reflection', 'rubric', 'upload', 'gallery', 'quiz', 'cards')),
  title               TEXT NOT NULL,
  body                TEXT NOT NULL DEFAULT '',
  url                 TEXT NOT NULL DEFAULT '',
  -- The lesson that this material is, or belongs to; its lock is that lesson's lock.
  course_slug         TEXT NOT NULL DEFAULT '',
  lesson_slug         TEXT NOT NULL DEFAULT '',
  accepted_extensions TEXT NOT NULL DEFAULT '',
  max_upload_mb       INTEGER NOT NULL DEFAULT 50,
  -- Each criterion of a rubric goes from 1 to this.
  rubric_scale_max    INTEGER NOT NULL DEFAULT 4 CHECK (rubric_scale_max BETWEEN 2 AND 10),
  -- The quiz or the cards that this material leads to.
  activity_id         INTEGER REFERENCES activities (id) ON DELETE CASCADE,
  due_at              INTEGER,
  is_hidden           INTEGER NOT NULL DEFAULT 0,
  removed_at          INTEGER,
  position            INTEGER NOT NULL
) STRICT;
INSERT INTO materials_new
  (id, module_id, kind, title, body, url, course_slug, lesson_slug, accepted_extensions, max_upload_mb, position)
SELECT id, module_id, kind, title, body, url, course_slug, lesson_slug, accepted_extensions, max_upload_mb, position
FROM materials;
DROP TABLE materials;
ALTER TABLE materials_new RENAME TO materials;
CREATE INDEX materials_by_module ON materials (module_id, position);
CREATE INDEX materials_by_activity ON materials (activity_id);
CREATE INDEX materials_by_lesson ON materials (course_slug, lesson_slug);

-- The lines of a checklist, or the criteria of a rubric (of a self-check, or of an upload that a teacher marks by it).
CREATE TABLE material_items (
  material_id INTEGER NOT NULL REFERENCES materials (id) ON DELETE CASCADE,
  item_key    TEXT NOT NULL,
  body        TEXT NOT NULL,
  position    INTEGER NOT NULL,
  PRIMARY KEY (material_id, item_key)
) STRICT, WITHOUT ROWID;

-- How a student marks their own work by a rubric.
CREATE TABLE rubric_scores (
  material_id INTEGER NOT NULL REFERENCES materials (id) ON DELETE CASCADE,
  student_id  INTEGER NOT NULL REFERENCES students (id) ON DELETE CASCADE,
  item_key    TEXT NOT NULL,
  score       INTEGER NOT NULL,
  PRIMARY KEY (material_id, student_id, item_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX rubric_scores_by_student ON rubric_scores (student_id);

CREATE TABLE rubric_notes (
  material_id INTEGER NOT NULL REFERENCES materials (id) ON DELETE CASCADE,
  student_id  INTEGER NOT NULL REFERENCES students (id) ON DELETE CASCADE,
  body        TEXT NOT NULL,
  updated_at  INTEGER NOT NULL,
  PRIMARY KEY (material_id, student_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX rubric_notes_by_student ON rubric_notes (student_id);

-- Shown to the class by the student who made it; a teacher may take it out of the gallery.
ALTER TABLE submissions ADD COLUMN is_shared INTEGER NOT NULL DEFAULT 0;
ALTER TABLE submissions ADD COLUMN is_kept_out INTEGER NOT NULL DEFAULT 0;
-- What was done to a picture when it came; empty for what is none, and for pictures from before.
ALTER TABLE submissions ADD COLUMN picture TEXT NOT NULL DEFAULT ''
  CHECK (picture IN ('', 'clean', 'stripped', 'turned', 'converted', 'as_it_came'));
CREATE INDEX submissions_by_day ON submissions (uploaded_at);

-- Files that are still coming, piece by piece; how much has come is the length of the file.
CREATE TABLE partial_uploads (
  id          TEXT PRIMARY KEY,
  material_id INTEGER NOT NULL REFERENCES materials (id) ON DELETE CASCADE,
  student_id  INTEGER NOT NULL REFERENCES students (id) ON DELETE CASCADE,
  filename    TEXT NOT NULL,
  size_bytes  INTEGER NOT NULL,
  -- In hex; empty when whoever sends it could not tell.
  sha256      TEXT NOT NULL DEFAULT '',
  note        TEXT NOT NULL DEFAULT '',
  is_shared   INTEGER NOT NULL DEFAULT 0,
  stored_name TEXT NOT NULL UNIQUE,
  created_at  INTEGER NOT NULL,
  -- The submission that it became; asked again, the answer is the same.
  submission_id INTEGER REFERENCES submissions (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX partial_uploads_by_student ON partial_uploads (student_id);

-- A teacher's word on a file that was handed in.
CREATE TABLE submission_reviews (
  submission_id INTEGER PRIMARY KEY REFERENCES submissions (id) ON DELETE CASCADE,
  staff_id      INTEGER REFERENCES staff (id) ON DELETE SET NULL,
  -- Returned: the student is asked for another version.
  state         TEXT NOT NULL CHECK (state IN ('reviewed', 'returned')),
  score         INTEGER CHECK (score BETWEEN 0 AND 100),
  comment       TEXT NOT NULL DEFAULT '',
  reviewed_at   INTEGER NOT NULL,
  -- NULL until the student has opened it.
  read_at       INTEGER
) STRICT;

CREATE TABLE review_scores (
  submission_id INTEGER NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
  item_key      TEXT NOT NULL,
  score         INTEGER NOT NULL,
  PRIMARY KEY (submission_id, item_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE saved_comments (
  id         INTEGER PRIMARY KEY,
  staff_id   INTEGER NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
  body       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (staff_id, body)
) STRICT;

CREATE TABLE invites (
  id           INTEGER PRIMARY KEY,
  class_id     INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  staff_id     INTEGER REFERENCES staff (id) ON DELETE SET NULL,
  token        TEXT NOT NULL UNIQUE,
  label        TEXT NOT NULL DEFAULT '',
  expires_at   INTEGER,
  -- NULL: as many as come.
  seats        INTEGER,
  seats_used   INTEGER NOT NULL DEFAULT 0,
  is_active    INTEGER NOT NULL DEFAULT 1,
  created_at   INTEGER NOT NULL,
  last_used_at INTEGER
) STRICT;
CREATE INDEX invites_by_class ON invites (class_id, created_at);

-- A teacher's one-time code for a student who lost cookie and return code.
CREATE TABLE rejoin_codes (
  student_id INTEGER PRIMARY KEY REFERENCES students (id) ON DELETE CASCADE,
  code_hash  TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

-- The code of somebody who was found to be the same person as another: it still opens the one who is left.
CREATE TABLE old_return_codes (
  class_id    INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  return_code TEXT NOT NULL,
  student_id  INTEGER NOT NULL REFERENCES students (id) ON DELETE CASCADE,
  PRIMARY KEY (class_id, return_code)
) STRICT, WITHOUT ROWID;
CREATE INDEX old_return_codes_by_student ON old_return_codes (student_id);

-- Which filled-in form made this student: the same form sent twice makes one.
ALTER TABLE students ADD COLUMN form_mark TEXT NOT NULL DEFAULT '';
CREATE INDEX students_by_form ON students (class_id, form_mark) WHERE form_mark <> '';

CREATE TABLE groups (
  id       INTEGER PRIMARY KEY,
  class_id INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  name     TEXT NOT NULL,
  colour   TEXT NOT NULL,
  UNIQUE (class_id, name)
) STRICT;

CREATE TABLE group_students (
  group_id   INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  student_id INTEGER NOT NULL REFERENCES students (id) ON DELETE CASCADE,
  PRIMARY KEY (group_id, student_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_students_by_student ON group_students (student_id);

-- No row: for the whole class.
CREATE TABLE material_groups (
  material_id INTEGER NOT NULL REFERENCES materials (id) ON DELETE CASCADE,
  group_id    INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  PRIMARY KEY (material_id, group_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX material_groups_by_group ON material_groups (group_id);

-- Who sees what: every list of a class's materials asks here, so that no two of them can disagree.
-- Whether it is open already is another question: that one the releases answer.
CREATE VIEW student_materials AS
SELECT students.id AS student_id, students.class_id, materials.id AS material_id
FROM students
  JOIN modules ON modules.class_id = students.class_id
  JOIN materials ON materials.module_id = modules.id
WHERE modules.removed_at IS NULL AND modules.is_hidden = 0
  AND materials.removed_at IS NULL AND materials.is_hidden = 0
  AND (
    NOT EXISTS (SELECT 1 FROM material_groups WHERE material_groups.material_id = materials.id)
    OR EXISTS (
      SELECT 1
      FROM material_groups JOIN group_students ON group_students.group_id = material_groups.group_id
      WHERE material_groups.material_id = materials.id AND group_students.student_id = students.id)
  );

-- A form that must not do its work twice, with what it did the first time; kept for a day.
CREATE TABLE pressed_forms (
  form_key   TEXT PRIMARY KEY,
  outcome    TEXT NOT NULL,
  pressed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE assignment_groups (
  assignment_id INTEGER NOT NULL REFERENCES assignments (id) ON DELETE CASCADE,
  group_id      INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  PRIMARY KEY (assignment_id, group_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX assignment_groups_by_group ON assignment_groups (group_id);

CREATE TABLE announcements (
  id         INTEGER PRIMARY KEY,
  class_id   INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  staff_id   INTEGER REFERENCES staff (id) ON DELETE SET NULL,
  body       TEXT NOT NULL,
  -- The last day on which students see it; NULL: until it is taken down.
  until_on   TEXT,
  created_at INTEGER NOT NULL,
  removed_at INTEGER
) STRICT;
CREATE INDEX announcements_by_class ON announcements (class_id, created_at);

CREATE TABLE announcement_reads (
  announcement_id INTEGER NOT NULL REFERENCES announcements (id) ON DELETE CASCADE,
  student_id      INTEGER NOT NULL REFERENCES students (id) ON DELETE CASCADE,
  read_at         INTEGER NOT NULL,
  PRIMARY KEY (announcement_id, student_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX announcement_reads_by_student ON announcement_reads (student_id);

-- What somebody reached, once each: a session done, an artifact handed in, a milestone.
CREATE TABLE outcomes (
  id          INTEGER PRIMARY KEY,
  class_id    INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  student_id  INTEGER NOT NULL REFERENCES students (id) ON DELETE CASCADE,
  kind        TEXT NOT NULL CHECK (kind IN ('session_completed', 'artifact_submitted', 'milestone_earned')),
  -- A session counts for its module, the others for their material; 0 where the thing itself was removed.
  module_id   INTEGER NOT NULL DEFAULT 0,
  material_id INTEGER NOT NULL DEFAULT 0,
  -- Who gave it by hand, for somebody who was there without the box; NULL: the work itself did.
  staff_id    INTEGER REFERENCES staff (id) ON DELETE SET NULL,
  happened_at INTEGER NOT NULL,
  UNIQUE (student_id, kind, module_id, material_id)
) STRICT;
CREATE INDEX outcomes_by_class ON outcomes (class_id, happened_at);

-- As it was printed: what changes later doesn't change it.
CREATE TABLE certificates (
  id           INTEGER PRIMARY KEY,
  class_id     INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  student_id   INTEGER NOT NULL REFERENCES students (id) ON DELETE CASCADE,
  code         TEXT NOT NULL UNIQUE,
  student_name TEXT NOT NULL,
  class_name   TEXT NOT NULL,
  school_name  TEXT NOT NULL,
  sessions     INTEGER NOT NULL,
  artifacts    INTEGER NOT NULL,
  milestones   INTEGER NOT NULL,
  staff_id     INTEGER REFERENCES staff (id) ON DELETE SET NULL,
  issued_at    INTEGER NOT NULL,
  read_at      INTEGER,
  UNIQUE (class_id, student_id)
) STRICT;

-- Videos and other files of a class's lessons, in folders.
CREATE TABLE media (
  id                INTEGER PRIMARY KEY,
  class_id          INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  kind              TEXT NOT NULL CHECK (kind IN ('video', 'file')),
  folder            TEXT NOT NULL DEFAULT '',
  course_slug       TEXT NOT NULL DEFAULT '',
  lesson_slug       TEXT NOT NULL DEFAULT '',
  title             TEXT NOT NULL,
  description       TEXT NOT NULL DEFAULT '',
  -- Either an address elsewhere or a file here.
  source_url        TEXT NOT NULL DEFAULT '',
  original_filename TEXT NOT NULL DEFAULT '',
  stored_name       TEXT UNIQUE,
  size_bytes        INTEGER NOT NULL DEFAULT 0,
  sha256            TEXT NOT NULL DEFAULT '',
  position          INTEGER NOT NULL,
  is_shown          INTEGER NOT NULL DEFAULT 1,
  -- The video that these captions belong to.
  captions_of       INTEGER UNIQUE REFERENCES media (id) ON DELETE CASCADE,
  created_at        INTEGER NOT NULL,
  CHECK ((source_url = '') <> (stored_name IS NULL))
) STRICT;
CREATE INDEX media_by_class ON media (class_id, course_slug, lesson_slug, position);

CREATE INDEX audit_events_by_class ON audit_events (class_id, happened_at);
-- Somebody who goes takes these along, and there are more of them than of anything else on the box.
CREATE INDEX student_events_by_student ON student_events (student_id);
CREATE INDEX certificates_by_student ON certificates (student_id);

PRAGMA user_version = 7;
COMMIT;
