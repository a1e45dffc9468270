-- Temporary validity extensions, what terminals recorded, jobs that run by themselves (CARD-6, CARD-7).

-- A cleaning that took entries out.
CREATE TABLE extension_run (
    id        BLOB PRIMARY KEY CHECK (length(id) = 16),
    district  TEXT NOT NULL REFERENCES district (code),
    on_day    TEXT NOT NULL CHECK (length(on_day) = 10),         -- the day whose rules it followed
    policy    TEXT NOT NULL CHECK (policy IN ('calendar','age')),
    removed   INTEGER NOT NULL CHECK (removed >= 1),
    run_at    INTEGER NOT NULL,
    run_by    BLOB REFERENCES account (id),                      -- none: the schedule
    undone_at INTEGER,
    undone_by BLOB REFERENCES account (id),
    restored  INTEGER NOT NULL DEFAULT 0 CHECK (restored BETWEEN 0 AND removed),
    CHECK ((undone_at IS NULL) = (undone_by IS NULL))
) STRICT;
CREATE INDEX extension_run_district ON extension_run (district, id);
CREATE INDEX extension_run_by ON extension_run (run_by) WHERE run_by IS NOT NULL;
CREATE INDEX extension_run_undone_by ON extension_run (undone_by) WHERE undone_by IS NOT NULL;

CREATE TABLE extension (
    id           BLOB PRIMARY KEY CHECK (length(id) = 16),
    district     TEXT NOT NULL REFERENCES district (code),       -- whose card office made it
    pupil_id     BLOB NOT NULL REFERENCES pupil (id) ON DELETE CASCADE,
    card_no      TEXT CHECK (length(card_no) BETWEEN 1 AND 32 AND card_no = upper(card_no)),
    reason       TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
    source       TEXT NOT NULL CHECK (source IN ('hand','import')),
    made_at      INTEGER NOT NULL,
    made_by      BLOB NOT NULL REFERENCES account (id),
    expires_on   TEXT CHECK (length(expires_on) = 10),           -- a last day of its own
    restored_on  TEXT CHECK (length(restored_on) = 10),          -- an undone cleaning: the schedule counts from here
    run_id       BLOB REFERENCES extension_run (id),             -- none while it is in the list
    left_reason  TEXT CHECK (left_reason IN ('expired','graduated','not_normal','month_passed')),
    left_at      INTEGER,
    CHECK ((run_id IS NULL) = (left_reason IS NULL) AND (run_id IS NULL) = (left_at IS NULL))
) STRICT;
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
    id          BLOB PRIMARY KEY CHECK (length(id) = 16),
    district    TEXT NOT NULL REFERENCES district (code),        -- whose card office read the file
    card_no     TEXT NOT NULL CHECK (length(card_no) BETWEEN 1 AND 32 AND card_no = upper(card_no)),
    card_raw    TEXT NOT NULL CHECK (length(card_raw) BETWEEN 1 AND 64),
    extended_at INTEGER NOT NULL,
    terminal    TEXT NOT NULL DEFAULT '' CHECK (length(terminal) <= 50),
    imported_at INTEGER NOT NULL,
    imported_by BLOB NOT NULL REFERENCES account (id)
) STRICT;
-- The same record read twice is one.
CREATE UNIQUE INDEX extension_record_same ON extension_record (card_no, extended_at, terminal);
CREATE INDEX extension_record_district ON extension_record (district);
CREATE INDEX extension_record_by ON extension_record (imported_by);

-- Who runs a job of a district now, and up to which day it has been run: two processes
-- never run the same one twice.
CREATE TABLE job_lease (
    job        TEXT NOT NULL CHECK (length(job) BETWEEN 1 AND 50),
    district   TEXT NOT NULL REFERENCES district (code),
    holder     BLOB NOT NULL CHECK (length(holder) = 16),
    held_until INTEGER NOT NULL,
    last_day   TEXT CHECK (length(last_day) = 10),
    PRIMARY KEY (job, district)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_lease_district ON job_lease (district);
