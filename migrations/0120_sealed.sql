-- +goose Up
-- While a gather round is open each author has one opaque row in a table of that round's
-- own, made like this one when the round opens and dropped when it closes: all that the
-- author wrote, encrypted and padded. The id is a keyed hash of alias and round. No date,
-- no alias, no foreign key; this table itself stays empty.
CREATE TABLE civic.sealed (
    author bytea NOT NULL,
    blob   bytea NOT NULL,
    CONSTRAINT sealed_pkey PRIMARY KEY (author),
    CONSTRAINT sealed_author CHECK (octet_length(author) = 16)
);

-- Encrypted bytes do not compress; trying costs time at every contribution.
ALTER TABLE civic.sealed ALTER COLUMN blob SET STORAGE EXTERNAL;

-- A contribution exists in clear from its round's closing on, when nobody withdraws any more.
DELETE FROM civic.contribution WHERE state = 'withdrawn';
ALTER TABLE civic.contribution DROP CONSTRAINT contribution_state;
ALTER TABLE civic.contribution ADD CONSTRAINT contribution_state
    CHECK (state IN ('pending', 'admitted', 'rejected'));
ALTER TABLE civic.contribution DROP CONSTRAINT contribution_body;
ALTER TABLE civic.contribution ADD CONSTRAINT contribution_body
    CHECK ((body = '') = (removed_for <> ''));
