BEGIN;

-- From here on a number of these tables is never given a second time. Addresses, cookies, tokens, undo lists, answers,
-- caches and the audit log carry such numbers and outlive the row: whoever came next would have been taken for it.
-- Making this table makes the list of the highest numbers, sqlite_sequence.
CREATE TABLE numbered (id INTEGER PRIMARY KEY AUTOINCREMENT) STRICT;

-- The rows of an AUTOINCREMENT table lie in the file as before, so that only how the table is declared changes:
-- built anew, each would take its indexes, views and the tables that point at it along.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
SET sql = replace(sql, 'INTEGER PRIMARY KEY,', 'INTEGER PRIMARY KEY AUTOINCREMENT,')
WHERE type = 'table' AND name IN (
  'staff', 'classes', 'students', 'groups', 'removed_groups', 'modules', 'materials', 'submissions', 'media',
  'documents', 'activities', 'questions', 'cards', 'assignments', 'chat_sessions', 'announcements', 'invites',
  'certificates');
PRAGMA writable_schema = RESET;

-- All begin above every number that is still spoken of, and the restore of an older backup may have said how high;
-- the margin is for cookies and tokens of those that nothing here knows any more. A new box begins at 1.
INSERT INTO numbered (id)
WITH RECURSIVE
  targets (number, rest) AS (
    SELECT 0, replace(replace(replace(target, '>', '/'), ':', '/'), ' ', '/') || '/' FROM audit_events
    UNION ALL
    SELECT CAST(substr(rest, 1, instr(rest, '/') - 1) AS INTEGER), substr(rest, instr(rest, '/') + 1)
    FROM targets
    WHERE rest <> ''
  ),
  numbers (number) AS (
    -- Longer ones are no number of a row.
    SELECT number FROM targets WHERE number < 1000000000000
    UNION ALL SELECT seq FROM sqlite_sequence
    UNION ALL SELECT max(id) FROM staff
    UNION ALL SELECT max(id) FROM classes
    UNION ALL SELECT max(id) FROM students
    UNION ALL SELECT max(id) FROM groups
    UNION ALL SELECT max(id) FROM removed_groups
    UNION ALL SELECT value FROM removed_groups, json_each(students)
    UNION ALL SELECT value FROM removed_groups, json_each(materials)
    UNION ALL SELECT value FROM removed_groups, json_each(assignments)
    UNION ALL SELECT max(id) FROM modules
    UNION ALL SELECT max(id) FROM materials
    UNION ALL SELECT max(module_id) FROM outcomes
    UNION ALL SELECT max(material_id) FROM outcomes
    UNION ALL SELECT max(id) FROM submissions
    UNION ALL SELECT max(id) FROM media
    UNION ALL SELECT max(landing_media_id) FROM classes
    UNION ALL SELECT max(id) FROM documents
    UNION ALL SELECT max(id) FROM activities
    UNION ALL SELECT max(id) FROM questions
    UNION ALL SELECT max(id) FROM cards
    UNION ALL SELECT max(item_id) FROM answers
    UNION ALL SELECT max(id) FROM assignments
    UNION ALL SELECT max(id) FROM chat_sessions
    UNION ALL SELECT max(id) FROM announcements
    UNION ALL SELECT max(id) FROM invites
    UNION ALL SELECT max(id) FROM certificates
  )
SELECT max(number) + 10000 FROM numbers HAVING max(number) > 0;

DELETE FROM sqlite_sequence WHERE name <> 'numbered';
INSERT INTO sqlite_sequence (name, seq)
SELECT made.name, numbered.id
FROM numbered JOIN sqlite_schema AS made ON made.sql LIKE '% INTEGER PRIMARY KEY AUTOINCREMENT,%'
WHERE made.type = 'table';
DROP TABLE numbered;

PRAGMA user_version = 15;
COMMIT;
