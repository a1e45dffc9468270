-- Purges of the audit log by retention (SEC-3): each row seals the end of the part
-- of a chain that was purged, so that the rest still proves that nothing else is gone.

CREATE TABLE audit_checkpoint (
    district TEXT NOT NULL,
    seq      INTEGER NOT NULL CHECK (seq > 0),          -- last purged entry
    hash     BLOB NOT NULL CHECK (length(hash) = 32),   -- its hash: where the rest of the chain begins
    entries  INTEGER NOT NULL CHECK (entries > 0),      -- purged at once
    before   INTEGER NOT NULL,                          -- all of them are older than this moment
    at       INTEGER NOT NULL,
    seal     BLOB NOT NULL CHECK (length(seal) = 32),   -- keyed hash over the row and the seal of the one before
    PRIMARY KEY (district, seq)
) STRICT;
