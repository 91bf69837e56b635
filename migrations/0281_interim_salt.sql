-- +goose Up
-- The digests of an interim release in the record are salted: its counts are few enough to
-- be guessed, and its salt is public with them, once the round is released.
ALTER TABLE civic.closing ADD COLUMN salt text NOT NULL DEFAULT ''; -- hex; '' for none
