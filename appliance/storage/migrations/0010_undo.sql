BEGIN;

-- As modules, materials and announcements do, these wait for an undo and are swept later.
ALTER TABLE activities ADD COLUMN removed_at INTEGER;
ALTER TABLE media ADD COLUMN removed_at INTEGER;

-- A group goes at once; what it was, and what was its own, waits here. Students, materials, assignments: JSON lists of ids.
CREATE TABLE removed_groups (
  id          INTEGER PRIMARY KEY,
  class_id    INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  name        TEXT NOT NULL,
  colour      TEXT NOT NULL,
  students    TEXT NOT NULL,
  materials   TEXT NOT NULL,
  -- Those of the materials that were for this group alone, and were hidden when it went.
  hidden      TEXT NOT NULL,
  assignments TEXT NOT NULL,
  removed_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX removed_groups_by_class ON removed_groups (class_id);

-- 1: for the groups of assignment_groups alone, and for nobody when the last of them is gone.
ALTER TABLE assignments ADD COLUMN is_for_groups INTEGER NOT NULL DEFAULT 0;
UPDATE assignments SET is_for_groups = 1 WHERE id IN (SELECT assignment_id FROM assignment_groups);

-- Who has which quiz or cards: every list asks here, so that no two of them can disagree. What stands on the road is
-- seen as it is there, the rest by the groups that it is for.
CREATE VIEW student_assignments AS
SELECT students.id AS student_id, students.class_id, assignments.id AS assignment_id
FROM students
  JOIN activities ON activities.class_id = students.class_id
  JOIN assignments ON assignments.activity_id = activities.id
WHERE activities.removed_at IS NULL
  AND (
    EXISTS (
      SELECT 1
      FROM materials JOIN student_materials ON student_materials.material_id = materials.id
      WHERE materials.activity_id = activities.id AND student_materials.student_id = students.id)
    OR (
      NOT EXISTS (
        SELECT 1
        FROM materials JOIN modules ON modules.id = materials.module_id
        WHERE materials.activity_id = activities.id
          AND materials.removed_at IS NULL AND modules.removed_at IS NULL)
      AND (
        assignments.is_for_groups = 0
        OR EXISTS (
          SELECT 1
          FROM assignment_groups JOIN group_students ON group_students.group_id = assignment_groups.group_id
          WHERE assignment_groups.assignment_id = assignments.id AND group_students.student_id = students.id)))
  );

-- What is off the road, by itself or with its module.
CREATE VIEW removed_materials AS
SELECT modules.class_id, materials.id AS material_id
FROM modules JOIN materials ON materials.module_id = modules.id
WHERE modules.removed_at IS NOT NULL OR materials.removed_at IS NOT NULL;

PRAGMA user_version = 10;
COMMIT;
