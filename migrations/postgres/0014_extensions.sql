-- Temporary validity extensions, what terminals recorded, jobs that run by themselves (CARD-6, CARD-7).

-- A cleaning that took entries out.
CREATE TABLE extension_run (
    id        UUID PRIMARY KEY,
    district  TEXT COLLATE "C" NOT NULL REFERENCES district (code),
    on_day    TEXT COLLATE "C" NOT NULL CHECK (length(on_day) = 10), -- the day whose rules it followed
    policy    TEXT COLLATE "C" NOT NULL CHECK (policy IN ('calendar','age')),
    removed   BIGINT NOT NULL CHECK (removed >= 1),
    run_at    BIGINT NOT NULL,
    run_by    UUID REFERENCES account (id),                      -- none: the schedule
    undone_at BIGINT,
    undone_by UUID REFERENCES account (id),
    restored  BIGINT NOT NULL DEFAULT 0 CHECK (restored BETWEEN 0 AND removed),
    CHECK ((undone_at IS NULL) = (undone_by IS NULL))
);
CREATE INDEX extension_run_district ON extension_run (district, id);
CREATE INDEX extension_run_by ON extension_run (run_by) WHERE run_by IS NOT NULL;
CREATE INDEX extension_run_undone_by ON extension_run (undone_by) WHERE undone_by IS NOT NULL;

CREATE TABLE extension (
    id           UUID PRIMARY KEY,
    district     TEXT COLLATE "C" NOT NULL REFERENCES district (code), -- whose card office made it
    pupil_id     UUID NOT NULL REFERENCES pupil (id) ON DELETE CASCADE,
    card_no      TEXT COLLATE "C" CHECK (length(card_no) BETWEEN 1 AND 32 AND card_no = upper(card_no)),
    reason       TEXT COLLATE "C" NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
    source       TEXT COLLATE "C" NOT NULL CHECK (source IN ('hand','import')),
    made_at      BIGINT NOT NULL,
    made_by      UUID NOT NULL REFERENCES account (id),
    expires_on   TEXT COLLATE "C" CHECK (length(expires_on) = 10), -- a last day of its own
    restored_on  TEXT COLLATE "C" CHECK (length(restored_on) = 10), -- an undone cleaning: the schedule counts from here
    run_id       UUID REFERENCES extension_run (id),             -- none while it is in the list
    left_reason  TEXT COLLATE "C" CHECK (left_reason IN ('expired','graduated','not_normal','month_passed')),
    left_at      BIGINT,
    CHECK ((run_id IS NULL) = (left_reason IS NULL) AND (run_id IS NULL) = (left_at IS NULL))
);
-- A pupil is in the list once: the key decides.
CREATE UNIQUE INDEX extension_open ON extension (pupil_id) WHERE run_id IS NULL;
CREATE INDEX extension_pupil ON extension (pupil_id, id);
CREATE INDEX extension_all ON extension (id) WHERE run_id IS NULL;
CREATE INDEX extension_district ON extension (district, id) WHERE run_id IS NULL;
CREATE INDEX extension_expires ON extension (district, expires_on) WHERE run_id IS NULL AND expires_on IS NOT NULL;
CREATE INDEX extension_of_run ON extension (run_id, id) WHERE run_id IS NOT NULL;
CREATE INDEX extension_made_by ON extension (made_by);

-- 增效记录 as the terminals wrote them, under the number folded to upper case.
CREATE TABLE extension_record (
    id          UUID PRIMARY KEY,
    district    TEXT COLLATE "C" NOT NULL REFERENCES district (code), -- whose card office read the file
    card_no     TEXT COLLATE "C" NOT NULL CHECK (length(card_no) BETWEEN 1 AND 32 AND card_no = upper(card_no)),
    card_raw    TEXT COLLATE "C" NOT NULL CHECK (length(card_raw) BETWEEN 1 AND 64),
    extended_at BIGINT NOT NULL,
    terminal    TEXT COLLATE "C" NOT NULL DEFAULT '' CHECK (length(terminal) <= 50),
    imported_at BIGINT NOT NULL,
    imported_by UUID NOT NULL REFERENCES account (id)
);
-- The same record read twice is one.
CREATE UNIQUE INDEX extension_record_same ON extension_record (card_no, extended_at, terminal);
CREATE INDEX extension_record_district ON extension_record (district);
CREATE INDEX extension_record_by ON extension_record (imported_by);

-- Who runs a job of a district now, and up to which day it has been run: two processes
-- never run the same one twice.
CREATE TABLE job_lease (
    job        TEXT COLLATE "C" NOT NULL CHECK (length(job) BETWEEN 1 AND 50),
    district   TEXT COLLATE "C" NOT NULL REFERENCES district (code),
    holder     UUID NOT NULL,
    held_until BIGINT NOT NULL,
    last_day   TEXT COLLATE "C" CHECK (length(last_day) = 10),
    PRIMARY KEY (job, district)
);
CREATE INDEX job_lease_district ON job_lease (district);
