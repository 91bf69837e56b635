-- +goose Up
-- Servers remember who stands behind an account, for as long as nothing changes about
-- anybody. The number moves in the transaction that changes what is remembered, so that
-- it and the change are seen together, by every server, with no word between them that
-- could be lost: a session is read in one statement with it. Of whom and when it moved it
-- says nothing.
CREATE TABLE civic.edition (
    one    boolean CONSTRAINT edition_pkey PRIMARY KEY DEFAULT true,
    number bigint NOT NULL,
    CONSTRAINT edition_one CHECK (one)
);
INSERT INTO civic.edition (number) VALUES (1);

-- +goose StatementBegin
CREATE FUNCTION civic.edition_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- What else a sign-in refreshes is remembered by nobody.
    IF TG_ARGV[0] = 'names' THEN
        IF NOT EXISTS (
            SELECT 1 FROM former AS f JOIN later AS l ON l.id = f.id
            WHERE (f.name, f.municipality) IS DISTINCT FROM (l.name, l.municipality)
        ) THEN
            RETURN NULL;
        END IF;
    END IF;
    UPDATE civic.edition SET number = number + 1;
    RETURN NULL;
END;
$$;
-- +goose StatementEnd

-- Not INSERT: of an account that was not there nothing is remembered.
CREATE TRIGGER account_changes AFTER UPDATE ON civic.account
    REFERENCING OLD TABLE AS former NEW TABLE AS later
    FOR EACH STATEMENT EXECUTE FUNCTION civic.edition_moves('names');
CREATE TRIGGER account_goes AFTER DELETE OR TRUNCATE ON civic.account
    FOR EACH STATEMENT EXECUTE FUNCTION civic.edition_moves('');
CREATE TRIGGER role_changes AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON civic.role
    FOR EACH STATEMENT EXECUTE FUNCTION civic.edition_moves('');
