-- +goose Up
-- Notifications of changes have one channel, and say of which kind they are:
-- 'consultation <slug>', or 'site' for what stands on every page. A process listens once,
-- and a change of one kind empties no cache of another (internal/platform/changes).
-- Postgres folds equal payloads of one transaction into one; what may notify at all is
-- said in migration 0080.

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
