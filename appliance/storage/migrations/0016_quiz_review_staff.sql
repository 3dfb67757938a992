BEGIN;

-- Who said it; NULL once they have left the school, and for words from before this was kept.
ALTER TABLE reviews ADD COLUMN staff_id INTEGER REFERENCES staff (id) ON DELETE SET NULL;

PRAGMA user_version = 16;
COMMIT;
