-- +goose Up
-- Applications for a group whose members declare themselves (internal/panel/application). Who
-- applies is a keyed hash of the account, and what they say is encrypted, under a key of the
-- consultation's outside the database. Enrolling writes nothing here.
CREATE TABLE civic.application_list (
    consultation uuid NOT NULL,
    grp          text NOT NULL,
    proof        bytea NOT NULL,
    admissions   integer NOT NULL DEFAULT 0, -- ever: of one person once, as long as their account lives
    recorded     integer, -- of them, how many the record has; NULL where it has no entry
    CONSTRAINT application_list_pkey PRIMARY KEY (consultation, grp),
    CONSTRAINT application_list_admissions CHECK (admissions >= 0 AND recorded BETWEEN 0 AND admissions),
    CONSTRAINT application_list_proof CHECK (octet_length(proof) = 16)
);

CREATE TABLE civic.application (
    id           uuid CONSTRAINT application_pkey PRIMARY KEY,
    consultation uuid NOT NULL,
    grp          text NOT NULL,
    applicant    bytea NOT NULL,
    nth          integer NOT NULL, -- of the applicant's for this group, from 1
    state        text NOT NULL,
    since        date NOT NULL,
    number       bytea, -- keyed hash of the number that the group asks for; NULL where it asks none
    sealed       bytea NOT NULL,
    decided      date,
    decider      uuid,  -- officer
    revoked      date,
    revoker      uuid,  -- officer
    words        bytea, -- why it was refused or revoked, encrypted
    fresh        boolean NOT NULL DEFAULT true,
    CONSTRAINT application_nth UNIQUE (consultation, applicant, grp, nth),
    CONSTRAINT application_state CHECK (state IN ('waiting', 'admitted', 'refused', 'revoked')),
    CONSTRAINT application_decided CHECK ((state = 'waiting') = (decided IS NULL) AND (decided IS NULL) = (decider IS NULL)),
    CONSTRAINT application_revoked CHECK ((state = 'revoked') = (revoked IS NOT NULL) AND (revoked IS NULL) = (revoker IS NULL)),
    CONSTRAINT application_words CHECK ((words IS NOT NULL) = (state IN ('refused', 'revoked'))),
    CONSTRAINT application_lengths CHECK (octet_length(applicant) = 32 AND octet_length(number) = 32 AND octet_length(sealed) = 1728 AND octet_length(words) = 2076)
);
-- One waits at a time.
CREATE UNIQUE INDEX application_waiting ON civic.application (consultation, applicant) WHERE state = 'waiting';
-- The secretary's list, a page at a time in the order in which it is shown.
CREATE INDEX application_by_state ON civic.application (consultation, grp, state, (coalesce(revoked, decided, since)), id);
CREATE INDEX application_by_number ON civic.application (consultation, grp, number) WHERE number IS NOT NULL;
CREATE INDEX application_fresh ON civic.application (id) WHERE fresh;
