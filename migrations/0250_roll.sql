-- +goose Up
-- The rolls by which people enter a group (internal/panel/roll). A ticket is a keyed hash of a
-- fiscal code, under a key outside the database; nothing else of a register is kept but
-- whether each person is active on it.
CREATE TABLE civic.roll (
    consultation uuid NOT NULL,
    grp          text NOT NULL,
    owner        text NOT NULL,
    people       integer NOT NULL,
    since        date NOT NULL,
    proof        bytea NOT NULL,
    recorded     boolean NOT NULL,
    CONSTRAINT roll_pkey PRIMARY KEY (consultation, grp),
    CONSTRAINT roll_people CHECK (people >= 0),
    CONSTRAINT roll_proof CHECK (octet_length(proof) = 16)
);

CREATE TABLE civic.roll_member (
    consultation uuid NOT NULL,
    grp          text NOT NULL,
    ticket       bytea NOT NULL,
    status       smallint NOT NULL,
    CONSTRAINT roll_member_pkey PRIMARY KEY (consultation, grp, ticket),
    CONSTRAINT roll_member_roll FOREIGN KEY (consultation, grp) REFERENCES civic.roll ON DELETE CASCADE,
    CONSTRAINT roll_member_ticket CHECK (octet_length(ticket) = 32),
    CONSTRAINT roll_member_status CHECK (status BETWEEN 1 AND 3)
);

-- A file that was read and is not in force: tickets with their statuses, one after the other.
CREATE TABLE civic.roll_staged (
    id           uuid CONSTRAINT roll_staged_pkey PRIMARY KEY,
    consultation uuid NOT NULL,
    grp          text NOT NULL,
    owner        text NOT NULL,
    members      bytea NOT NULL,
    layout       text NOT NULL,
    separator    text NOT NULL,
    encoding     text NOT NULL,
    zeros        integer NOT NULL,
    CONSTRAINT roll_staged_group UNIQUE (consultation, grp)
);

-- Who enrolled by a ticket: one place for each. A row is written with an enrolment, so it is
-- written anew hourly with those; it has no foreign key, as they have none. Who left has no
-- account any more, and the ticket is taken as before.
CREATE TABLE civic.roll_place (
    consultation uuid NOT NULL,
    ticket       bytea NOT NULL,
    grp          text NOT NULL,
    account      uuid,
    struck       boolean NOT NULL DEFAULT false,
    fresh        boolean NOT NULL DEFAULT true,
    CONSTRAINT roll_place_pkey PRIMARY KEY (consultation, ticket),
    CONSTRAINT roll_place_ticket CHECK (octet_length(ticket) = 32)
);
CREATE INDEX roll_place_account ON civic.roll_place (account);
CREATE INDEX roll_place_fresh ON civic.roll_place (consultation, ticket) WHERE fresh;

-- Rolls go with a draft that is deleted.
-- +goose StatementBegin
CREATE FUNCTION civic.roll_goes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM civic.roll_staged WHERE consultation = OLD.id;
    DELETE FROM civic.roll WHERE consultation = OLD.id;
    RETURN NULL;
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER consultation_roll AFTER DELETE ON civic.consultation
    FOR EACH ROW EXECUTE FUNCTION civic.roll_goes();

-- How many people a round found struck off their roll when it opened.
ALTER TABLE civic.round ADD COLUMN struck_off integer NOT NULL DEFAULT 0;
