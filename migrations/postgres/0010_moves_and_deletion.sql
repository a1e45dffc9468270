-- 注册报到, transfers, deletion and restore (STU-3, STU-4, STU-8).

-- A deleted pupil keeps its row, and with it its number, until it is purged.
ALTER TABLE pupil ADD COLUMN deleted_at BIGINT CHECK (deleted_at IS NULL OR status = 'deleted');
ALTER TABLE pupil ADD COLUMN deleted_status TEXT COLLATE "C" CHECK (deleted_status IN ('pending','enrolled','suspended','left','graduated'));  -- status that a restore gives back
ALTER TABLE pupil ADD COLUMN deleted_reason TEXT COLLATE "C" CHECK (length(deleted_reason) BETWEEN 1 AND 200);
ALTER TABLE pupil ADD COLUMN purged_at BIGINT CHECK (purged_at IS NULL OR status = 'deleted');
CREATE INDEX pupil_deleted_name ON pupil (name, id) WHERE status = 'deleted';
CREATE INDEX pupil_deleted_at ON pupil (district, deleted_at) WHERE status = 'deleted';

-- Where a child comes from, for the kinds that move one (注册报到, 转入).
ALTER TABLE application ADD COLUMN from_district TEXT COLLATE "C" REFERENCES district (code);
ALTER TABLE application ADD COLUMN from_class_id UUID REFERENCES class (id)
    CHECK (kind = 'new' OR (from_class_id IS NOT NULL AND from_school_id IS NOT NULL AND from_district IS NOT NULL));
ALTER TABLE application ADD COLUMN stated_name TEXT COLLATE "C" CHECK (length(stated_name) BETWEEN 1 AND 50);  -- as the new school wrote it
ALTER TABLE application ADD COLUMN reason TEXT COLLATE "C" CHECK (length(reason) BETWEEN 1 AND 200);           -- why the new school asks
-- A child is on the way to one place only: the key decides.
CREATE UNIQUE INDEX application_moving ON application (pupil_id)
    WHERE kind IN ('registration','transfer_in') AND state IN ('draft','submitted','returned');
CREATE INDEX application_to_school ON application (school_id, kind, id) WHERE from_school_id IS NOT NULL;
CREATE INDEX application_from_school ON application (from_school_id, kind, id) WHERE from_school_id IS NOT NULL;
CREATE INDEX application_to_district ON application (district, kind, id) WHERE from_school_id IS NOT NULL;
CREATE INDEX application_from_district ON application (from_district, kind, id) WHERE from_district IS NOT NULL;
CREATE INDEX application_move ON application (kind, id) WHERE from_school_id IS NOT NULL;
CREATE INDEX application_from_class ON application (from_class_id) WHERE from_class_id IS NOT NULL;

-- A third kind of import.
ALTER TABLE import
    DROP CONSTRAINT import_kind_check,
    ADD CONSTRAINT import_kind_check CHECK (kind IN ('new_pupils','classes','registrations'));
