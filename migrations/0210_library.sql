-- +goose Up
-- The documents of a space (internal/library). What is in a file stands outside the
-- database, by the digest of its bytes (internal/platform/blob). A change is a new version:
-- what somebody was given to read can be read again.

CREATE TABLE civic.document (
    id        uuid CONSTRAINT document_pkey PRIMARY KEY,
    space     uuid NOT NULL CONSTRAINT document_space REFERENCES civic.space ON DELETE CASCADE,
    number    integer NOT NULL,
    withdrawn boolean NOT NULL DEFAULT false,
    reason    text NOT NULL DEFAULT '',
    CONSTRAINT document_number UNIQUE (space, number),
    CONSTRAINT document_positive CHECK (number > 0),
    CONSTRAINT document_withdrawn CHECK (withdrawn OR reason = '')
);

-- given says that the panel was given this version with the announcement.
CREATE TABLE civic.document_version (
    document    uuid NOT NULL CONSTRAINT document_version_document REFERENCES civic.document ON DELETE CASCADE,
    version     integer NOT NULL,
    title       text NOT NULL,
    source      text NOT NULL,
    dated       date,
    language    text NOT NULL,
    licence     text NOT NULL,
    description text NOT NULL,
    link        text,
    digest      bytea,
    type        text,
    size        bigint,
    removed     text[] NOT NULL DEFAULT '{}',
    added_on    date NOT NULL,
    given       boolean NOT NULL DEFAULT false,
    CONSTRAINT document_version_pkey PRIMARY KEY (document, version),
    CONSTRAINT document_version_positive CHECK (version > 0),
    -- A link, or a file.
    CONSTRAINT document_version_what CHECK ((link IS NULL) = (digest IS NOT NULL AND type IS NOT NULL AND size IS NOT NULL)
        AND (digest IS NULL) = (type IS NULL) AND (digest IS NULL) = (size IS NULL)),
    CONSTRAINT document_version_digest CHECK (length(digest) = 32)
);

CREATE INDEX document_version_by_digest ON civic.document_version (digest) WHERE digest IS NOT NULL;

-- The page of a consultation's library is cached (migrations 0080, 0170).
-- +goose StatementBegin
CREATE FUNCTION civic.library_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    slug text;
BEGIN
    CASE TG_TABLE_NAME
    WHEN 'document' THEN
        SELECT c.slug INTO slug FROM civic.consultation c WHERE c.space = NEW.space;
    WHEN 'document_version' THEN
        SELECT c.slug INTO slug FROM civic.document d JOIN civic.consultation c ON c.space = d.space WHERE d.id = NEW.document;
    END CASE;
    PERFORM pg_notify('delfi_changes', coalesce('consultation ' || slug, 'site'));
    RETURN NULL;
END;
$$;
-- +goose StatementEnd

CREATE TRIGGER document_page AFTER INSERT OR UPDATE ON civic.document
    FOR EACH ROW EXECUTE FUNCTION civic.library_changed();
CREATE TRIGGER document_version_page AFTER INSERT OR UPDATE ON civic.document_version
    FOR EACH ROW EXECUTE FUNCTION civic.library_changed();
