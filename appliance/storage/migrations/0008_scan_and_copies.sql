BEGIN;

-- What a virus scanner said of a file before it was kept: nothing where none was asked, else found clean, or asked in vain.
ALTER TABLE submissions ADD COLUMN scan TEXT NOT NULL DEFAULT '' CHECK (scan IN ('', 'clean', 'error'));
ALTER TABLE documents ADD COLUMN scan TEXT NOT NULL DEFAULT '' CHECK (scan IN ('', 'clean', 'error'));
ALTER TABLE media ADD COLUMN scan TEXT NOT NULL DEFAULT '' CHECK (scan IN ('', 'clean', 'error'));

PRAGMA user_version = 8;
COMMIT;
