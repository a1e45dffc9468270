-- Column templates, production batches, cards (CARD-4, CARD-5, CARD-7).

-- How a bureau wants its production file and writes its result file.
CREATE TABLE card_template (
    id         UUID PRIMARY KEY,
    district   TEXT COLLATE "C" NOT NULL REFERENCES district (code),
    name       TEXT COLLATE "C" NOT NULL CHECK (length(name) BETWEEN 1 AND 50),
    content    TEXT COLLATE "C" NOT NULL,                                    -- JSON: columns, code tables, encoding, result columns
    version    BIGINT NOT NULL DEFAULT 1,
    updated_at BIGINT NOT NULL,
    updated_by UUID NOT NULL REFERENCES account (id)
);
CREATE UNIQUE INDEX card_template_name ON card_template (district, name);

-- A batch is changed only while it is open; once handed over its package stays as it is.
CREATE TABLE batch (
    id             UUID PRIMARY KEY,
    district       TEXT COLLATE "C" NOT NULL REFERENCES district (code),
    batch_no       TEXT COLLATE "C" NOT NULL CHECK (length(batch_no) BETWEEN 1 AND 40),
    state          TEXT COLLATE "C" NOT NULL CHECK (state IN ('open','handed_over','closed','discarded')),
    template       TEXT COLLATE "C" NOT NULL,                                -- JSON, as it was when the batch was made
    template_name  TEXT COLLATE "C" NOT NULL,
    ordered        BIGINT NOT NULL CHECK (ordered >= 0),
    made           BIGINT NOT NULL DEFAULT 0 CHECK (made >= 0),
    failed         BIGINT NOT NULL DEFAULT 0 CHECK (failed >= 0),
    created_at     BIGINT NOT NULL,
    created_by     UUID NOT NULL REFERENCES account (id),
    handed_over_at BIGINT,
    handed_over_by UUID REFERENCES account (id),
    closed_at      BIGINT,
    closed_by      UUID REFERENCES account (id),
    package_id     UUID REFERENCES blob (id),                    -- sealed, kept without a term
    package_name   TEXT COLLATE "C",
    package_sha256 BYTEA CHECK (length(package_sha256) = 32),
    package_files  TEXT COLLATE "C" NOT NULL DEFAULT '[]',                   -- JSON: name, bytes, SHA-256 of each file
    version        BIGINT NOT NULL DEFAULT 1,
    CHECK (made + failed <= ordered),
    -- ordered = made + failed + missing: nothing is missing from a closed batch.
    CHECK (state <> 'closed' OR (made + failed = ordered AND closed_at IS NOT NULL)),
    CHECK (state NOT IN ('handed_over','closed') OR (package_id IS NOT NULL AND handed_over_at IS NOT NULL))
);
CREATE UNIQUE INDEX batch_number ON batch (batch_no);
CREATE INDEX batch_district ON batch (district, id);
CREATE INDEX batch_package ON batch (package_id) WHERE package_id IS NOT NULL;

CREATE TABLE card (
    id         UUID PRIMARY KEY,
    pupil_id   UUID NOT NULL REFERENCES pupil (id),
    order_id   UUID NOT NULL REFERENCES card_order (id),
    -- As searched: upper case. The text as it came stands beside it.
    card_no    TEXT COLLATE "C" NOT NULL CHECK (length(card_no) BETWEEN 1 AND 32 AND card_no = upper(card_no)),
    card_raw   TEXT COLLATE "C" NOT NULL,
    serial_no  TEXT COLLATE "C" CHECK (length(serial_no) BETWEEN 1 AND 32 AND serial_no = upper(serial_no)),
    serial_raw TEXT COLLATE "C",
    citizen_no TEXT COLLATE "C" CHECK (length(citizen_no) BETWEEN 1 AND 32 AND citizen_no = upper(citizen_no)),
    citizen_raw TEXT COLLATE "C",
    state      TEXT COLLATE "C" NOT NULL CHECK (state IN ('valid','lost','invalid','replaced')),
    made_at    BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);
-- A number is on one card: the keys decide, not a look before them.
CREATE UNIQUE INDEX card_number ON card (card_no);
CREATE UNIQUE INDEX card_serial ON card (serial_no) WHERE serial_no IS NOT NULL;
CREATE UNIQUE INDEX card_citizen ON card (citizen_no) WHERE citizen_no IS NOT NULL;
CREATE UNIQUE INDEX card_of_order ON card (order_id);
CREATE INDEX card_pupil ON card (pupil_id, id);
-- A pupil has one valid card.
CREATE UNIQUE INDEX card_valid ON card (pupil_id) WHERE state = 'valid';

CREATE TABLE card_event (
    card_id    UUID NOT NULL REFERENCES card (id),
    number     BIGINT NOT NULL CHECK (number >= 1),
    step       TEXT COLLATE "C" NOT NULL,
    state      TEXT COLLATE "C" NOT NULL,
    at         BIGINT NOT NULL,
    account_id UUID NOT NULL REFERENCES account (id),
    reason     TEXT COLLATE "C",
    PRIMARY KEY (card_id, number)
);

-- 增效记录 by the serial number on the chip, as whoever wrote them wrote it: a card finds
-- all of them by the folded number, also those older than its own record.
CREATE TABLE card_extension (
    id          UUID PRIMARY KEY,
    serial_no   TEXT COLLATE "C" NOT NULL CHECK (length(serial_no) BETWEEN 1 AND 32 AND serial_no = upper(serial_no)),
    serial_raw  TEXT COLLATE "C" NOT NULL,
    source      TEXT COLLATE "C" NOT NULL CHECK (source IN ('result','file')),
    extended_on TEXT COLLATE "C" NOT NULL CHECK (length(extended_on) = 10),
    valid_until TEXT COLLATE "C" NOT NULL CHECK (length(valid_until) = 10),
    note        TEXT COLLATE "C" CHECK (length(note) BETWEEN 1 AND 200),
    recorded_at BIGINT NOT NULL,
    recorded_by UUID NOT NULL REFERENCES account (id),
    CHECK (valid_until >= extended_on)
);
-- The same record read twice is one.
CREATE UNIQUE INDEX card_extension_same ON card_extension (serial_no, extended_on, valid_until);

CREATE TABLE batch_line (
    batch_id  UUID NOT NULL REFERENCES batch (id),
    number    BIGINT NOT NULL CHECK (number >= 1),
    order_id  UUID NOT NULL REFERENCES card_order (id),
    result    TEXT COLLATE "C" NOT NULL CHECK (result IN ('waiting','made','failed')),
    reason    TEXT COLLATE "C" CHECK (length(reason) BETWEEN 1 AND 200),
    result_at BIGINT,
    card_id   UUID REFERENCES card (id),
    PRIMARY KEY (batch_id, number),
    CHECK ((result = 'made') = (card_id IS NOT NULL)),
    CHECK (result <> 'failed' OR reason IS NOT NULL)
);
CREATE UNIQUE INDEX batch_line_order ON batch_line (batch_id, order_id);
CREATE INDEX batch_line_of_order ON batch_line (order_id);
CREATE INDEX batch_line_card ON batch_line (card_id) WHERE card_id IS NOT NULL;
CREATE INDEX batch_line_result ON batch_line (batch_id, result, number);

-- Result files that were read into a batch.
CREATE TABLE batch_result (
    batch_id    UUID NOT NULL REFERENCES batch (id),
    file_sha256 BYTEA NOT NULL CHECK (length(file_sha256) = 32),
    file_name   TEXT COLLATE "C" NOT NULL,
    rows_total  BIGINT NOT NULL,
    rows_made   BIGINT NOT NULL,
    rows_failed BIGINT NOT NULL,
    rows_error  BIGINT NOT NULL,
    read_at     BIGINT NOT NULL,
    read_by     UUID NOT NULL REFERENCES account (id),
    PRIMARY KEY (batch_id, file_sha256)
);

-- Why a card is ordered again, what it replaces, and the batch it is in.
ALTER TABLE card_order ADD COLUMN request_reason TEXT COLLATE "C" CHECK (length(request_reason) BETWEEN 1 AND 200);
ALTER TABLE card_order ADD COLUMN old_card_id UUID REFERENCES card (id);
ALTER TABLE card_order ADD COLUMN batch_id UUID REFERENCES batch (id);
CREATE INDEX card_order_old_card ON card_order (old_card_id) WHERE old_card_id IS NOT NULL;
CREATE INDEX card_order_batch ON card_order (batch_id) WHERE batch_id IS NOT NULL;
