-- Rows of imports as blocks of cells, for any kind of import (IMP-7, IMP-9).
--
-- Until here a staged row held what a pupil's rows would hold. Now the cells are
-- the truth and all else follows from them by the rules, so that they can be
-- corrected and checked again. Previews of the old form cannot be turned into
-- blocks: they are given up, their files are still with the people.

DROP TABLE import_row;

ALTER TABLE import
    DROP CONSTRAINT import_kind_check,
    ADD CONSTRAINT import_kind_check CHECK (kind IN ('new_pupils','classes')),
    ADD COLUMN blob_id       UUID,                                -- the file itself
    ADD COLUMN snapshot      TEXT COLLATE "C" NOT NULL DEFAULT '{}', -- JSON: the school that the rows were checked against
    ADD COLUMN rules_version BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN rows_undone   BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN edit_at       BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN edit_last     BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN undone_at     BIGINT,
    ADD COLUMN purged_at     BIGINT,
    ADD CONSTRAINT import_edits CHECK (edit_at BETWEEN 0 AND edit_last);
UPDATE import SET purged_at = created_at,
    state = CASE WHEN state IN ('reading','preview') THEN 'discarded' ELSE state END;
CREATE INDEX import_kept ON import (district, created_at) WHERE purged_at IS NULL;

-- Packed and sealed; 250 rows a block. Compressed already.
CREATE TABLE import_block (
    import_id UUID NOT NULL REFERENCES import (id) ON DELETE CASCADE,
    number    BIGINT NOT NULL CHECK (number >= 0),
    sealed    BYTEA NOT NULL,
    PRIMARY KEY (import_id, number)
);
ALTER TABLE import_block ALTER COLUMN sealed SET STORAGE EXTERNAL;

-- Row numbers and states of all rows, packed; no personal data.
CREATE TABLE import_index (
    import_id UUID PRIMARY KEY REFERENCES import (id) ON DELETE CASCADE,
    packed    BYTEA NOT NULL
);

-- Corrections in their order, packed and sealed, so that they can be taken back.
CREATE TABLE import_edit (
    import_id UUID NOT NULL REFERENCES import (id) ON DELETE CASCADE,
    number    BIGINT NOT NULL CHECK (number >= 1),
    sealed    BYTEA NOT NULL,
    PRIMARY KEY (import_id, number)
);

-- Taking an import back deletes enrolments: without it each would read all orders.
CREATE INDEX card_order_enrolment ON card_order (enrolment_id);
