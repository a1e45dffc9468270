-- Photos of pupils (STU-5). Their bytes are not here but in the photo store, under an
-- address that is a keyed hash of them.

CREATE TABLE photo (
    id          BLOB PRIMARY KEY CHECK (length(id) = 16),
    pupil_id    BLOB NOT NULL REFERENCES pupil (id) ON DELETE CASCADE,
    address     BLOB NOT NULL CHECK (length(address) = 16),
    size        INTEGER NOT NULL CHECK (size > 1024),            -- bytes of the JPEG, rules §5
    width       INTEGER NOT NULL CHECK (width BETWEEN 1 AND 65535),
    height      INTEGER NOT NULL CHECK (height BETWEEN 1 AND 65535),
    state       TEXT NOT NULL CHECK (state IN ('current','recycled')),
    created_at  INTEGER NOT NULL,
    created_by  BLOB NOT NULL REFERENCES account (id),
    recycled_at INTEGER,
    recycled_by BLOB REFERENCES account (id),
    reason      TEXT CHECK (length(reason) BETWEEN 1 AND 200),
    CHECK ((state = 'recycled') = (recycled_at IS NOT NULL)),
    CHECK ((state = 'recycled') = (recycled_by IS NOT NULL)),
    CHECK ((state = 'recycled') = (reason IS NOT NULL))
) STRICT;
-- One photo a pupil, and no photo for two pupils: the keys decide, not a look before them.
CREATE UNIQUE INDEX photo_current ON photo (pupil_id) WHERE state = 'current';
CREATE UNIQUE INDEX photo_one_pupil ON photo (address) WHERE state = 'current';
CREATE INDEX photo_pupil ON photo (pupil_id, id);
CREATE INDEX photo_address ON photo (address);
CREATE INDEX photo_recycled ON photo (recycled_at, id) WHERE state = 'recycled';
CREATE INDEX photo_created_by ON photo (created_by);
CREATE INDEX photo_recycled_by ON photo (recycled_by) WHERE recycled_by IS NOT NULL;

-- Photos handed over together, kept until a person decides.
CREATE TABLE photo_batch (
    id          BLOB PRIMARY KEY CHECK (length(id) = 16),
    district    TEXT NOT NULL REFERENCES district (code),
    school_id   BLOB NOT NULL REFERENCES school (id),
    source      TEXT NOT NULL CHECK (length(source) BETWEEN 1 AND 200),
    state       TEXT NOT NULL CHECK (state IN ('open','imported','discarded')),
    account_id  BLOB NOT NULL REFERENCES account (id),
    created_at  INTEGER NOT NULL,
    imported_at INTEGER,
    CHECK ((state = 'imported') = (imported_at IS NOT NULL))
) STRICT;
CREATE INDEX photo_batch_district ON photo_batch (district);
CREATE INDEX photo_batch_school ON photo_batch (school_id);
CREATE INDEX photo_batch_account ON photo_batch (account_id);
CREATE INDEX photo_batch_created ON photo_batch (created_at);

CREATE TABLE photo_item (
    batch_id    BLOB NOT NULL REFERENCES photo_batch (id) ON DELETE CASCADE,
    number      INTEGER NOT NULL CHECK (number >= 1),
    name_sealed BLOB NOT NULL,                                   -- a paper number is in it
    pupil_id    BLOB REFERENCES pupil (id) ON DELETE CASCADE,
    state       TEXT NOT NULL CHECK (state IN ('new','same','differs','several','unmatched','bad','repeated','imported')),
    photo_id    BLOB CHECK (length(photo_id) = 16),              -- of the photo that it becomes
    address     BLOB CHECK (length(address) = 16),
    size        INTEGER CHECK (size > 1024),
    width       INTEGER CHECK (width BETWEEN 1 AND 65535),
    height      INTEGER CHECK (height BETWEEN 1 AND 65535),
    current_id  BLOB CHECK (length(current_id) = 16),            -- the pupil's photo when the file was looked at
    problems    TEXT NOT NULL,
    PRIMARY KEY (batch_id, number),
    CHECK ((address IS NULL) = (photo_id IS NULL)),
    CHECK ((address IS NULL) = (size IS NULL)),
    CHECK ((address IS NULL) = (width IS NULL)),
    CHECK ((address IS NULL) = (height IS NULL)),
    CHECK (state NOT IN ('new','same','differs','several','imported') OR (address IS NOT NULL AND pupil_id IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX photo_item_state ON photo_item (batch_id, state, number);
CREATE INDEX photo_item_pupil ON photo_item (pupil_id) WHERE pupil_id IS NOT NULL;
CREATE INDEX photo_item_address ON photo_item (address) WHERE address IS NOT NULL;
