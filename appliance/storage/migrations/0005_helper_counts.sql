BEGIN;

-- One row for each question that a student asked the helper: ids and counts, never the text.
-- `request_key` is a digest of the request's id: what a thumb finds its answer by.
CREATE TABLE counted_questions (
  id           INTEGER PRIMARY KEY,
  class_id     INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  student_id   INTEGER NOT NULL REFERENCES students (id) ON DELETE CASCADE,
  request_key  TEXT NOT NULL,
  course_slug  TEXT NOT NULL,
  lesson_slug  TEXT NOT NULL,
  -- The heading of the best passage; empty where nothing fits.
  topic        TEXT NOT NULL,
  -- Empty for a question that was refused before anybody looked at it.
  intent       TEXT NOT NULL,
  outcome      TEXT NOT NULL CHECK (outcome IN ('model', 'lesson', 'refused')),
  reason       TEXT NOT NULL,
  is_grounded  INTEGER NOT NULL,
  is_in_lesson INTEGER NOT NULL,
  wait_ms      INTEGER NOT NULL,
  total_ms     INTEGER NOT NULL,
  thumb        INTEGER NOT NULL DEFAULT 0 CHECK (thumb IN (-1, 0, 1)),
  asked_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX counted_questions_by_class ON counted_questions (class_id, asked_at, student_id);
-- In the order that the panel groups by and with all that it adds up: it reads this alone, and sorts nothing.
CREATE INDEX counted_questions_by_kind ON counted_questions (
  class_id, course_slug, lesson_slug, topic, intent, outcome, reason,
  asked_at, is_in_lesson, thumb, wait_ms, total_ms
);
CREATE INDEX counted_questions_by_student ON counted_questions (student_id, request_key);
CREATE INDEX counted_questions_by_time ON counted_questions (asked_at);

-- Which words a question beyond the lesson held, each as a keyed digest that nobody can read.
CREATE TABLE question_words (
  question_id INTEGER NOT NULL REFERENCES counted_questions (id) ON DELETE CASCADE,
  word_key    BLOB NOT NULL,
  class_id    INTEGER NOT NULL,
  student_id  INTEGER NOT NULL,
  asked_at    INTEGER NOT NULL,
  PRIMARY KEY (question_id, word_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX question_words_by_word ON question_words (class_id, word_key, asked_at, student_id);

-- Words that may be read, because three students of the class used them.
CREATE TABLE theme_words (
  class_id INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  word_key BLOB NOT NULL,
  word     TEXT NOT NULL,
  PRIMARY KEY (class_id, word_key)
) STRICT, WITHOUT ROWID;

-- Where questions go, because they are old or their student leaves, a word that fewer than three are left of goes too.
CREATE TRIGGER question_words_removed AFTER DELETE ON question_words
WHEN (
  SELECT count(DISTINCT student_id)
  FROM question_words
  WHERE class_id = old.class_id AND word_key = old.word_key
) < 3
BEGIN
  DELETE FROM theme_words WHERE class_id = old.class_id AND word_key = old.word_key;
END;

PRAGMA user_version = 5;
COMMIT;
