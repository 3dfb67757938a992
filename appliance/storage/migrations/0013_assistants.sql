BEGIN;

-- An assistant reviews and comments, and changes nothing else.
CREATE TABLE class_staff_new (
  class_id INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  staff_id INTEGER NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
  role     TEXT NOT NULL DEFAULT 'teacher' CHECK (role IN ('teacher', 'assistant', 'viewer')),
  PRIMARY KEY (class_id, staff_id)
) STRICT, WITHOUT ROWID;
INSERT INTO class_staff_new (class_id, staff_id, role)
SELECT class_id, staff_id, role
FROM class_staff;
DROP TABLE class_staff;
ALTER TABLE class_staff_new RENAME TO class_staff;
CREATE INDEX class_staff_by_staff ON class_staff (staff_id);

PRAGMA user_version = 13;
COMMIT;
