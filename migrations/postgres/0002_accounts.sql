-- Accounts, sessions, idempotency keys, audit log (SEC-1, SEC-3), staged files.

CREATE TABLE account (
    id                  UUID PRIMARY KEY,
    login               TEXT COLLATE "C" NOT NULL CHECK (length(login) BETWEEN 3 AND 32 AND login = lower(login)),
    display_name        TEXT COLLATE "C" NOT NULL CHECK (length(display_name) BETWEEN 1 AND 40),
    password_hash       TEXT COLLATE "C" NOT NULL,
    password_changed_at BIGINT NOT NULL,
    must_change         BOOLEAN NOT NULL,
    disabled            BOOLEAN NOT NULL DEFAULT FALSE,
    failures            BIGINT NOT NULL DEFAULT 0 CHECK (failures >= 0),
    locked_until        BIGINT,
    last_sign_in_at     BIGINT,
    created_at          BIGINT NOT NULL,
    version             BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX account_login ON account (login);

CREATE TABLE password_history (
    account_id UUID NOT NULL REFERENCES account (id),
    changed_at BIGINT NOT NULL,
    hash       TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, changed_at)
);

CREATE TABLE role_grant (
    id         UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    role       TEXT COLLATE "C" NOT NULL,
    district   TEXT COLLATE "C" REFERENCES district (code),
    school_id  UUID REFERENCES school (id),
    -- The role decides how wide its scope may be (model.md).
    CHECK (
        (role IN ('city_admin', 'operator') AND district IS NULL AND school_id IS NULL)
        OR (role = 'district_admin' AND district IS NOT NULL AND school_id IS NULL)
        OR (role = 'school_staff' AND district IS NOT NULL AND school_id IS NOT NULL)
        OR (role IN ('card_office', 'auditor') AND school_id IS NULL)
    )
);
CREATE INDEX role_grant_account ON role_grant (account_id);
CREATE INDEX role_grant_district ON role_grant (district);
CREATE INDEX role_grant_school ON role_grant (school_id);

-- Failures of one address, whatever the login (rules §6).
CREATE TABLE sign_in_failure (
    address      TEXT COLLATE "C" PRIMARY KEY,
    failures     BIGINT NOT NULL CHECK (failures >= 0),
    last_at      BIGINT NOT NULL,
    locked_until BIGINT
);

CREATE TABLE session (
    token_hash BYTEA PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    account_id UUID NOT NULL REFERENCES account (id),
    address    TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE idempotency (
    account_id UUID NOT NULL,
    op         TEXT COLLATE "C" NOT NULL,
    key        TEXT COLLATE "C" NOT NULL CHECK (length(key) BETWEEN 1 AND 100),
    body_hash  BYTEA NOT NULL CHECK (octet_length(body_hash) = 32),
    answer     TEXT COLLATE "C" NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (account_id, op, key)
);
CREATE INDEX idempotency_at ON idempotency (at);

CREATE TABLE audit_entry (
    id        UUID PRIMARY KEY,
    at        BIGINT NOT NULL,
    account_id UUID,
    login     TEXT COLLATE "C",
    address   TEXT COLLATE "C" NOT NULL,
    op        TEXT COLLATE "C" NOT NULL,
    outcome   TEXT COLLATE "C" NOT NULL CHECK (outcome IN ('done', 'refused')),
    district  TEXT COLLATE "C" NOT NULL DEFAULT '',          -- its chain; '' for the city's
    school_id UUID,
    summary   TEXT COLLATE "C" NOT NULL,
    detail    TEXT COLLATE "C" NOT NULL,                     -- JSON: subjects, before and after; personal fields sealed
    seq       BIGINT,                           -- place in the chain once sealed
    hash      BYTEA CHECK (octet_length(hash) = 32)
);
CREATE UNIQUE INDEX audit_entry_chain ON audit_entry (district, seq);
CREATE INDEX audit_entry_at ON audit_entry (at, id);
CREATE INDEX audit_entry_district_at ON audit_entry (district, at, id);
CREATE INDEX audit_entry_account_at ON audit_entry (account_id, at, id);
CREATE INDEX audit_entry_login_at ON audit_entry (login, at, id);
CREATE INDEX audit_entry_unsealed ON audit_entry (district, id) WHERE seq IS NULL;

-- The end of every chain, so that a removed last entry shows too.
CREATE TABLE audit_chain (
    district TEXT COLLATE "C" PRIMARY KEY,
    seq      BIGINT NOT NULL,
    hash     BYTEA NOT NULL CHECK (octet_length(hash) = 32)
);

CREATE TABLE blob (
    id         UUID PRIMARY KEY,
    account_id UUID NOT NULL,
    file_name  TEXT COLLATE "C" NOT NULL,
    size       BIGINT NOT NULL CHECK (size >= 0),
    expires_at BIGINT NOT NULL
);
CREATE INDEX blob_expires ON blob (expires_at);

CREATE TABLE blob_chunk (
    blob_id UUID NOT NULL REFERENCES blob (id) ON DELETE CASCADE,
    number  BIGINT NOT NULL CHECK (number >= 0),
    sealed  BYTEA NOT NULL,
    PRIMARY KEY (blob_id, number)
);
