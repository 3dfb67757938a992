BEGIN;

-- Full text search keeps the words as the box itself folds them (storage/search_words.py), in every script, and no
-- longer takes them from the passages: the passages stay as they were written, to be quoted. `search_words` is a
-- function of the connections that write. If it ever folds in another way, these tables have to be filled again.
DROP TRIGGER passages_added;
DROP TRIGGER passages_removed;
DROP TABLE passages_fts;
CREATE VIRTUAL TABLE passages_fts USING fts5 (heading, body, tokenize = 'ascii');
INSERT INTO passages_fts (rowid, heading, body)
SELECT id, search_words(heading), search_words(body) FROM passages;
CREATE TRIGGER passages_added AFTER INSERT ON passages BEGIN
  INSERT INTO passages_fts (rowid, heading, body)
  VALUES (new.id, search_words(new.heading), search_words(new.body));
END;
CREATE TRIGGER passages_removed AFTER DELETE ON passages BEGIN
  DELETE FROM passages_fts WHERE rowid = old.id;
END;

DROP TRIGGER document_passages_added;
DROP TRIGGER document_passages_removed;
DROP TABLE document_passages_fts;
CREATE VIRTUAL TABLE document_passages_fts USING fts5 (heading, body, tokenize = 'ascii');
INSERT INTO document_passages_fts (rowid, heading, body)
SELECT id, search_words(heading), search_words(body) FROM document_passages;
CREATE TRIGGER document_passages_added AFTER INSERT ON document_passages BEGIN
  INSERT INTO document_passages_fts (rowid, heading, body)
  VALUES (new.id, search_words(new.heading), search_words(new.body));
END;
CREATE TRIGGER document_passages_removed AFTER DELETE ON document_passages BEGIN
  DELETE FROM document_passages_fts WHERE rowid = old.id;
END;

PRAGMA user_version = 18;
COMMIT;
