-- What the page of a pupil, its corrections and the search need (STU-6, STU-8).

-- Names that pupils bear or bore, by all that one may type to find them: every end of
-- the name, of its pinyin and of the pinyin's initials. Names alone: who bears them,
-- and where, is asked of the pupils, so that moves and deletions change nothing here.
CREATE TABLE name_token (
    token TEXT COLLATE "C" NOT NULL CHECK (length(token) BETWEEN 1 AND 24),
    name  TEXT COLLATE "C" NOT NULL CHECK (length(name) BETWEEN 1 AND 50),
    PRIMARY KEY (token, name)
);

-- Whom or what an entry of the audit log is about: a pupil, an import. The entry
-- itself is chained; this only finds it.
CREATE TABLE audit_subject (
    subject  UUID NOT NULL,
    audit_id UUID NOT NULL REFERENCES audit_entry (id) ON DELETE CASCADE,
    PRIMARY KEY (subject, audit_id)
);
CREATE INDEX audit_subject_entry ON audit_subject (audit_id);

-- A pupil's record as it was before a correction.
CREATE TABLE pupil_version (
    id         UUID PRIMARY KEY,
    pupil_id   UUID NOT NULL REFERENCES pupil (id) ON DELETE CASCADE,
    version    BIGINT NOT NULL CHECK (version >= 1),
    until_at   BIGINT NOT NULL,                                  -- when it was corrected
    account_id UUID NOT NULL REFERENCES account (id),            -- by whom
    reason     TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
    fields     TEXT NOT NULL,                                    -- JSON: names of what was corrected
    sealed     BYTEA NOT NULL                                    -- the record, guardians included
);
CREATE UNIQUE INDEX pupil_version_pupil ON pupil_version (pupil_id, version);

-- Counts of a class leave out the deleted, who are few.
CREATE INDEX pupil_deleted ON pupil (class_id) WHERE status = 'deleted';
