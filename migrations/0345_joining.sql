-- +goose Up
-- A statement that joined after a round may rest on a contribution without an act of
-- moderation: the facilitator's act is an entry of the record, and of none of these rows.
ALTER TABLE civic.lineage ALTER COLUMN act DROP NOT NULL;

-- The letter with which a round opens that asks statements which joined.
ALTER TABLE civic.outbox DROP CONSTRAINT outbox_kind;
ALTER TABLE civic.outbox ADD CONSTRAINT outbox_kind
    CHECK (kind IN ('invitation', 'round_opened', 'new_items', 'last_day', 'minority', 'invited', 'reminder'));

-- +goose Down
DELETE FROM civic.outbox WHERE kind = 'new_items';
ALTER TABLE civic.outbox DROP CONSTRAINT outbox_kind;
ALTER TABLE civic.outbox ADD CONSTRAINT outbox_kind
    CHECK (kind IN ('invitation', 'round_opened', 'last_day', 'minority', 'invited', 'reminder'));
DELETE FROM civic.lineage WHERE act IS NULL;
ALTER TABLE civic.lineage ALTER COLUMN act SET NOT NULL;
