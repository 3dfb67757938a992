BEGIN;

-- A teacher's word on what a student wrote, ticked or marked in a reflection, a checklist or a self-check.
CREATE TABLE response_reviews (
  material_id INTEGER NOT NULL REFERENCES materials (id) ON DELETE CASCADE,
  student_id  INTEGER NOT NULL REFERENCES students (id) ON DELETE CASCADE,
  staff_id    INTEGER REFERENCES staff (id) ON DELETE SET NULL,
  -- Returned: the student is asked to change it.
  state       TEXT NOT NULL CHECK (state IN ('reviewed', 'returned')),
  score       INTEGER CHECK (score BETWEEN 0 AND 100),
  comment     TEXT NOT NULL DEFAULT '',
  -- When the student had last changed what the teacher read: whatever is newer waits again.
  seen_at     INTEGER NOT NULL,
  reviewed_at INTEGER NOT NULL,
  -- NULL until the student has opened it.
  read_at     INTEGER,
  PRIMARY KEY (material_id, student_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX response_reviews_by_student ON response_reviews (student_id);

-- Reviews that still say something about what is there; 0 for work that the student took back.
CREATE VIEW reviewed_responses AS
SELECT response_reviews.*, coalesce(
  (SELECT updated_at FROM reflections
   WHERE reflections.material_id = response_reviews.material_id
     AND reflections.student_id = response_reviews.student_id),
  (SELECT max(ticked_at) FROM checklist_ticks
   WHERE checklist_ticks.material_id = response_reviews.material_id
     AND checklist_ticks.student_id = response_reviews.student_id),
  (SELECT updated_at FROM rubric_notes
   WHERE rubric_notes.material_id = response_reviews.material_id
     AND rubric_notes.student_id = response_reviews.student_id),
  0) AS changed_at
FROM response_reviews;

PRAGMA user_version = 11;
COMMIT;
