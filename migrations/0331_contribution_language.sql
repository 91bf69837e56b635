-- +goose Up
-- What a panelist writes has the language in which they read when they wrote it; '' for the
-- consultation's first.
ALTER TABLE civic.contribution ADD COLUMN language text NOT NULL DEFAULT '';
