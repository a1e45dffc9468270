-- Single entry and the district's review (STU-1, STU-2, STU-7).

-- An application says where the child will be: the review lists it by that district and
-- school, whatever the pupil's own row says until then.
ALTER TABLE application
    ADD COLUMN district       TEXT COLLATE "C" REFERENCES district (code),
    ADD COLUMN class_id       UUID REFERENCES class (id),
    ADD COLUMN grade          BIGINT CHECK (grade BETWEEN 1 AND 9),
    ADD COLUMN from_school_id UUID REFERENCES school (id),        -- of a registration or transfer
    ADD COLUMN approved_by    UUID REFERENCES account (id),
    ADD COLUMN returned_at    BIGINT,
    ADD COLUMN returned_by    UUID REFERENCES account (id);
UPDATE application SET district = s.district, class_id = p.class_id, grade = p.grade,
    approved_at = CASE WHEN state = 'approved' THEN coalesce(approved_at, submitted_at) ELSE approved_at END,
    returned_reason = CASE WHEN state = 'returned' THEN coalesce(returned_reason, '未填') ELSE returned_reason END
FROM pupil p, school s WHERE p.id = application.pupil_id AND s.id = application.school_id;
ALTER TABLE application
    ALTER COLUMN district SET NOT NULL,
    ALTER COLUMN class_id SET NOT NULL,
    ALTER COLUMN grade SET NOT NULL,
    ADD CONSTRAINT application_reason CHECK (length(returned_reason) BETWEEN 1 AND 200),
    ADD CONSTRAINT application_approved CHECK (state <> 'approved' OR approved_at IS NOT NULL),
    ADD CONSTRAINT application_returned CHECK (state <> 'returned' OR returned_reason IS NOT NULL);
DROP INDEX application_school;
CREATE INDEX application_class ON application (class_id);
-- The review's lists, oldest submission first. What was never submitted is not in them, so that an import of
-- drafts does not pay for them.
CREATE INDEX application_review ON application (kind, state, submitted_at, id) WHERE submitted_at IS NOT NULL;
CREATE INDEX application_district_review ON application (district, kind, state, submitted_at, id) WHERE submitted_at IS NOT NULL;
CREATE INDEX application_school_review ON application (school_id, kind, state, submitted_at, id) WHERE submitted_at IS NOT NULL;

-- A guardian's own paper and bank card, both optional, found by keyed hash like the phone.
ALTER TABLE guardian
    ADD COLUMN paper_kind       TEXT COLLATE "C" CHECK (paper_kind IN ('resident_id','hmt_residence','foreign_pr','hm_permit','tw_permit','passport','other')),
    ADD COLUMN paper_sealed     BYTEA,
    ADD COLUMN paper_index      BYTEA CHECK (octet_length(paper_index) = 16),
    ADD COLUMN bank_card_sealed BYTEA,
    ADD COLUMN bank_card_index  BYTEA CHECK (octet_length(bank_card_index) = 16);
CREATE INDEX guardian_paper ON guardian (paper_index) WHERE paper_index IS NOT NULL;
CREATE INDEX guardian_bank_card ON guardian (bank_card_index) WHERE bank_card_index IS NOT NULL;
