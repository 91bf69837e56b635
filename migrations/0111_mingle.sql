-- +goose Up
-- Rows that are born with what a person does lie in the order in which people came,
-- until they are written anew in the order of their ids. fresh says which are not yet.
ALTER TABLE civic.enrolment ADD COLUMN fresh boolean NOT NULL DEFAULT true;
ALTER TABLE civic.alias ADD COLUMN fresh boolean NOT NULL DEFAULT true;
CREATE INDEX account_fresh ON civic.account (id) WHERE fresh;
CREATE INDEX enrolment_fresh ON civic.enrolment (consultation, account) WHERE fresh;
CREATE INDEX alias_fresh ON civic.alias (consultation, id) WHERE fresh;

-- A foreign key fails for who refers to a row at the moment at which it is written anew.
-- What belongs to an account is deleted with it by the statement that deletes it.
ALTER TABLE civic.role DROP CONSTRAINT role_account;
ALTER TABLE civic.outbox DROP CONSTRAINT outbox_account;
ALTER TABLE civic.contribution DROP CONSTRAINT IF EXISTS contribution_alias;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION civic.edition_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Rows that are written anew say what they said.
    IF current_setting('delfi.mingles', true) = 'on' THEN
        RETURN NULL;
    END IF;
    UPDATE civic.edition SET number = number + 1;
    RETURN NULL;
END;
$$;
-- +goose StatementEnd

-- How many people a panel has while people still enrol: by group, in steps of 5, moved
-- hourly.
CREATE TABLE civic.panel_figure (
    consultation uuid NOT NULL,
    grp          text NOT NULL,
    people       integer NOT NULL,
    CONSTRAINT panel_figure_pkey PRIMARY KEY (consultation, grp),
    CONSTRAINT panel_figure_steps CHECK (people >= 0 AND people % 5 = 0)
);
