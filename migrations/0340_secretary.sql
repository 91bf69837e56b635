-- +goose Up
-- The secretaries of groups: who decides which applicants belong to one (internal/space). The
-- name is the one that they had when they were appointed; until is the first day on which
-- somebody serves no more, and empty while no end is set. Who was replaced stays in the line.
ALTER TABLE civic.role
    DROP CONSTRAINT role_known,
    ADD CONSTRAINT role_known CHECK (role IN ('administrator', 'moderator', 'facilitator', 'secretary', 'council')),
    DROP CONSTRAINT role_scoped,
    ADD CONSTRAINT role_scoped CHECK (scope = '00000000-0000-0000-0000-000000000000' OR role IN ('moderator', 'facilitator', 'secretary'));

CREATE TABLE civic.secretary (
    space   uuid NOT NULL CONSTRAINT secretary_space REFERENCES civic.space ON DELETE CASCADE,
    grp     text NOT NULL,
    place   integer NOT NULL,
    officer uuid NOT NULL,
    name    text NOT NULL,
    office  text NOT NULL,
    since   date NOT NULL,
    until   date,
    CONSTRAINT secretary_pkey PRIMARY KEY (space, place),
    CONSTRAINT secretary_days CHECK (until >= since)
);
CREATE UNIQUE INDEX secretary_serving ON civic.secretary (space, grp) WHERE until IS NULL;
CREATE INDEX secretary_officer ON civic.secretary (officer);
CREATE TRIGGER secretary_page AFTER INSERT OR UPDATE OR DELETE ON civic.secretary
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('space');
