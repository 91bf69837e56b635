-- +goose Up
-- The summary of the public document, as it stands there, so that a list of opinions
-- shows their counts without reading documents of megabytes.
ALTER TABLE civic.opinion ADD COLUMN summary text NOT NULL DEFAULT '';
UPDATE civic.opinion SET summary = (document::jsonb -> 'summary')::text WHERE document <> '';
ALTER TABLE civic.opinion ALTER COLUMN summary DROP DEFAULT;
