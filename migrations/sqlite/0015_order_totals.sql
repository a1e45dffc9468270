-- Orders counted by day of confirmation and state (CARD-2): kept by triggers, so that no way of
-- changing an order leaves them behind. Three rows a count: of the district (the nil school), of
-- the school, and of the school's grade (grade 0: all grades). Day -1 are the unconfirmed.
CREATE TABLE order_total (
    district  TEXT NOT NULL,                                     -- empty for rows of a school
    school_id BLOB NOT NULL CHECK (length(school_id) = 16),
    grade     INTEGER NOT NULL CHECK (grade BETWEEN 0 AND 9),
    day       INTEGER NOT NULL CHECK (day >= -1),                -- days since 1970-01-01 in China (+08:00)
    state     TEXT NOT NULL,
    orders    INTEGER NOT NULL CHECK (orders >= 0),
    PRIMARY KEY (district, school_id, grade, day, state),
    CHECK ((district = '') = (school_id <> zeroblob(16)))
) STRICT, WITHOUT ROWID;

INSERT INTO order_total (district, school_id, grade, day, state, orders)
SELECT o.district, zeroblob(16), 0, coalesce((o.confirmed_at + 28800000) / 86400000, -1) AS day, o.state, count(*)
FROM card_order o GROUP BY o.district, day, o.state;
INSERT INTO order_total (district, school_id, grade, day, state, orders)
SELECT '', o.school_id, 0, coalesce((o.confirmed_at + 28800000) / 86400000, -1) AS day, o.state, count(*)
FROM card_order o GROUP BY o.school_id, day, o.state;
INSERT INTO order_total (district, school_id, grade, day, state, orders)
SELECT '', o.school_id, o.grade, coalesce((o.confirmed_at + 28800000) / 86400000, -1) AS day, o.state, count(*)
FROM card_order o GROUP BY o.school_id, o.grade, day, o.state;

CREATE TRIGGER order_total_insert AFTER INSERT ON card_order BEGIN
    INSERT INTO order_total (district, school_id, grade, day, state, orders) VALUES
        (NEW.district, zeroblob(16), 0, coalesce((NEW.confirmed_at + 28800000) / 86400000, -1), NEW.state, 1),
        ('', NEW.school_id, 0, coalesce((NEW.confirmed_at + 28800000) / 86400000, -1), NEW.state, 1),
        ('', NEW.school_id, NEW.grade, coalesce((NEW.confirmed_at + 28800000) / 86400000, -1), NEW.state, 1)
    ON CONFLICT DO UPDATE SET orders = orders + 1;
END;
CREATE TRIGGER order_total_delete AFTER DELETE ON card_order BEGIN
    UPDATE order_total SET orders = orders - 1
    WHERE day = coalesce((OLD.confirmed_at + 28800000) / 86400000, -1) AND state = OLD.state
      AND (district, school_id, grade) IN (VALUES (OLD.district, zeroblob(16), 0), ('', OLD.school_id, 0), ('', OLD.school_id, OLD.grade));
END;
CREATE TRIGGER order_total_update AFTER UPDATE OF district, school_id, grade, state, confirmed_at ON card_order
WHEN OLD.state <> NEW.state OR OLD.confirmed_at IS NOT NEW.confirmed_at OR OLD.district <> NEW.district
  OR OLD.school_id <> NEW.school_id OR OLD.grade <> NEW.grade
BEGIN
    UPDATE order_total SET orders = orders - 1
    WHERE day = coalesce((OLD.confirmed_at + 28800000) / 86400000, -1) AND state = OLD.state
      AND (district, school_id, grade) IN (VALUES (OLD.district, zeroblob(16), 0), ('', OLD.school_id, 0), ('', OLD.school_id, OLD.grade));
    INSERT INTO order_total (district, school_id, grade, day, state, orders) VALUES
        (NEW.district, zeroblob(16), 0, coalesce((NEW.confirmed_at + 28800000) / 86400000, -1), NEW.state, 1),
        ('', NEW.school_id, 0, coalesce((NEW.confirmed_at + 28800000) / 86400000, -1), NEW.state, 1),
        ('', NEW.school_id, NEW.grade, coalesce((NEW.confirmed_at + 28800000) / 86400000, -1), NEW.state, 1)
    ON CONFLICT DO UPDATE SET orders = orders + 1;
END;
