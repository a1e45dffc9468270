-- What the page of a pupil, its corrections and the search need (STU-6, STU-8).

-- Names that pupils bear or bore, by all that one may type to find them: every end of
-- the name, of its pinyin and of the pinyin's initials. Names alone: who bears them,
-- and where, is asked of the pupils, so that moves and deletions change nothing here.
CREATE TABLE name_token (
    token TEXT NOT NULL CHECK (length(token) BETWEEN 1 AND 24),
    name  TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 50),
    PRIMARY KEY (token, name)
) STRICT, WITHOUT ROWID;

-- Whom or what an entry of the audit log is about: a pupil, an import. The entry
-- itself is chained; this only finds it.
CREATE TABLE audit_subject (
    subject  BLOB NOT NULL CHECK (length(subject) = 16),
    audit_id BLOB NOT NULL REFERENCES audit_entry (id) ON DELETE CASCADE,
    PRIMARY KEY (subject, audit_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_subject_entry ON audit_subject (audit_id);

-- A pupil's record as it was before a correction.
CREATE TABLE pupil_version (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    pupil_id   BLOB NOT NULL REFERENCES pupil (id) ON DELETE CASCADE,
    version    INTEGER NOT NULL CHECK (version >= 1),
    until_at   INTEGER NOT NULL,                                 -- when it was corrected
    account_id BLOB NOT NULL REFERENCES account (id),            -- by whom
    reason     TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
    fields     TEXT NOT NULL,                                    -- JSON: names of what was corrected
    sealed     BLOB NOT NULL                                     -- the record, guardians included
) STRICT;
CREATE UNIQUE INDEX pupil_version_pupil ON pupil_version (pupil_id, version);

-- Counts of a class leave out the deleted, who are few.
CREATE INDEX pupil_deleted ON pupil (class_id) WHERE status = 'deleted';
