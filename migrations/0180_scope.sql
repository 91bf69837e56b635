-- +goose Up
-- A consultation has its space from its draft on, so that roles can be given and staff
-- named in it. Nobody writes in a planned one.
ALTER TABLE civic.space DROP CONSTRAINT space_phase;
ALTER TABLE civic.space ADD CONSTRAINT space_phase CHECK (phase IN ('planned', 'open', 'closed'));

WITH planned AS (
    SELECT id AS consultation, administration, gen_random_uuid() AS space
    FROM civic.consultation
    WHERE space IS NULL),
made AS (
    INSERT INTO civic.space (id, administration, phase, naming)
    SELECT space, administration, 'planned', 'alias'
    FROM planned)
UPDATE civic.consultation c
SET space = p.space
FROM planned p
WHERE p.consultation = c.id;

ALTER TABLE civic.consultation
    ALTER COLUMN space SET NOT NULL,
    ADD CONSTRAINT consultation_space_own UNIQUE (space);

-- A role holds in a whole administration, or in one part of it: the id of a space. Those
-- that are there already hold in the whole, whose scope is zero.
ALTER TABLE civic.role ADD COLUMN scope uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000';
ALTER TABLE civic.role
    ALTER COLUMN scope DROP DEFAULT,
    DROP CONSTRAINT role_pkey,
    ADD CONSTRAINT role_pkey PRIMARY KEY (account, administration, role, scope),
    -- Administrators choose the staff of all parts, and the council reads all of them.
    ADD CONSTRAINT role_scoped CHECK (scope = '00000000-0000-0000-0000-000000000000' OR role IN ('moderator', 'facilitator'));
CREATE INDEX role_by_scope ON civic.role (scope) WHERE scope <> '00000000-0000-0000-0000-000000000000';
