BEGIN;

-- Seconds since 1970; a class that has ended stands apart from the others and lets nobody in.
ALTER TABLE classes ADD COLUMN ended_at INTEGER;

PRAGMA user_version = 9;
COMMIT;
