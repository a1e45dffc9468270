-- Rows of imports as blocks of cells, for any kind of import (IMP-7, IMP-9).
--
-- Until here a staged row held what a pupil's rows would hold. Now the cells are
-- the truth and all else follows from them by the rules, so that they can be
-- corrected and checked again. Previews of the old form cannot be turned into
-- blocks: they are given up, their files are still with the people.

DROP TABLE import_row;

CREATE TABLE import_next (
    id             BLOB PRIMARY KEY CHECK (length(id) = 16),
    kind           TEXT NOT NULL CHECK (kind IN ('new_pupils','classes')),
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

INSERT INTO import_next (id, kind, district, school_id, school_year, file_name, file_sha256, state, sheet, heading_row,
    columns, rows_total, rows_valid, rows_error, rows_warning, rows_problem, rows_duplicate, rows_committed,
    file_problems, groups, created_by, created_at, committed_at, submitted_at, purged_at)
SELECT id, kind, district, school_id, school_year, file_name, file_sha256,
    CASE WHEN state IN ('reading','preview') THEN 'discarded' ELSE state END, sheet, heading_row,
    columns, rows_total, rows_valid, rows_error, rows_warning, rows_problem, rows_duplicate, rows_committed,
    file_problems, groups, created_by, created_at, committed_at, submitted_at, created_at
FROM import;

DROP TABLE import;
ALTER TABLE import_next RENAME TO import;
CREATE INDEX import_school ON import (school_id, id);
CREATE INDEX import_district ON import (district, id);
CREATE INDEX import_creator ON import (created_by, id);
CREATE INDEX import_kept ON import (district, created_at) WHERE purged_at IS NULL;

-- Packed and sealed; 250 rows a block.
CREATE TABLE import_block (
    import_id BLOB NOT NULL REFERENCES import (id) ON DELETE CASCADE,
    number    INTEGER NOT NULL CHECK (number >= 0),
    sealed    BLOB NOT NULL,
    PRIMARY KEY (import_id, number)
) STRICT;

-- Row numbers and states of all rows, packed; no personal data.
CREATE TABLE import_index (
    import_id BLOB PRIMARY KEY REFERENCES import (id) ON DELETE CASCADE,
    packed    BLOB NOT NULL
) STRICT;

-- Corrections in their order, packed and sealed, so that they can be taken back.
CREATE TABLE import_edit (
    import_id BLOB NOT NULL REFERENCES import (id) ON DELETE CASCADE,
    number    INTEGER NOT NULL CHECK (number >= 1),
    sealed    BLOB NOT NULL,
    PRIMARY KEY (import_id, number)
) STRICT;

-- Taking an import back deletes enrolments: without it each would read all orders.
CREATE INDEX card_order_enrolment ON card_order (enrolment_id);
