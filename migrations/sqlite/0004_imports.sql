-- Imports and their staged rows (IMP-6): a preview writes only here.

CREATE TABLE import (
    id             BLOB PRIMARY KEY CHECK (length(id) = 16),
    kind           TEXT NOT NULL CHECK (kind IN ('new_pupils')),
    district       TEXT NOT NULL REFERENCES district (code),
    school_id      BLOB NOT NULL REFERENCES school (id),
    school_year    INTEGER NOT NULL,
    file_name      TEXT NOT NULL,
    file_sha256    BLOB NOT NULL CHECK (length(file_sha256) = 32),
    state          TEXT NOT NULL CHECK (state IN ('reading','preview','partly','committed','undone','discarded')),
    sheet          TEXT NOT NULL DEFAULT '',
    heading_row    INTEGER NOT NULL DEFAULT 0,
    columns        TEXT NOT NULL DEFAULT '[]',                   -- JSON: key, heading, letter
    rows_total     INTEGER NOT NULL DEFAULT 0,
    rows_valid     INTEGER NOT NULL DEFAULT 0,
    rows_error     INTEGER NOT NULL DEFAULT 0,
    rows_warning   INTEGER NOT NULL DEFAULT 0,
    rows_problem   INTEGER NOT NULL DEFAULT 0,
    rows_duplicate INTEGER NOT NULL DEFAULT 0,
    rows_committed INTEGER NOT NULL DEFAULT 0,
    file_problems  TEXT NOT NULL DEFAULT '[]',                   -- JSON
    groups         TEXT NOT NULL DEFAULT '[]',                   -- JSON: problems by kind
    created_by     BLOB NOT NULL REFERENCES account (id),
    created_at     INTEGER NOT NULL,
    committed_at   INTEGER,
    submitted_at   INTEGER
) STRICT;
CREATE INDEX import_school ON import (school_id, id);
CREATE INDEX import_district ON import (district, id);
CREATE INDEX import_creator ON import (created_by, id);

-- A row that can be committed holds, sealed and indexed, just what the pupil's
-- rows will hold, so that a commit copies inside the database.
CREATE TABLE import_row (
    import_id             BLOB NOT NULL REFERENCES import (id) ON DELETE CASCADE,
    position              INTEGER NOT NULL,                      -- from 0, without gaps
    problem_position      INTEGER,                               -- from 0 among the rows with problems
    row_number            INTEGER NOT NULL,                      -- as Excel shows it
    state                 TEXT NOT NULL CHECK (state IN ('valid','warning','error','committed')),
    cells_sealed          BLOB NOT NULL,
    problems              TEXT NOT NULL,                         -- JSON, without personal data
    pupil_id              BLOB CHECK (length(pupil_id) = 16),
    class_id              BLOB,
    grade                 INTEGER,
    name                  TEXT,
    gender                TEXT,
    birth_date            TEXT,
    paper_kind            TEXT,
    paper_sealed          BLOB,
    paper_index           BLOB,
    student_number_sealed BLOB,
    student_number_index  BLOB,
    address_sealed        BLOB,
    guardian_relation     TEXT,
    guardian_name         TEXT,
    guardian_phone_sealed BLOB,
    guardian_phone_index  BLOB,
    PRIMARY KEY (import_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_row_problem ON import_row (import_id, problem_position) WHERE problem_position IS NOT NULL;
CREATE INDEX import_row_problem_number ON import_row (import_id, row_number) WHERE problem_position IS NOT NULL;
CREATE INDEX import_row_number ON import_row (import_id, row_number);
