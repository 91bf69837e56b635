-- +goose Up
-- After a select round a statement may be dropped: narrowed away.
ALTER TABLE civic.decision
    DROP CONSTRAINT decision_decided,
    ADD CONSTRAINT decision_decided CHECK (decided IN ('settle', 'go-on', 'reword', 'drop'));
