-- +goose Up
-- A reminder goes to the whole panel: nobody knows who has answered.
ALTER TABLE civic.outbox DROP CONSTRAINT outbox_kind;
ALTER TABLE civic.outbox ADD CONSTRAINT outbox_kind
    CHECK (kind IN ('invitation', 'round_opened', 'last_day', 'minority', 'reminder'));

-- +goose Down
DELETE FROM civic.outbox WHERE kind = 'reminder';
ALTER TABLE civic.outbox DROP CONSTRAINT outbox_kind;
ALTER TABLE civic.outbox ADD CONSTRAINT outbox_kind
    CHECK (kind IN ('invitation', 'round_opened', 'last_day', 'minority'));
