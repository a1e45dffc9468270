-- Single entry of new pupils (新生录入): the school's own list, and guardians with passports.

-- Nationality of a guardian's passport: part of its identity key, as for pupils.
ALTER TABLE guardian ADD COLUMN nationality TEXT CHECK (length(nationality) = 3);

-- What a school has still to submit or to repair, newest first: few rows of a big table.
CREATE INDEX application_unfinished ON application (school_id, kind, state, id) WHERE state IN ('draft', 'returned');
