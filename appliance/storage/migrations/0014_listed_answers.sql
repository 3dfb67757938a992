BEGIN;

-- Of a lesson's row alone: what its teacher wants kept back, a JSON list of lines as they were typed.
ALTER TABLE tunings ADD COLUMN answers TEXT;

PRAGMA user_version = 14;
COMMIT;
