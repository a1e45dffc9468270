-- Card orders (CARD-1 to CARD-3).

CREATE TABLE card_order (
    id           UUID PRIMARY KEY,
    district     TEXT COLLATE "C" NOT NULL REFERENCES district (code),
    school_id    UUID NOT NULL REFERENCES school (id),
    class_id     UUID NOT NULL REFERENCES class (id),
    grade        BIGINT NOT NULL CHECK (grade BETWEEN 1 AND 9),
    enrolment_id UUID NOT NULL REFERENCES enrolment (id),        -- of the day of the request
    pupil_id     UUID NOT NULL REFERENCES pupil (id),
    kind         TEXT COLLATE "C" NOT NULL CHECK (kind IN ('new','replacement','exchange')),
    state        TEXT COLLATE "C" NOT NULL CHECK (state IN ('draft','requested','approved','confirmed','in_production','produced','delivered','returned','failed','cancelled')),
    requested_at BIGINT,
    approved_at  BIGINT,
    confirmed_at BIGINT,                                        -- latest confirmation; NULL again once withdrawn
    returned_at  BIGINT,
    reason       TEXT COLLATE "C" CHECK (length(reason) BETWEEN 1 AND 200),
    batch_no     TEXT COLLATE "C",
    card_no      TEXT COLLATE "C",
    version      BIGINT NOT NULL DEFAULT 1,
    CHECK (state NOT IN ('confirmed','in_production','produced','delivered') OR confirmed_at IS NOT NULL)
);
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
    order_id UUID NOT NULL REFERENCES card_order (id),
    number   BIGINT NOT NULL CHECK (number >= 1),
    step     TEXT COLLATE "C" NOT NULL,
    state    TEXT COLLATE "C" NOT NULL,
    at       BIGINT NOT NULL,
    account_id UUID NOT NULL REFERENCES account (id),
    reason   TEXT COLLATE "C",
    PRIMARY KEY (order_id, number)
);
