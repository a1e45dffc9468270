-- Accounts, sessions, idempotency keys, audit log (SEC-1, SEC-3), staged files.

CREATE TABLE account (
    id                  BLOB PRIMARY KEY CHECK (length(id) = 16),
    login               TEXT NOT NULL CHECK (length(login) BETWEEN 3 AND 32 AND login = lower(login)),
    display_name        TEXT NOT NULL CHECK (length(display_name) BETWEEN 1 AND 40),
    password_hash       TEXT NOT NULL,
    password_changed_at INTEGER NOT NULL,
    must_change         INTEGER NOT NULL CHECK (must_change IN (0, 1)),
    disabled            INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    failures            INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    locked_until        INTEGER,
    last_sign_in_at     INTEGER,
    created_at          INTEGER NOT NULL,
    version             INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX account_login ON account (login);

CREATE TABLE password_history (
    account_id BLOB NOT NULL REFERENCES account (id),
    changed_at INTEGER NOT NULL,
    hash       TEXT NOT NULL,
    PRIMARY KEY (account_id, changed_at)
) STRICT;

CREATE TABLE role_grant (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    account_id BLOB NOT NULL REFERENCES account (id),
    role       TEXT NOT NULL,
    district   TEXT REFERENCES district (code),
    school_id  BLOB REFERENCES school (id),
    -- The role decides how wide its scope may be (model.md).
    CHECK (
        (role IN ('city_admin', 'operator') AND district IS NULL AND school_id IS NULL)
        OR (role = 'district_admin' AND district IS NOT NULL AND school_id IS NULL)
        OR (role = 'school_staff' AND district IS NOT NULL AND school_id IS NOT NULL)
        OR (role IN ('card_office', 'auditor') AND school_id IS NULL)
    )
) STRICT;
CREATE INDEX role_grant_account ON role_grant (account_id);
CREATE INDEX role_grant_district ON role_grant (district);
CREATE INDEX role_grant_school ON role_grant (school_id);

-- Failures of one address, whatever the login (rules §6).
CREATE TABLE sign_in_failure (
    address      TEXT PRIMARY KEY,
    failures     INTEGER NOT NULL CHECK (failures >= 0),
    last_at      INTEGER NOT NULL,
    locked_until INTEGER
) STRICT;

CREATE TABLE session (
    token_hash BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
    account_id BLOB NOT NULL REFERENCES account (id),
    address    TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE idempotency (
    account_id BLOB NOT NULL,
    op         TEXT NOT NULL,
    key        TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 100),
    body_hash  BLOB NOT NULL CHECK (length(body_hash) = 32),
    answer     TEXT NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (account_id, op, key)
) STRICT;
CREATE INDEX idempotency_at ON idempotency (at);

CREATE TABLE audit_entry (
    id        BLOB PRIMARY KEY CHECK (length(id) = 16),
    at        INTEGER NOT NULL,
    account_id BLOB,
    login     TEXT,
    address   TEXT NOT NULL,
    op        TEXT NOT NULL,
    outcome   TEXT NOT NULL CHECK (outcome IN ('done', 'refused')),
    district  TEXT NOT NULL DEFAULT '',          -- its chain; '' for the city's
    school_id BLOB,
    summary   TEXT NOT NULL,
    detail    TEXT NOT NULL,                     -- JSON: subjects, before and after; personal fields sealed
    seq       INTEGER,                           -- place in the chain once sealed
    hash      BLOB CHECK (length(hash) = 32)
) STRICT;
CREATE UNIQUE INDEX audit_entry_chain ON audit_entry (district, seq);
CREATE INDEX audit_entry_at ON audit_entry (at, id);
CREATE INDEX audit_entry_district_at ON audit_entry (district, at, id);
CREATE INDEX audit_entry_account_at ON audit_entry (account_id, at, id);
CREATE INDEX audit_entry_login_at ON audit_entry (login, at, id);
CREATE INDEX audit_entry_unsealed ON audit_entry (district, id) WHERE seq IS NULL;

-- The end of every chain, so that a removed last entry shows too.
CREATE TABLE audit_chain (
    district TEXT PRIMARY KEY,
    seq      INTEGER NOT NULL,
    hash     BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TABLE blob (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    account_id BLOB NOT NULL,
    file_name  TEXT NOT NULL,
    size       INTEGER NOT NULL CHECK (size >= 0),
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX blob_expires ON blob (expires_at);

CREATE TABLE blob_chunk (
    blob_id BLOB NOT NULL REFERENCES blob (id) ON DELETE CASCADE,
    number  INTEGER NOT NULL CHECK (number >= 0),
    sealed  BLOB NOT NULL,
    PRIMARY KEY (blob_id, number)
) STRICT;
