-- Orders counted by day of confirmation and state (CARD-2): kept by triggers, so that no way of
-- changing an order leaves them behind. Three rows a count: of the district (the nil school), of
-- the school, and of the school's grade (grade 0: all grades). Day -1 are the unconfirmed.
CREATE TABLE order_total (
    district  TEXT COLLATE "C" NOT NULL,                         -- empty for rows of a school
    school_id UUID NOT NULL,
    grade     BIGINT NOT NULL CHECK (grade BETWEEN 0 AND 9),
    day       BIGINT NOT NULL CHECK (day >= -1),                 -- days since 1970-01-01 in China (+08:00)
    state     TEXT COLLATE "C" NOT NULL,
    orders    BIGINT NOT NULL CHECK (orders >= 0),
    PRIMARY KEY (district, school_id, grade, day, state),
    CHECK ((district = '') = (school_id <> '00000000-0000-0000-0000-000000000000'))
);

INSERT INTO order_total (district, school_id, grade, day, state, orders)
SELECT o.district, '00000000-0000-0000-0000-000000000000', 0, coalesce((o.confirmed_at + 28800000) / 86400000, -1) AS day, o.state, count(*)
FROM card_order o GROUP BY o.district, day, o.state;
INSERT INTO order_total (district, school_id, grade, day, state, orders)
SELECT '', o.school_id, 0, coalesce((o.confirmed_at + 28800000) / 86400000, -1) AS day, o.state, count(*)
FROM card_order o GROUP BY o.school_id, day, o.state;
INSERT INTO order_total (district, school_id, grade, day, state, orders)
SELECT '', o.school_id, o.grade, coalesce((o.confirmed_at + 28800000) / 86400000, -1) AS day, o.state, count(*)
FROM card_order o GROUP BY o.school_id, o.grade, day, o.state;

-- Once a statement, not once a row; in the order of the key, so that two writers wait for each
-- other and do not deadlock. A column list would forbid the tables of old and new rows.
CREATE FUNCTION order_total_follow() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    gone CONSTANT TEXT := 'SELECT district, school_id, grade, confirmed_at, state, -1 AS n FROM old_rows';
    come CONSTANT TEXT := 'SELECT district, school_id, grade, confirmed_at, state, 1 AS n FROM new_rows';
    changed CONSTANT TEXT := CASE TG_OP WHEN 'INSERT' THEN come WHEN 'DELETE' THEN gone ELSE gone || ' UNION ALL ' || come END;
    r RECORD;
BEGIN
    FOR r IN EXECUTE
        'SELECT k.district, k.school_id, k.grade, c.day, c.state, sum(c.n)::bigint AS n
         FROM (SELECT district, school_id, grade, state, n, coalesce((confirmed_at + 28800000) / 86400000, -1) AS day
               FROM (' || changed || ') AS x) AS c
         CROSS JOIN LATERAL (VALUES
             (c.district, ''00000000-0000-0000-0000-000000000000''::uuid, 0::bigint),
             (''''::text, c.school_id, 0::bigint),
             (''''::text, c.school_id, c.grade)) AS k (district, school_id, grade)
         GROUP BY k.district, k.school_id, k.grade, c.day, c.state
         HAVING sum(c.n) <> 0
         ORDER BY k.district, k.school_id, k.grade, c.day, c.state'
    LOOP
        IF r.n > 0 THEN
            INSERT INTO order_total AS t (district, school_id, grade, day, state, orders)
            VALUES (r.district, r.school_id, r.grade, r.day, r.state, r.n)
            ON CONFLICT (district, school_id, grade, day, state) DO UPDATE SET orders = t.orders + EXCLUDED.orders;
        ELSE
            UPDATE order_total t SET orders = t.orders + r.n
            WHERE t.district = r.district AND t.school_id = r.school_id AND t.grade = r.grade AND t.day = r.day AND t.state = r.state;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER order_total_insert AFTER INSERT ON card_order
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION order_total_follow();
CREATE TRIGGER order_total_update AFTER UPDATE ON card_order
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION order_total_follow();
CREATE TRIGGER order_total_delete AFTER DELETE ON card_order
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION order_total_follow();
