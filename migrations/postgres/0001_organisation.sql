-- Districts, schools, grades, classes (ORG), settings, and the wrapped data key.

CREATE TABLE meta (
    key   TEXT COLLATE "C" PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);

-- The data key, sealed once for every way to open it (model.md, Keys).
CREATE TABLE key_wrap (
    id         TEXT COLLATE "C" PRIMARY KEY,                 -- 'recovery', 'passphrase', 'keyring:<random>'
    kind       TEXT COLLATE "C" NOT NULL CHECK (kind IN ('recovery', 'passphrase', 'keyring')),
    salt       BYTEA NOT NULL,
    sealed     BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE setting (
    district   TEXT COLLATE "C" NOT NULL DEFAULT '',         -- '' for the whole city
    key        TEXT COLLATE "C" NOT NULL,
    value      TEXT COLLATE "C" NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (district, key)
);

CREATE TABLE district (
    code       TEXT COLLATE "C" PRIMARY KEY CHECK (length(code) = 6 AND code ~ '^[0-9]+$'),
    name       TEXT COLLATE "C" NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    created_at BIGINT NOT NULL
);

CREATE TABLE school (
    id          UUID PRIMARY KEY,
    district    TEXT COLLATE "C" NOT NULL REFERENCES district (code),
    code        TEXT COLLATE "C" NOT NULL CHECK (length(code) BETWEEN 4 AND 20),
    name        TEXT COLLATE "C" NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    kind        TEXT COLLATE "C" NOT NULL CHECK (kind IN ('211','218','219','311','319','341','312','345','511','512','513','514')),
    school_year BIGINT NOT NULL CHECK (school_year BETWEEN 2000 AND 2100),  -- its first calendar year
    created_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX school_code ON school (code);
CREATE INDEX school_district_code ON school (district, code);

CREATE TABLE grade (
    id               UUID PRIMARY KEY,
    school_id        UUID NOT NULL REFERENCES school (id),
    number           BIGINT NOT NULL CHECK (number BETWEEN 1 AND 9),
    name             TEXT COLLATE "C" NOT NULL CHECK (length(name) BETWEEN 1 AND 20),
    graduating       BOOLEAN NOT NULL,
    manual_promotion BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX grade_school_number ON grade (school_id, number);

CREATE TABLE class (
    id          UUID PRIMARY KEY,
    school_id   UUID NOT NULL REFERENCES school (id),
    grade_id    UUID NOT NULL REFERENCES grade (id),
    grade       BIGINT NOT NULL CHECK (grade BETWEEN 1 AND 9),
    school_year BIGINT NOT NULL CHECK (school_year BETWEEN 2000 AND 2100),
    number      BIGINT NOT NULL CHECK (number BETWEEN 1 AND 99),
    nickname    TEXT COLLATE "C" CHECK (length(nickname) BETWEEN 1 AND 12),
    remark      TEXT COLLATE "C" CHECK (length(remark) BETWEEN 1 AND 200),
    open        BOOLEAN NOT NULL DEFAULT TRUE,
    from_class  UUID REFERENCES class (id),      -- the class it was promoted from
    created_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX class_number ON class (school_id, school_year, grade, number);
CREATE INDEX class_grade ON class (grade_id);
CREATE INDEX class_from ON class (from_class);
