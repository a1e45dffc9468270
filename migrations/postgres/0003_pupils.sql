-- Pupils, guardians, enrolments, applications (STU).

CREATE TABLE pupil (
    id                    UUID PRIMARY KEY,
    district              TEXT COLLATE "C" NOT NULL REFERENCES district (code),
    school_id             UUID NOT NULL REFERENCES school (id),
    class_id              UUID NOT NULL REFERENCES class (id),   -- class of the open enrolment
    grade                 BIGINT NOT NULL CHECK (grade BETWEEN 1 AND 9),
    name                  TEXT COLLATE "C" NOT NULL CHECK (length(name) BETWEEN 1 AND 50),
    gender                TEXT COLLATE "C" CHECK (gender IN ('male', 'female')),
    birth_date            TEXT COLLATE "C" CHECK (length(birth_date) = 10),
    paper_kind            TEXT COLLATE "C" NOT NULL CHECK (paper_kind IN ('resident_id','hmt_residence','foreign_pr','hm_permit','tw_permit','passport','other')),
    nationality           TEXT COLLATE "C" CHECK (length(nationality) = 3),
    paper_sealed          BYTEA NOT NULL,
    paper_index           BYTEA NOT NULL CHECK (octet_length(paper_index) = 16),
    student_number_sealed BYTEA,
    student_number_index  BYTEA CHECK (octet_length(student_number_index) = 16),
    address_sealed        BYTEA,
    status                TEXT COLLATE "C" NOT NULL CHECK (status IN ('pending','enrolled','suspended','left','graduated','deleted')),
    application_state     TEXT COLLATE "C" CHECK (application_state IN ('draft','submitted','approved','returned')),  -- of the latest application, kept here so that an index has it
    created_at            BIGINT NOT NULL,
    version               BIGINT NOT NULL DEFAULT 1
);
-- The same child is never entered twice (IMP-8): the key decides, not a look before it.
CREATE UNIQUE INDEX pupil_paper ON pupil (paper_index);
CREATE INDEX pupil_student_number ON pupil (student_number_index) WHERE student_number_index IS NOT NULL;
CREATE INDEX pupil_name ON pupil (name, id);
CREATE INDEX pupil_district_name ON pupil (district, name, id);
CREATE INDEX pupil_district_state_name ON pupil (district, application_state, name, id);
CREATE INDEX pupil_school_name ON pupil (school_id, name, id);
CREATE INDEX pupil_class_name ON pupil (class_id, name, id);

CREATE TABLE guardian (
    id           UUID PRIMARY KEY,
    pupil_id     UUID NOT NULL REFERENCES pupil (id),
    relation     TEXT COLLATE "C" CHECK (length(relation) = 2),              -- GB/T 4761 code
    name         TEXT COLLATE "C" NOT NULL CHECK (length(name) BETWEEN 1 AND 50),
    phone_sealed BYTEA,
    phone_index  BYTEA CHECK (octet_length(phone_index) = 16)
);
CREATE INDEX guardian_pupil ON guardian (pupil_id, id);
CREATE INDEX guardian_phone ON guardian (phone_index) WHERE phone_index IS NOT NULL;

CREATE TABLE enrolment (
    id        UUID PRIMARY KEY,
    pupil_id  UUID NOT NULL REFERENCES pupil (id),
    class_id  UUID NOT NULL REFERENCES class (id),
    begin_at  BIGINT NOT NULL,
    end_at    BIGINT,
    reason    TEXT COLLATE "C" NOT NULL CHECK (reason IN ('new','promotion','graduation','registration','transfer_in','transfer_out','correction')),
    outcome   TEXT COLLATE "C" CHECK (outcome IN ('primary_graduated','junior_graduated')),
    CHECK (end_at IS NULL OR end_at >= begin_at)
);
CREATE UNIQUE INDEX enrolment_open ON enrolment (pupil_id) WHERE end_at IS NULL;
CREATE INDEX enrolment_pupil ON enrolment (pupil_id, begin_at);
CREATE INDEX enrolment_class ON enrolment (class_id);

CREATE TABLE application (
    id              UUID PRIMARY KEY,
    pupil_id        UUID NOT NULL REFERENCES pupil (id),
    school_id       UUID NOT NULL REFERENCES school (id),
    kind            TEXT COLLATE "C" NOT NULL CHECK (kind IN ('new','registration','transfer_in')),
    state           TEXT COLLATE "C" NOT NULL CHECK (state IN ('draft','submitted','approved','returned')),
    channel         TEXT COLLATE "C" NOT NULL CHECK (channel IN ('desktop','import','mobile')),
    import_id       UUID,
    first_saved_at  BIGINT NOT NULL,                            -- STU-1, the backend's clock
    submitted_at    BIGINT,                                     -- latest submission
    approved_at     BIGINT,
    returned_reason TEXT COLLATE "C",
    version         BIGINT NOT NULL DEFAULT 1,
    CHECK (state = 'draft' OR submitted_at IS NOT NULL)
);
CREATE INDEX application_pupil ON application (pupil_id, id);
CREATE INDEX application_school ON application (school_id);
CREATE INDEX application_import ON application (import_id, pupil_id) WHERE import_id IS NOT NULL;
