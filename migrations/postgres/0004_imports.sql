-- Imports and their staged rows (IMP-6): a preview writes only here.

CREATE TABLE import (
    id             UUID PRIMARY KEY,
    kind           TEXT COLLATE "C" NOT NULL CHECK (kind IN ('new_pupils')),
    district       TEXT COLLATE "C" NOT NULL REFERENCES district (code),
    school_id      UUID NOT NULL REFERENCES school (id),
    school_year    BIGINT NOT NULL,
    file_name      TEXT COLLATE "C" NOT NULL,
    file_sha256    BYTEA NOT NULL CHECK (octet_length(file_sha256) = 32),
    state          TEXT COLLATE "C" NOT NULL CHECK (state IN ('reading','preview','partly','committed','undone','discarded')),
    sheet          TEXT COLLATE "C" NOT NULL DEFAULT '',
    heading_row    BIGINT NOT NULL DEFAULT 0,
    columns        TEXT COLLATE "C" NOT NULL DEFAULT '[]',                   -- JSON: key, heading, letter
    rows_total     BIGINT NOT NULL DEFAULT 0,
    rows_valid     BIGINT NOT NULL DEFAULT 0,
    rows_error     BIGINT NOT NULL DEFAULT 0,
    rows_warning   BIGINT NOT NULL DEFAULT 0,
    rows_problem   BIGINT NOT NULL DEFAULT 0,
    rows_duplicate BIGINT NOT NULL DEFAULT 0,
    rows_committed BIGINT NOT NULL DEFAULT 0,
    file_problems  TEXT COLLATE "C" NOT NULL DEFAULT '[]',                   -- JSON
    groups         TEXT COLLATE "C" NOT NULL DEFAULT '[]',                   -- JSON: problems by kind
    created_by     UUID NOT NULL REFERENCES account (id),
    created_at     BIGINT NOT NULL,
    committed_at   BIGINT,
    submitted_at   BIGINT
);
CREATE INDEX import_school ON import (school_id, id);
CREATE INDEX import_district ON import (district, id);
CREATE INDEX import_creator ON import (created_by, id);

-- A row that can be committed holds, sealed and indexed, just what the pupil's
-- rows will hold, so that a commit copies inside the database.
CREATE TABLE import_row (
    import_id             UUID NOT NULL REFERENCES import (id) ON DELETE CASCADE,
    position              BIGINT NOT NULL,                      -- from 0, without gaps
    problem_position      BIGINT,                               -- from 0 among the rows with problems
    row_number            BIGINT NOT NULL,                      -- as Excel shows it
    state                 TEXT COLLATE "C" NOT NULL CHECK (state IN ('valid','warning','error','committed')),
    cells_sealed          BYTEA NOT NULL,
    problems              TEXT COLLATE "C" NOT NULL,                         -- JSON, without personal data
    pupil_id              UUID,
    class_id              UUID,
    grade                 BIGINT,
    name                  TEXT COLLATE "C",
    gender                TEXT COLLATE "C",
    birth_date            TEXT COLLATE "C",
    paper_kind            TEXT COLLATE "C",
    paper_sealed          BYTEA,
    paper_index           BYTEA,
    student_number_sealed BYTEA,
    student_number_index  BYTEA,
    address_sealed        BYTEA,
    guardian_relation     TEXT COLLATE "C",
    guardian_name         TEXT COLLATE "C",
    guardian_phone_sealed BYTEA,
    guardian_phone_index  BYTEA,
    PRIMARY KEY (import_id, position)
);
CREATE INDEX import_row_problem ON import_row (import_id, problem_position) WHERE problem_position IS NOT NULL;
CREATE INDEX import_row_problem_number ON import_row (import_id, row_number) WHERE problem_position IS NOT NULL;
CREATE INDEX import_row_number ON import_row (import_id, row_number);
