-- +goose Up
-- The letter by which the panel learns that a minority report is shown.
ALTER TABLE civic.outbox DROP CONSTRAINT outbox_kind;
ALTER TABLE civic.outbox ADD CONSTRAINT outbox_kind
    CHECK (kind IN ('invitation', 'round_opened', 'last_day', 'minority'));
