-- Districts, schools, grades, classes (ORG), settings, and the wrapped data key.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- The data key, sealed once for every way to open it (model.md, Keys).
CREATE TABLE key_wrap (
    id         TEXT PRIMARY KEY,                 -- 'recovery', 'passphrase', 'keyring:<random>'
    kind       TEXT NOT NULL CHECK (kind IN ('recovery', 'passphrase', 'keyring')),
    salt       BLOB NOT NULL,
    sealed     BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE setting (
    district   TEXT NOT NULL DEFAULT '',         -- '' for the whole city
    key        TEXT NOT NULL,
    value      TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (district, key)
) STRICT;

CREATE TABLE district (
    code       TEXT PRIMARY KEY CHECK (length(code) = 6 AND code NOT GLOB '*[^0-9]*'),
    name       TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE school (
    id          BLOB PRIMARY KEY CHECK (length(id) = 16),
    district    TEXT NOT NULL REFERENCES district (code),
    code        TEXT NOT NULL CHECK (length(code) BETWEEN 4 AND 20),
    name        TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    kind        TEXT NOT NULL CHECK (kind IN ('211','218','219','311','319','341','312','345','511','512','513','514')),
    school_year INTEGER NOT NULL CHECK (school_year BETWEEN 2000 AND 2100),  -- its first calendar year
    created_at  INTEGER NOT NULL,
    version     INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX school_code ON school (code);
CREATE INDEX school_district_code ON school (district, code);

CREATE TABLE grade (
    id               BLOB PRIMARY KEY CHECK (length(id) = 16),
    school_id        BLOB NOT NULL REFERENCES school (id),
    number           INTEGER NOT NULL CHECK (number BETWEEN 1 AND 9),
    name             TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 20),
    graduating       INTEGER NOT NULL CHECK (graduating IN (0, 1)),
    manual_promotion INTEGER NOT NULL CHECK (manual_promotion IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX grade_school_number ON grade (school_id, number);

CREATE TABLE class (
    id          BLOB PRIMARY KEY CHECK (length(id) = 16),
    school_id   BLOB NOT NULL REFERENCES school (id),
    grade_id    BLOB NOT NULL REFERENCES grade (id),
    grade       INTEGER NOT NULL CHECK (grade BETWEEN 1 AND 9),
    school_year INTEGER NOT NULL CHECK (school_year BETWEEN 2000 AND 2100),
    number      INTEGER NOT NULL CHECK (number BETWEEN 1 AND 99),
    nickname    TEXT CHECK (length(nickname) BETWEEN 1 AND 12),
    remark      TEXT CHECK (length(remark) BETWEEN 1 AND 200),
    open        INTEGER NOT NULL DEFAULT 1 CHECK (open IN (0, 1)),
    from_class  BLOB REFERENCES class (id),      -- the class it was promoted from
    created_at  INTEGER NOT NULL,
    version     INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX class_number ON class (school_id, school_year, grade, number);
CREATE INDEX class_grade ON class (grade_id);
CREATE INDEX class_from ON class (from_class);
