-- +goose Up
-- The first difference that a check of the whole record found between a log's entries
-- and its tree (docs/RECORD.md §5). While a row stands, every server refuses to add to
-- that log and to sign it, from its first moment on; a later check that finds nothing
-- deletes it. id tells one finding from the next.
CREATE TABLE record.finding (
    log   integer NOT NULL CONSTRAINT finding_pkey PRIMARY KEY CONSTRAINT finding_log REFERENCES record.log,
    id    uuid NOT NULL,
    found text NOT NULL
);

CREATE TRIGGER finding_page AFTER INSERT OR UPDATE OR DELETE ON record.finding
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('site');
