BEGIN;

-- The sender's own id of a message, by which a second try is known; it was kept in `backend` before.
ALTER TABLE chat_messages ADD COLUMN client_id TEXT NOT NULL DEFAULT '';
UPDATE chat_messages
SET client_id = backend
WHERE id IN (
  SELECT min(id)
  FROM chat_messages
  WHERE author = 'person' AND backend <> ''
  GROUP BY session_id, backend);
UPDATE chat_messages SET backend = '' WHERE author = 'person';
CREATE UNIQUE INDEX chat_messages_by_client ON chat_messages (session_id, client_id) WHERE client_id <> '';

PRAGMA user_version = 3;
COMMIT;
