-- +goose Up
-- Who holds an office, or held one, is named by a random id in every table that has to do
-- with offices: roles, staff, acts. What joins the id with an account is encrypted, and found
-- from the account by a keyed hash: whoever has the database alone cannot say which account,
-- and so which enrolment, belongs to somebody who acts in public with their name.
CREATE TABLE civic.officer (
    id     uuid CONSTRAINT officer_pkey PRIMARY KEY,
    key    uuid NOT NULL,
    mark   bytea NOT NULL, -- hash of the account
    sealed bytea NOT NULL, -- the account
    fresh  boolean NOT NULL DEFAULT true,
    CONSTRAINT officer_mark UNIQUE (mark),
    CONSTRAINT officer_marked CHECK (octet_length(mark) = 32),
    CONSTRAINT officer_sealed CHECK (octet_length(sealed) = 44)
);
CREATE INDEX officer_fresh ON civic.officer (id) WHERE fresh;

-- Migrations have no key. Until the first server starts with this build, which seals and
-- empties it in one transaction before it serves (internal/account/officer.go), this table
-- has the accounts that hold an office in the database, or did.
CREATE TABLE civic.officer_unsealed (
    id      uuid CONSTRAINT officer_unsealed_pkey PRIMARY KEY,
    account uuid NOT NULL,
    CONSTRAINT officer_unsealed_account UNIQUE (account)
);

INSERT INTO civic.officer_unsealed (id, account)
SELECT gen_random_uuid(), account
FROM (
    SELECT account FROM civic.role
    UNION
    SELECT account FROM civic.staff
    UNION
    SELECT moderator FROM civic.moderation_act WHERE moderator IS NOT NULL
    UNION
    SELECT moderator FROM civic.moderation_look
    UNION
    SELECT claimed_by FROM civic.moderation_case WHERE claimed_by IS NOT NULL
    UNION
    SELECT a.id
    FROM civic.consultation AS c
    CROSS JOIN LATERAL regexp_matches(c.form::text, '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', 'g') AS named (ids)
    JOIN civic.account AS a ON a.id = named.ids[1]::uuid) AS every;

UPDATE civic.role AS r SET account = o.id FROM civic.officer_unsealed AS o WHERE o.account = r.account;
UPDATE civic.staff AS s SET account = o.id FROM civic.officer_unsealed AS o WHERE o.account = s.account;
UPDATE civic.moderation_act AS a SET moderator = o.id FROM civic.officer_unsealed AS o WHERE o.account = a.moderator;
UPDATE civic.moderation_look AS l SET moderator = o.id FROM civic.officer_unsealed AS o WHERE o.account = l.moderator;
UPDATE civic.moderation_case AS c SET claimed_by = o.id FROM civic.officer_unsealed AS o WHERE o.account = c.claimed_by;

-- The form of a consultation names its staff too.
-- +goose StatementBegin
DO $$
DECLARE
    o record;
BEGIN
    FOR o IN SELECT id, account FROM civic.officer_unsealed LOOP
        UPDATE civic.consultation
        SET form = replace(form::text, o.account::text, o.id::text)::jsonb
        WHERE form::text LIKE '%' || o.account::text || '%';
    END LOOP;
END;
$$;
-- +goose StatementEnd

ALTER TABLE civic.role RENAME COLUMN account TO officer;
ALTER TABLE civic.staff RENAME COLUMN account TO officer;
ALTER INDEX civic.staff_by_account RENAME TO staff_by_officer;
ALTER TABLE civic.moderation_act RENAME COLUMN moderator TO officer;
ALTER TABLE civic.moderation_look RENAME COLUMN moderator TO officer;

-- A role that a first sign-in brings is born beside an account.
ALTER TABLE civic.role ADD COLUMN fresh boolean NOT NULL DEFAULT true;
CREATE INDEX role_fresh ON civic.role (officer) WHERE fresh;

-- Who saw dead rows would see the accounts.
INSERT INTO civic.compaction (tbl, since)
SELECT tbl, pg_current_xact_id()
FROM unnest(ARRAY['civic.role', 'civic.staff', 'civic.moderation_act', 'civic.moderation_look', 'civic.moderation_case', 'civic.consultation', 'civic.officer_unsealed']) AS tbl
ON CONFLICT ON CONSTRAINT compaction_pkey
DO UPDATE SET since = excluded.since;
