-- +goose Up
-- Who people are lies in one encrypted column, whose key lies outside the database:
-- whoever has the database alone sees no person. Rows are looked up by keyed hashes.

-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM civic.account) THEN
        RAISE EXCEPTION 'people signed in with a build that kept their names in clear text: begin with an empty database';
    END IF;
END;
$$;
-- +goose StatementEnd

-- What the database knows of the keys of people's data: a value by which a process with
-- another key refuses. While a key is exchanged for the next one there are two; a spent
-- one is about to be destroyed.
CREATE TABLE civic.identity_key (
    id    uuid CONSTRAINT identity_key_pkey PRIMARY KEY,
    value bytea NOT NULL,
    state text NOT NULL,
    CONSTRAINT identity_key_value CHECK (octet_length(value) = 16),
    CONSTRAINT identity_key_state CHECK (state IN ('current', 'former', 'spent'))
);
CREATE UNIQUE INDEX identity_key_current ON civic.identity_key (state) WHERE state = 'current';

DROP TRIGGER account_changes ON civic.account;
ALTER TABLE civic.account
    DROP COLUMN issuer,
    DROP COLUMN subject,
    DROP COLUMN name,
    DROP COLUMN email,
    DROP COLUMN municipality,
    DROP COLUMN language,
    ADD COLUMN key     uuid NOT NULL,
    ADD COLUMN person  bytea NOT NULL, -- hash of issuer and subject
    ADD COLUMN subject bytea NOT NULL, -- hash of the subject alone
    ADD COLUMN email   bytea,          -- hash of the e-mail address; NULL where none
    ADD COLUMN sealed  bytea NOT NULL,
    ADD COLUMN fresh   boolean NOT NULL DEFAULT true,
    ADD CONSTRAINT account_person UNIQUE (person),
    ADD CONSTRAINT account_sealed CHECK (octet_length(sealed) IN (540, 4124));
CREATE INDEX account_by_subject ON civic.account (subject);
CREATE INDEX account_by_email ON civic.account (email) WHERE email IS NOT NULL;

-- Sealed bytes do not compress, and beside the table they would lie as they came.
ALTER TABLE civic.account ALTER COLUMN sealed SET STORAGE PLAIN;

CREATE TRIGGER account_changes AFTER UPDATE OF sealed ON civic.account
    FOR EACH STATEMENT EXECUTE FUNCTION civic.edition_moves('');

-- What waits for its hour or its night: what a sign-in changed about a person, and
-- that somebody leaves. token is a keyed hash, and all rows are of the same lengths:
-- nobody sees without the key whom a row is about, nor which of the two it is.
CREATE TABLE civic.waiting (
    token  bytea CONSTRAINT waiting_pkey PRIMARY KEY,
    key    uuid NOT NULL,
    sealed bytea NOT NULL,
    CONSTRAINT waiting_token CHECK (octet_length(token) = 32),
    CONSTRAINT waiting_sealed CHECK (octet_length(sealed) = 4124)
);
ALTER TABLE civic.waiting ALTER COLUMN sealed SET STORAGE PLAIN;
