-- +goose Up
-- A body's own data, the code that opens the page of the first one, and where a role
-- comes from.

ALTER TABLE civic.administration
    ADD COLUMN ipa  text NOT NULL DEFAULT '',
    ADD COLUMN mail text NOT NULL DEFAULT '';

-- One row at most: the last server that starts writes over the one before. The code is
-- of 150 random bits, so that its bare hash leads nowhere.
CREATE TABLE civic.first_code (
    one  boolean CONSTRAINT first_code_pkey PRIMARY KEY DEFAULT true,
    hash bytea NOT NULL,
    CONSTRAINT first_code_one CHECK (one),
    CONSTRAINT first_code_hash_size CHECK (octet_length(hash) = 32)
);

-- A role is claimed by the provider's groups, granted here, or both. Each source takes
-- back what it gave and nothing else; whoever reads roles need not know which it was.
-- Those that are there already were claimed.
ALTER TABLE civic.role
    ADD COLUMN claimed boolean NOT NULL DEFAULT true,
    ADD COLUMN granted boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT role_from_somewhere CHECK (claimed OR granted);
ALTER TABLE civic.role
    ALTER COLUMN claimed DROP DEFAULT,
    ALTER COLUMN granted DROP DEFAULT;
