BEGIN;

-- Papers that a teacher gave a class: PDF, DOCX, PPTX. Read by a job, searched beside the lessons.
CREATE TABLE documents (
  id                INTEGER PRIMARY KEY,
  class_id          INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  title             TEXT NOT NULL,
  original_filename TEXT NOT NULL,
  stored_name       TEXT NOT NULL UNIQUE,
  kind              TEXT NOT NULL CHECK (kind IN ('pdf', 'docx', 'pptx')),
  size_bytes        INTEGER NOT NULL,
  state             TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'reading', 'ready', 'failed')),
  -- 0 to 1 while it is being read.
  progress          REAL NOT NULL DEFAULT 0,
  -- Why it failed, or what is missing from it: a sentence for the teacher.
  message           TEXT NOT NULL DEFAULT '',
  pages             INTEGER NOT NULL DEFAULT 0,
  job_id            INTEGER REFERENCES jobs (id) ON DELETE SET NULL,
  created_at        INTEGER NOT NULL
) STRICT;
CREATE INDEX documents_by_class ON documents (class_id, id);

CREATE TABLE document_passages (
  id          INTEGER PRIMARY KEY,
  document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  -- The page of a PDF, the slide of a PPTX, the section of a DOCX, from 1.
  page        INTEGER NOT NULL,
  heading     TEXT NOT NULL DEFAULT '',
  position    INTEGER NOT NULL,
  body        TEXT NOT NULL,
  embedding   BLOB
) STRICT;
CREATE INDEX document_passages_by_document ON document_passages (document_id, position);

CREATE VIRTUAL TABLE document_passages_fts USING fts5 (
  heading, body, content = 'document_passages', content_rowid = 'id', tokenize = "unicode61 remove_diacritics 2"
);
CREATE TRIGGER document_passages_added AFTER INSERT ON document_passages BEGIN
  INSERT INTO document_passages_fts (rowid, heading, body) VALUES (new.id, new.heading, new.body);
END;
CREATE TRIGGER document_passages_removed AFTER DELETE ON document_passages BEGIN
  INSERT INTO document_passages_fts (document_passages_fts, rowid, heading, body)
  VALUES ('delete', old.id, old.heading, old.body);
END;

-- What a class's papers teach, in order; one draft and one published version at most.
CREATE TABLE blueprints (
  id           INTEGER PRIMARY KEY,
  class_id     INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  version      INTEGER NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('draft', 'published', 'archived')),
  -- JSON: summary, topics with key, title, objectives, evidence (document and page).
  content      TEXT NOT NULL,
  made_by      TEXT NOT NULL CHECK (made_by IN ('model', 'templates', 'teacher')),
  created_at   INTEGER NOT NULL,
  published_at INTEGER,
  UNIQUE (class_id, version)
) STRICT;
CREATE UNIQUE INDEX blueprints_one_draft ON blueprints (class_id) WHERE state = 'draft';
CREATE UNIQUE INDEX blueprints_one_published ON blueprints (class_id) WHERE state = 'published';

-- A quiz or a set of cards.
CREATE TABLE activities (
  id           INTEGER PRIMARY KEY,
  class_id     INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  kind         TEXT NOT NULL CHECK (kind IN ('quiz', 'cards')),
  title        TEXT NOT NULL,
  instructions TEXT NOT NULL DEFAULT '',
  topic_key    TEXT NOT NULL DEFAULT '',
  state        TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('making', 'draft', 'published', 'failed')),
  message      TEXT NOT NULL DEFAULT '',
  progress     REAL NOT NULL DEFAULT 0,
  made_by      TEXT NOT NULL DEFAULT 'teacher' CHECK (made_by IN ('model', 'templates', 'teacher')),
  job_id       INTEGER REFERENCES jobs (id) ON DELETE SET NULL,
  created_at   INTEGER NOT NULL,
  published_at INTEGER
) STRICT;
CREATE INDEX activities_by_class ON activities (class_id, id);

CREATE TABLE questions (
  id           INTEGER PRIMARY KEY,
  activity_id  INTEGER NOT NULL REFERENCES activities (id) ON DELETE CASCADE,
  position     INTEGER NOT NULL,
  stem         TEXT NOT NULL,
  -- JSON list of exactly four texts.
  choices      TEXT NOT NULL,
  answer_index INTEGER NOT NULL CHECK (answer_index BETWEEN 0 AND 3),
  explanation  TEXT NOT NULL,
  document_id  INTEGER REFERENCES documents (id) ON DELETE SET NULL,
  page         INTEGER
) STRICT;
CREATE INDEX questions_by_activity ON questions (activity_id, position);

CREATE TABLE cards (
  id          INTEGER PRIMARY KEY,
  activity_id INTEGER NOT NULL REFERENCES activities (id) ON DELETE CASCADE,
  position    INTEGER NOT NULL,
  front       TEXT NOT NULL,
  back        TEXT NOT NULL,
  document_id INTEGER REFERENCES documents (id) ON DELETE SET NULL,
  page        INTEGER
) STRICT;
CREATE INDEX cards_by_activity ON cards (activity_id, position);

-- A published activity given to the class; whoever joins later gets it too.
CREATE TABLE assignments (
  id            INTEGER PRIMARY KEY,
  activity_id   INTEGER NOT NULL REFERENCES activities (id) ON DELETE CASCADE,
  due_at        INTEGER,
  attempt_limit INTEGER NOT NULL DEFAULT 2,
  created_at    INTEGER NOT NULL,
  UNIQUE (activity_id)
) STRICT;

CREATE TABLE attempts (
  id            INTEGER PRIMARY KEY,
  assignment_id INTEGER NOT NULL REFERENCES assignments (id) ON DELETE CASCADE,
  student_id    INTEGER NOT NULL REFERENCES students (id) ON DELETE CASCADE,
  number        INTEGER NOT NULL,
  started_at    INTEGER NOT NULL,
  -- NULL while it is being taken; the score is whole percent, for cards the share that was known.
  finished_at   INTEGER,
  score         INTEGER,
  UNIQUE (assignment_id, student_id, number)
) STRICT;
CREATE INDEX attempts_by_student ON attempts (student_id);

-- Saved as given: a lost connection or a flat battery loses nothing.
CREATE TABLE answers (
  attempt_id  INTEGER NOT NULL REFERENCES attempts (id) ON DELETE CASCADE,
  -- The question or the card.
  item_id     INTEGER NOT NULL,
  -- For a question the choice (0 to 3), for a card 1 (known) or 0 (again).
  given       INTEGER NOT NULL CHECK (given BETWEEN 0 AND 3),
  answered_at INTEGER NOT NULL,
  PRIMARY KEY (attempt_id, item_id)
) STRICT, WITHOUT ROWID;

-- A teacher's word on a student's work in one assignment.
CREATE TABLE reviews (
  assignment_id  INTEGER NOT NULL REFERENCES assignments (id) ON DELETE CASCADE,
  student_id     INTEGER NOT NULL REFERENCES students (id) ON DELETE CASCADE,
  -- NULL: the best score stands.
  score_override INTEGER CHECK (score_override BETWEEN 0 AND 100),
  comment        TEXT NOT NULL DEFAULT '',
  reviewed_at    INTEGER NOT NULL,
  -- NULL until the student has opened it.
  read_at        INTEGER,
  PRIMARY KEY (assignment_id, student_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX reviews_by_student ON reviews (student_id);

-- Class chat: what a student asked about the class's papers, kept because teacher and student come back to it.
CREATE TABLE chat_sessions (
  id          INTEGER PRIMARY KEY,
  class_id    INTEGER NOT NULL REFERENCES classes (id) ON DELETE CASCADE,
  student_id  INTEGER REFERENCES students (id) ON DELETE CASCADE,
  staff_id    INTEGER REFERENCES staff (id) ON DELETE CASCADE,
  title       TEXT NOT NULL,
  -- The compacted beginning of a long talk.
  summary     TEXT NOT NULL DEFAULT '',
  is_archived INTEGER NOT NULL DEFAULT 0,
  created_at  INTEGER NOT NULL,
  last_at     INTEGER NOT NULL,
  CHECK ((student_id IS NULL) <> (staff_id IS NULL))
) STRICT;
CREATE INDEX chat_sessions_by_class ON chat_sessions (class_id, last_at);
CREATE INDEX chat_sessions_by_student ON chat_sessions (student_id);

CREATE TABLE chat_messages (
  id         INTEGER PRIMARY KEY,
  session_id INTEGER NOT NULL REFERENCES chat_sessions (id) ON DELETE CASCADE,
  author     TEXT NOT NULL CHECK (author IN ('person', 'assistant')),
  body       TEXT NOT NULL,
  -- JSON list of id, source, text, url.
  citations  TEXT NOT NULL DEFAULT '[]',
  backend    TEXT NOT NULL DEFAULT '',
  sent_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX chat_messages_by_session ON chat_messages (session_id, id);

PRAGMA user_version = 2;
COMMIT;
