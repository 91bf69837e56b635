-- +goose Up
-- Invitations by which people enter a group (internal/panel/invitation): one for each address.
-- Names and addresses are encrypted, and codes are keyed hashes, under a key of the
-- consultation's outside the database.
CREATE TABLE civic.invitation_list (
    consultation uuid NOT NULL,
    grp          text NOT NULL,
    people       integer NOT NULL,
    since        date NOT NULL,
    until        date, -- the last day on which codes work; NULL for as long as enrolment is open
    proof        bytea NOT NULL,
    recorded     integer NOT NULL DEFAULT 0, -- of the people, how many the record has
    CONSTRAINT invitation_list_pkey PRIMARY KEY (consultation, grp),
    CONSTRAINT invitation_list_people CHECK (people > 0 AND recorded BETWEEN 0 AND people),
    CONSTRAINT invitation_list_proof CHECK (octet_length(proof) = 16)
);

CREATE TABLE civic.invitation (
    id           uuid CONSTRAINT invitation_pkey PRIMARY KEY,
    consultation uuid NOT NULL,
    grp          text NOT NULL,
    mark         bytea NOT NULL, -- hash of the address
    code         bytea,          -- hash of the code that works; NULL once it is revoked
    edition      integer NOT NULL,
    sealed       bytea NOT NULL,
    CONSTRAINT invitation_list FOREIGN KEY (consultation, grp) REFERENCES civic.invitation_list ON DELETE CASCADE,
    CONSTRAINT invitation_marked UNIQUE (consultation, mark),
    CONSTRAINT invitation_coded UNIQUE (consultation, code),
    CONSTRAINT invitation_hashes CHECK (octet_length(mark) = 32 AND octet_length(code) = 32),
    CONSTRAINT invitation_edition CHECK (edition > 0),
    CONSTRAINT invitation_sealed CHECK (octet_length(sealed) = 796)
);

-- A file that was read and is not imported, encrypted.
CREATE TABLE civic.invitation_staged (
    id           uuid CONSTRAINT invitation_staged_pkey PRIMARY KEY,
    consultation uuid NOT NULL,
    grp          text NOT NULL,
    sealed       bytea NOT NULL,
    separator    text NOT NULL,
    encoding     text NOT NULL,
    zeros        integer NOT NULL,
    CONSTRAINT invitation_staged_group UNIQUE (consultation, grp)
);

-- Which invitations were used, under keyed hashes of them that nothing else has: a row is
-- written with an enrolment, so it is written anew hourly with those, and has no foreign key.
-- Neither the account nor the address is in it, and no row of an invitation is touched.
CREATE TABLE civic.invitation_used (
    consultation uuid NOT NULL,
    token        bytea NOT NULL,
    fresh        boolean NOT NULL DEFAULT true,
    CONSTRAINT invitation_used_pkey PRIMARY KEY (consultation, token),
    CONSTRAINT invitation_used_token CHECK (octet_length(token) = 32)
);
CREATE INDEX invitation_used_fresh ON civic.invitation_used (consultation, token) WHERE fresh;

-- Invitations go with a draft that is deleted.
-- +goose StatementBegin
CREATE FUNCTION civic.invitation_goes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM civic.invitation_staged WHERE consultation = OLD.id;
    DELETE FROM civic.invitation_list WHERE consultation = OLD.id;
    RETURN NULL;
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER consultation_invitation AFTER DELETE ON civic.consultation
    FOR EACH ROW EXECUTE FUNCTION civic.invitation_goes();

-- A letter goes to an account or to an invitation. Of the latter the outbox has the id, never
-- an address or a code, which are looked up when the letter is written.
ALTER TABLE civic.outbox
    ALTER COLUMN account DROP NOT NULL,
    ADD COLUMN invitation uuid,
    ADD CONSTRAINT outbox_addressee CHECK (num_nonnulls(account, invitation) = 1),
    DROP CONSTRAINT outbox_once,
    ADD CONSTRAINT outbox_once UNIQUE NULLS NOT DISTINCT (account, invitation, kind, consultation, round, deadline),
    DROP CONSTRAINT outbox_kind,
    ADD CONSTRAINT outbox_kind CHECK (kind IN ('invitation', 'round_opened', 'last_day', 'minority', 'invited'));
CREATE INDEX outbox_invited ON civic.outbox (consultation, invitation) WHERE invitation IS NOT NULL;
