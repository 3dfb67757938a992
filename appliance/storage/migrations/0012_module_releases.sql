BEGIN;

-- What students read of a module, also while it is closed.
ALTER TABLE modules ADD COLUMN intro TEXT NOT NULL DEFAULT '';
-- The same two things as of a lesson, which don't touch each other: a lock by hand, and the day on which it opens.
ALTER TABLE modules ADD COLUMN is_locked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE modules ADD COLUMN opens_on TEXT;

-- A student said: I have read this.
CREATE TABLE readings (
  material_id INTEGER NOT NULL REFERENCES materials (id) ON DELETE CASCADE,
  student_id  INTEGER NOT NULL REFERENCES students (id) ON DELETE CASCADE,
  read_at     INTEGER NOT NULL,
  PRIMARY KEY (material_id, student_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX readings_by_student ON readings (student_id);

PRAGMA user_version = 12;
COMMIT;
