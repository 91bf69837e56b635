-- +goose Up
-- An appeal in clear leads to an alias. Written at once, its transaction stood in the
-- write-ahead log beside whatever else its author did in that sitting under their account.
-- It is sealed until the hour: token is a keyed hash of act and subject, and all rows are of
-- one length. Most are cover, which only the key tells from an appeal.
CREATE TABLE civic.moderation_sealed (
    token  bytea CONSTRAINT moderation_sealed_pkey PRIMARY KEY,
    sealed bytea NOT NULL,
    CONSTRAINT moderation_sealed_token CHECK (octet_length(token) = 32),
    CONSTRAINT moderation_sealed_length CHECK (octet_length(sealed) = 2076)
);
ALTER TABLE civic.moderation_sealed ALTER COLUMN sealed SET STORAGE PLAIN;

-- What stands in clear is written hourly in the order of the ids; what came before is now.
CREATE TEMPORARY TABLE was ON COMMIT DROP AS
SELECT act, subject, words, raised_on, outcome, decision FROM civic.moderation_appeal;
TRUNCATE civic.moderation_appeal;
ALTER TABLE civic.moderation_appeal DROP COLUMN fresh;
INSERT INTO civic.moderation_appeal (act, subject, words, raised_on, outcome, decision)
SELECT act, subject, words, raised_on, outcome, decision
FROM was
ORDER BY act, subject;
