-- +goose Up
-- The staff of a space: who moderates and who facilitates in it, from which day to which.
-- Staff act by office, so their names stand in public beside their acts; the name is the
-- one they had when they were appointed. until is the first day on which somebody serves
-- no more, and empty while no end is set. The line of who was replaced stays.
ALTER TABLE civic.staff
    ADD COLUMN space uuid CONSTRAINT staff_space REFERENCES civic.space ON DELETE CASCADE,
    ADD COLUMN since date,
    ADD COLUMN until date;

-- Until now staff served from the announcement to the end.
UPDATE civic.staff s
SET space = c.space, since = (coalesce(c.announced_at, c.drafted_at) AT TIME ZONE 'Europe/Rome')::date
FROM civic.consultation c
WHERE c.id = s.consultation;

DROP TRIGGER staff_page ON civic.staff;
ALTER TABLE civic.staff
    DROP COLUMN consultation, -- and the key with it
    ALTER COLUMN space SET NOT NULL,
    ALTER COLUMN since SET NOT NULL,
    ADD CONSTRAINT staff_pkey PRIMARY KEY (space, place),
    ADD CONSTRAINT staff_days CHECK (until >= since);

-- One person serves once at a time in a role.
CREATE UNIQUE INDEX staff_serving ON civic.staff (space, account, role) WHERE until IS NULL;
CREATE INDEX staff_by_account ON civic.staff (account);

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION civic.page_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed record;
    subject text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        changed := OLD;
    ELSE
        changed := NEW;
    END IF;
    CASE TG_ARGV[0]
    WHEN 'slug' THEN
        subject := changed.slug;
        IF TG_OP = 'UPDATE' AND OLD.slug <> NEW.slug THEN
            PERFORM pg_notify('delfi_changes', 'consultation ' || OLD.slug);
        END IF;
    WHEN 'consultation' THEN
        SELECT c.slug INTO subject FROM civic.consultation c WHERE c.id = changed.consultation;
    WHEN 'space' THEN
        SELECT c.slug INTO subject FROM civic.consultation c WHERE c.space = changed.space;
    WHEN 'round' THEN
        SELECT c.slug INTO subject FROM civic.round r JOIN civic.consultation c ON c.id = r.consultation WHERE r.id = changed.round;
    WHEN 'item' THEN
        SELECT c.slug INTO subject FROM civic.item i JOIN civic.consultation c ON c.id = i.consultation WHERE i.id = changed.item;
    WHEN 'site' THEN
        subject := NULL;
    END CASE;
    PERFORM pg_notify('delfi_changes', coalesce('consultation ' || subject, 'site'));
    RETURN NULL;
END;
$$;
-- +goose StatementEnd

CREATE TRIGGER staff_page AFTER INSERT OR UPDATE OR DELETE ON civic.staff
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('space');
