-- Purges of the audit log by retention (SEC-3): each row seals the end of the part
-- of a chain that was purged, so that the rest still proves that nothing else is gone.

CREATE TABLE audit_checkpoint (
    district TEXT COLLATE "C" NOT NULL,
    seq      BIGINT NOT NULL CHECK (seq > 0),          -- last purged entry
    hash     BYTEA NOT NULL CHECK (octet_length(hash) = 32),   -- its hash: where the rest of the chain begins
    entries  BIGINT NOT NULL CHECK (entries > 0),      -- purged at once
    before   BIGINT NOT NULL,                          -- all of them are older than this moment
    at       BIGINT NOT NULL,
    seal     BYTEA NOT NULL CHECK (octet_length(seal) = 32),   -- keyed hash over the row and the seal of the one before
    PRIMARY KEY (district, seq)
);
