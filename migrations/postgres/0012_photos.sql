-- Photos of pupils (STU-5). Their bytes are not here but in the photo store, under an
-- address that is a keyed hash of them.

CREATE TABLE photo (
    id          UUID PRIMARY KEY,
    pupil_id    UUID NOT NULL REFERENCES pupil (id) ON DELETE CASCADE,
    address     UUID NOT NULL,
    size        BIGINT NOT NULL CHECK (size > 1024),            -- bytes of the JPEG, rules §5
    width       BIGINT NOT NULL CHECK (width BETWEEN 1 AND 65535),
    height      BIGINT NOT NULL CHECK (height BETWEEN 1 AND 65535),
    state       TEXT COLLATE "C" NOT NULL CHECK (state IN ('current','recycled')),
    created_at  BIGINT NOT NULL,
    created_by  UUID NOT NULL REFERENCES account (id),
    recycled_at BIGINT,
    recycled_by UUID REFERENCES account (id),
    reason      TEXT COLLATE "C" CHECK (length(reason) BETWEEN 1 AND 200),
    CHECK ((state = 'recycled') = (recycled_at IS NOT NULL)),
    CHECK ((state = 'recycled') = (recycled_by IS NOT NULL)),
    CHECK ((state = 'recycled') = (reason IS NOT NULL))
);
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
    id          UUID PRIMARY KEY,
    district    TEXT COLLATE "C" NOT NULL REFERENCES district (code),
    school_id   UUID NOT NULL REFERENCES school (id),
    source      TEXT COLLATE "C" NOT NULL CHECK (length(source) BETWEEN 1 AND 200),
    state       TEXT COLLATE "C" NOT NULL CHECK (state IN ('open','imported','discarded')),
    account_id  UUID NOT NULL REFERENCES account (id),
    created_at  BIGINT NOT NULL,
    imported_at BIGINT,
    CHECK ((state = 'imported') = (imported_at IS NOT NULL))
);
CREATE INDEX photo_batch_district ON photo_batch (district);
CREATE INDEX photo_batch_school ON photo_batch (school_id);
CREATE INDEX photo_batch_account ON photo_batch (account_id);
CREATE INDEX photo_batch_created ON photo_batch (created_at);

CREATE TABLE photo_item (
    batch_id    UUID NOT NULL REFERENCES photo_batch (id) ON DELETE CASCADE,
    number      BIGINT NOT NULL CHECK (number >= 1),
    name_sealed BYTEA NOT NULL,                                   -- a paper number is in it
    pupil_id    UUID REFERENCES pupil (id) ON DELETE CASCADE,
    state       TEXT COLLATE "C" NOT NULL CHECK (state IN ('new','same','differs','several','unmatched','bad','repeated','imported')),
    photo_id    UUID,              -- of the photo that it becomes
    address     UUID,
    size        BIGINT CHECK (size > 1024),
    width       BIGINT CHECK (width BETWEEN 1 AND 65535),
    height      BIGINT CHECK (height BETWEEN 1 AND 65535),
    current_id  UUID,            -- the pupil's photo when the file was looked at
    problems    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (batch_id, number),
    CHECK ((address IS NULL) = (photo_id IS NULL)),
    CHECK ((address IS NULL) = (size IS NULL)),
    CHECK ((address IS NULL) = (width IS NULL)),
    CHECK ((address IS NULL) = (height IS NULL)),
    CHECK (state NOT IN ('new','same','differs','several','imported') OR (address IS NOT NULL AND pupil_id IS NOT NULL))
);
CREATE INDEX photo_item_state ON photo_item (batch_id, state, number);
CREATE INDEX photo_item_pupil ON photo_item (pupil_id) WHERE pupil_id IS NOT NULL;
CREATE INDEX photo_item_address ON photo_item (address) WHERE address IS NOT NULL;
