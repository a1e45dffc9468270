-- 注册报到, transfers, deletion and restore (STU-3, STU-4, STU-8).

-- A deleted pupil keeps its row, and with it its number, until it is purged.
ALTER TABLE pupil ADD COLUMN deleted_at INTEGER CHECK (deleted_at IS NULL OR status = 'deleted');
ALTER TABLE pupil ADD COLUMN deleted_status TEXT CHECK (deleted_status IN ('pending','enrolled','suspended','left','graduated'));  -- status that a restore gives back
ALTER TABLE pupil ADD COLUMN deleted_reason TEXT CHECK (length(deleted_reason) BETWEEN 1 AND 200);
ALTER TABLE pupil ADD COLUMN purged_at INTEGER CHECK (purged_at IS NULL OR status = 'deleted');
CREATE INDEX pupil_deleted_name ON pupil (name, id) WHERE status = 'deleted';
CREATE INDEX pupil_deleted_at ON pupil (district, deleted_at) WHERE status = 'deleted';

-- Where a child comes from, for the kinds that move one (注册报到, 转入).
ALTER TABLE application ADD COLUMN from_district TEXT REFERENCES district (code);
ALTER TABLE application ADD COLUMN from_class_id BLOB REFERENCES class (id)
    CHECK (kind = 'new' OR (from_class_id IS NOT NULL AND from_school_id IS NOT NULL AND from_district IS NOT NULL));
ALTER TABLE application ADD COLUMN stated_name TEXT CHECK (length(stated_name) BETWEEN 1 AND 50);  -- as the new school wrote it
ALTER TABLE application ADD COLUMN reason TEXT CHECK (length(reason) BETWEEN 1 AND 200);           -- why the new school asks
-- A child is on the way to one place only: the key decides.
CREATE UNIQUE INDEX application_moving ON application (pupil_id)
    WHERE kind IN ('registration','transfer_in') AND state IN ('draft','submitted','returned');
CREATE INDEX application_to_school ON application (school_id, kind, id) WHERE from_school_id IS NOT NULL;
CREATE INDEX application_from_school ON application (from_school_id, kind, id) WHERE from_school_id IS NOT NULL;
CREATE INDEX application_to_district ON application (district, kind, id) WHERE from_school_id IS NOT NULL;
CREATE INDEX application_from_district ON application (from_district, kind, id) WHERE from_district IS NOT NULL;
CREATE INDEX application_move ON application (kind, id) WHERE from_school_id IS NOT NULL;
CREATE INDEX application_from_class ON application (from_class_id) WHERE from_class_id IS NOT NULL;

-- A third kind of import. SQLite changes no CHECK of a table, so the table is made
-- anew, and those that refer to it before it, or dropping it would empty them.
CREATE TABLE import_next (
    id             BLOB PRIMARY KEY CHECK (length(id) = 16),
    kind           TEXT NOT NULL CHECK (kind IN ('new_pupils','classes','registrations')),
    district       TEXT NOT NULL REFERENCES district (code),
    school_id      BLOB NOT NULL REFERENCES school (id),
    school_year    INTEGER NOT NULL,
    file_name      TEXT NOT NULL,
    file_sha256    BLOB NOT NULL CHECK (length(file_sha256) = 32),
    blob_id        BLOB,                                         -- the file itself
    state          TEXT NOT NULL CHECK (state IN ('reading','preview','partly','committed','undone','discarded')),
    sheet          TEXT NOT NULL DEFAULT '',
    heading_row    INTEGER NOT NULL DEFAULT 0,
    columns        TEXT NOT NULL DEFAULT '[]',                   -- JSON: key, heading, letter
    snapshot       TEXT NOT NULL DEFAULT '{}',                   -- JSON: the school that the rows were checked against
    rules_version  INTEGER NOT NULL DEFAULT 0,
    rows_total     INTEGER NOT NULL DEFAULT 0,
    rows_valid     INTEGER NOT NULL DEFAULT 0,
    rows_error     INTEGER NOT NULL DEFAULT 0,
    rows_warning   INTEGER NOT NULL DEFAULT 0,
    rows_problem   INTEGER NOT NULL DEFAULT 0,
    rows_duplicate INTEGER NOT NULL DEFAULT 0,
    rows_committed INTEGER NOT NULL DEFAULT 0,
    rows_undone    INTEGER NOT NULL DEFAULT 0,
    file_problems  TEXT NOT NULL DEFAULT '[]',                   -- JSON
    groups         TEXT NOT NULL DEFAULT '[]',                   -- JSON: problems by kind
    edit_at        INTEGER NOT NULL DEFAULT 0,
    edit_last      INTEGER NOT NULL DEFAULT 0,
    created_by     BLOB NOT NULL REFERENCES account (id),
    created_at     INTEGER NOT NULL,
    committed_at   INTEGER,
    submitted_at   INTEGER,
    undone_at      INTEGER,
    purged_at      INTEGER,
    CHECK (edit_at BETWEEN 0 AND edit_last)
) STRICT;
INSERT INTO import_next (id, kind, district, school_id, school_year, file_name, file_sha256, blob_id, state, sheet,
    heading_row, columns, snapshot, rules_version, rows_total, rows_valid, rows_error, rows_warning, rows_problem,
    rows_duplicate, rows_committed, rows_undone, file_problems, groups, edit_at, edit_last, created_by, created_at,
    committed_at, submitted_at, undone_at, purged_at)
SELECT id, kind, district, school_id, school_year, file_name, file_sha256, blob_id, state, sheet,
    heading_row, columns, snapshot, rules_version, rows_total, rows_valid, rows_error, rows_warning, rows_problem,
    rows_duplicate, rows_committed, rows_undone, file_problems, groups, edit_at, edit_last, created_by, created_at,
    committed_at, submitted_at, undone_at, purged_at
FROM import;

CREATE TABLE import_block_next (
    import_id BLOB NOT NULL REFERENCES import_next (id) ON DELETE CASCADE,
    number    INTEGER NOT NULL CHECK (number >= 0),
    sealed    BLOB NOT NULL,
    PRIMARY KEY (import_id, number)
) STRICT;
INSERT INTO import_block_next SELECT import_id, number, sealed FROM import_block;
CREATE TABLE import_index_next (
    import_id BLOB PRIMARY KEY REFERENCES import_next (id) ON DELETE CASCADE,
    packed    BLOB NOT NULL
) STRICT;
INSERT INTO import_index_next SELECT import_id, packed FROM import_index;
CREATE TABLE import_edit_next (
    import_id BLOB NOT NULL REFERENCES import_next (id) ON DELETE CASCADE,
    number    INTEGER NOT NULL CHECK (number >= 1),
    sealed    BLOB NOT NULL,
    PRIMARY KEY (import_id, number)
) STRICT;
INSERT INTO import_edit_next SELECT import_id, number, sealed FROM import_edit;

DROP TABLE import_edit;
DROP TABLE import_index;
DROP TABLE import_block;
DROP TABLE import;
ALTER TABLE import_next RENAME TO import;
ALTER TABLE import_block_next RENAME TO import_block;
ALTER TABLE import_index_next RENAME TO import_index;
ALTER TABLE import_edit_next RENAME TO import_edit;
CREATE INDEX import_school ON import (school_id, id);
CREATE INDEX import_district ON import (district, id);
CREATE INDEX import_creator ON import (created_by, id);
CREATE INDEX import_kept ON import (district, created_at) WHERE purged_at IS NULL;
