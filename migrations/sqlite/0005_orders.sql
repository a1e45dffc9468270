-- Card orders (CARD-1 to CARD-3).

CREATE TABLE card_order (
    id           BLOB PRIMARY KEY CHECK (length(id) = 16),
    district     TEXT NOT NULL REFERENCES district (code),
    school_id    BLOB NOT NULL REFERENCES school (id),
    class_id     BLOB NOT NULL REFERENCES class (id),
    grade        INTEGER NOT NULL CHECK (grade BETWEEN 1 AND 9),
    enrolment_id BLOB NOT NULL REFERENCES enrolment (id),        -- of the day of the request
    pupil_id     BLOB NOT NULL REFERENCES pupil (id),
    kind         TEXT NOT NULL CHECK (kind IN ('new','replacement','exchange')),
    state        TEXT NOT NULL CHECK (state IN ('draft','requested','approved','confirmed','in_production','produced','delivered','returned','failed','cancelled')),
    requested_at INTEGER,
    approved_at  INTEGER,
    confirmed_at INTEGER,                                        -- latest confirmation; NULL again once withdrawn
    returned_at  INTEGER,
    reason       TEXT CHECK (length(reason) BETWEEN 1 AND 200),
    batch_no     TEXT,
    card_no      TEXT,
    version      INTEGER NOT NULL DEFAULT 1,
    CHECK (state NOT IN ('confirmed','in_production','produced','delivered') OR confirmed_at IS NOT NULL)
) STRICT;
-- One open order a pupil.
CREATE UNIQUE INDEX card_order_open ON card_order (pupil_id)
    WHERE state IN ('draft','requested','approved','confirmed','in_production','failed');
CREATE INDEX card_order_pupil ON card_order (pupil_id, id);
-- Each way the list is narrowed, newest confirmation first. What waits has no
-- confirmation time and stands together at one end, where its id tells its age:
-- the same index gives the work lists.
CREATE INDEX card_order_confirmed ON card_order (confirmed_at, id);
CREATE INDEX card_order_state_confirmed ON card_order (state, confirmed_at, id);
CREATE INDEX card_order_district_confirmed ON card_order (district, confirmed_at, id);
CREATE INDEX card_order_district_state_confirmed ON card_order (district, state, confirmed_at, id);
CREATE INDEX card_order_school_confirmed ON card_order (school_id, confirmed_at, id);
CREATE INDEX card_order_class_confirmed ON card_order (class_id, confirmed_at, id);

CREATE TABLE order_event (
    order_id BLOB NOT NULL REFERENCES card_order (id),
    number   INTEGER NOT NULL CHECK (number >= 1),
    step     TEXT NOT NULL,
    state    TEXT NOT NULL,
    at       INTEGER NOT NULL,
    account_id BLOB NOT NULL REFERENCES account (id),
    reason   TEXT,
    PRIMARY KEY (order_id, number)
) STRICT, WITHOUT ROWID;
