-- Single entry and the district's review (STU-1, STU-2, STU-7).

-- An application says where the child will be: the review lists it by that district and
-- school, whatever the pupil's own row says until then.
CREATE TABLE application_next (
    id              BLOB PRIMARY KEY CHECK (length(id) = 16),
    pupil_id        BLOB NOT NULL REFERENCES pupil (id),
    kind            TEXT NOT NULL CHECK (kind IN ('new','registration','transfer_in')),
    state           TEXT NOT NULL CHECK (state IN ('draft','submitted','approved','returned')),
    channel         TEXT NOT NULL CHECK (channel IN ('desktop','import','mobile')),
    import_id       BLOB,
    district        TEXT NOT NULL REFERENCES district (code),
    school_id       BLOB NOT NULL REFERENCES school (id),
    class_id        BLOB NOT NULL REFERENCES class (id),
    grade           INTEGER NOT NULL CHECK (grade BETWEEN 1 AND 9),
    from_school_id  BLOB REFERENCES school (id),                 -- of a registration or transfer
    first_saved_at  INTEGER NOT NULL,                            -- STU-1, the backend's clock
    submitted_at    INTEGER,                                     -- latest submission
    approved_at     INTEGER,                                     -- 区审核通过时间
    approved_by     BLOB REFERENCES account (id),
    returned_at     INTEGER,
    returned_by     BLOB REFERENCES account (id),
    returned_reason TEXT CHECK (length(returned_reason) BETWEEN 1 AND 200),
    version         INTEGER NOT NULL DEFAULT 1,
    CHECK (state = 'draft' OR submitted_at IS NOT NULL),
    CHECK (state <> 'approved' OR approved_at IS NOT NULL),
    CHECK (state <> 'returned' OR returned_reason IS NOT NULL)
) STRICT;
INSERT INTO application_next (id, pupil_id, kind, state, channel, import_id, district, school_id, class_id, grade,
    first_saved_at, submitted_at, approved_at, returned_reason, version)
SELECT a.id, a.pupil_id, a.kind, a.state, a.channel, a.import_id, s.district, a.school_id, p.class_id, p.grade,
    a.first_saved_at, a.submitted_at,
    CASE WHEN a.state = 'approved' THEN coalesce(a.approved_at, a.submitted_at) ELSE a.approved_at END,
    CASE WHEN a.state = 'returned' THEN coalesce(a.returned_reason, '未填') ELSE a.returned_reason END, a.version
FROM application a CROSS JOIN pupil p CROSS JOIN school s WHERE p.id = a.pupil_id AND s.id = a.school_id;
DROP TABLE application;
ALTER TABLE application_next RENAME TO application;
CREATE INDEX application_pupil ON application (pupil_id, id);
CREATE INDEX application_class ON application (class_id);
CREATE INDEX application_import ON application (import_id, pupil_id) WHERE import_id IS NOT NULL;
-- The review's lists, oldest submission first. What was never submitted is not in them, so that an import of
-- drafts does not pay for them.
CREATE INDEX application_review ON application (kind, state, submitted_at, id) WHERE submitted_at IS NOT NULL;
CREATE INDEX application_district_review ON application (district, kind, state, submitted_at, id) WHERE submitted_at IS NOT NULL;
CREATE INDEX application_school_review ON application (school_id, kind, state, submitted_at, id) WHERE submitted_at IS NOT NULL;

-- A guardian's own paper and bank card, both optional, found by keyed hash like the phone.
ALTER TABLE guardian ADD COLUMN paper_kind TEXT CHECK (paper_kind IN ('resident_id','hmt_residence','foreign_pr','hm_permit','tw_permit','passport','other'));
ALTER TABLE guardian ADD COLUMN paper_sealed BLOB;
ALTER TABLE guardian ADD COLUMN paper_index BLOB CHECK (length(paper_index) = 16);
ALTER TABLE guardian ADD COLUMN bank_card_sealed BLOB;
ALTER TABLE guardian ADD COLUMN bank_card_index BLOB CHECK (length(bank_card_index) = 16);
CREATE INDEX guardian_paper ON guardian (paper_index) WHERE paper_index IS NOT NULL;
CREATE INDEX guardian_bank_card ON guardian (bank_card_index) WHERE bank_card_index IS NOT NULL;
