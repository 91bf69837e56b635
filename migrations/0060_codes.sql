-- +goose Up

-- A held code leaves nothing behind when it is issued but this: that it was. No
-- day, no hash, nothing that the code could be found by (docs/RECORD.md §1).
ALTER TABLE civic.enrolment ADD COLUMN code_issued boolean NOT NULL DEFAULT false;

-- How a consultation's seats are reached, beside its key: a process that is asked
-- for a seat in the other way refuses, whatever page it was asked from.
ALTER TABLE civic.key_check ADD COLUMN held boolean NOT NULL DEFAULT false;
