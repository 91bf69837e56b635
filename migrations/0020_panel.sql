-- +goose Up

-- What the database knows of the keys that lie outside it: a value by which a
-- process with another key refuses, and the mark of the end, which outlives the
-- key so that it is never made again.
CREATE TABLE civic.key_check (
    consultation uuid NOT NULL,
    scope text NOT NULL,
    value bytea NOT NULL,
    destroyed boolean NOT NULL,
    CONSTRAINT key_check_pkey PRIMARY KEY (consultation, scope),
    CONSTRAINT key_check_scope CHECK (scope IN ('panel', 'alias'))
);

-- Names of aliases, born with the first text under each. No account, no day.
CREATE TABLE civic.alias (
    consultation uuid NOT NULL,
    id bytea NOT NULL,
    name text NOT NULL,
    CONSTRAINT alias_pkey PRIMARY KEY (consultation, id),
    CONSTRAINT alias_name_key UNIQUE (consultation, name)
);

-- Who may answer. The day alone: an hour would stand beside the first ballot's place.
CREATE TABLE civic.enrolment (
    consultation uuid NOT NULL,
    account uuid NOT NULL,
    grp text NOT NULL,
    enrolled_on date NOT NULL,
    CONSTRAINT enrolment_pkey PRIMARY KEY (consultation, account)
);

-- How many people of an imported conversation, who have no accounts.
CREATE TABLE civic.foreign_enrolment (
    consultation uuid NOT NULL,
    grp text NOT NULL,
    people integer NOT NULL,
    CONSTRAINT foreign_enrolment_pkey PRIMARY KEY (consultation, grp),
    CONSTRAINT foreign_enrolment_people CHECK (people > 0)
);

-- Schema panel has no column of date or time and no foreign key to civic
-- (docs/RECORD.md §2). Both tables are cut into partitions so that closing can write
-- their rows anew in the order of their ids, and the end can drop them whole.
CREATE TABLE panel.panelist (
    consultation uuid NOT NULL,
    id bytea NOT NULL,
    grp text NOT NULL,
    CONSTRAINT panelist_pkey PRIMARY KEY (consultation, id),
    CONSTRAINT panelist_id CHECK (octet_length(id) = 16)
) PARTITION BY LIST (consultation);

-- One row per ballot: sealed counts, draft does not yet. Both are encrypted and
-- of one length within a round.
CREATE TABLE panel.ballot (
    round uuid NOT NULL,
    panelist bytea NOT NULL,
    sealed bytea,
    draft bytea,
    CONSTRAINT ballot_pkey PRIMARY KEY (round, panelist),
    CONSTRAINT ballot_panelist CHECK (octet_length(panelist) = 16),
    CONSTRAINT ballot_something CHECK (sealed IS NOT NULL OR draft IS NOT NULL)
) PARTITION BY LIST (round);

-- Sealed bytes do not compress; trying costs time at every ballot.
ALTER TABLE panel.ballot ALTER COLUMN sealed SET STORAGE EXTERNAL;
ALTER TABLE panel.ballot ALTER COLUMN draft SET STORAGE EXTERNAL;

-- What a closing leaves behind: canonical JSON, kept to the byte. tick is 0
-- for a round that closes once, 1.. for the releases of a standing round.
CREATE TABLE civic.closing (
    round uuid NOT NULL,
    tick integer NOT NULL,
    counts text NOT NULL,
    CONSTRAINT closing_pkey PRIMARY KEY (round, tick),
    CONSTRAINT closing_tick CHECK (tick >= 0)
);

CREATE TABLE civic.count_table (
    round uuid NOT NULL,
    tick integer NOT NULL,
    id text NOT NULL,
    place integer NOT NULL,
    document text NOT NULL,
    CONSTRAINT count_table_pkey PRIMARY KEY (round, tick, id),
    CONSTRAINT count_table_closing_fkey FOREIGN KEY (round, tick) REFERENCES civic.closing (round, tick)
);

CREATE TABLE civic.feedback (
    round uuid NOT NULL,
    tick integer NOT NULL,
    document text NOT NULL,
    hash text NOT NULL,
    CONSTRAINT feedback_pkey PRIMARY KEY (round, tick),
    CONSTRAINT feedback_closing_fkey FOREIGN KEY (round, tick) REFERENCES civic.closing (round, tick),
    CONSTRAINT feedback_hash CHECK (hash ~ '^[0-9a-f]{64}$')
);

CREATE TABLE civic.opinion (
    consultation uuid NOT NULL,
    version integer NOT NULL,
    document text NOT NULL,
    hash text NOT NULL,
    published_at timestamptz NOT NULL,
    CONSTRAINT opinion_pkey PRIMARY KEY (consultation, version),
    CONSTRAINT opinion_version CHECK (version > 0),
    CONSTRAINT opinion_hash CHECK (hash ~ '^[0-9a-f]{64}$')
);
