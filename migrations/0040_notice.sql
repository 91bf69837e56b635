-- +goose Up
-- What is told to people. A row says that an account is told something that
-- everybody enrolled is told; it holds neither words nor address, which are
-- looked up when the letter is written.

CREATE TABLE civic.outbox (
    id           uuid CONSTRAINT outbox_pkey PRIMARY KEY,
    account      uuid NOT NULL CONSTRAINT outbox_account REFERENCES civic.account ON DELETE CASCADE,
    kind         text NOT NULL,
    consultation uuid NOT NULL,
    slug         text NOT NULL,
    title        text NOT NULL,
    round        integer NOT NULL,
    deadline     timestamptz,
    state        text NOT NULL DEFAULT 'waiting',
    tries        integer NOT NULL DEFAULT 0,
    next_try     timestamptz NOT NULL,
    trouble      text NOT NULL DEFAULT '',
    CONSTRAINT outbox_kind CHECK (kind IN ('invitation', 'round_opened', 'last_day')),
    CONSTRAINT outbox_state CHECK (state IN ('waiting', 'sent', 'refused', 'late')),
    -- The same thing is told to a person once, however often it is asked for.
    CONSTRAINT outbox_once UNIQUE NULLS NOT DISTINCT (account, kind, consultation, round, deadline)
);

CREATE INDEX outbox_waiting ON civic.outbox (next_try) WHERE state = 'waiting';
