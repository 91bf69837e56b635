-- +goose Up
-- Who the public bodies are, who signs in, and what each may do in each body.
-- No row here has a date, and none is rewritten when nothing changed: the order
-- of transactions would place a person's sign-in beside the ballot that follows.

CREATE TABLE civic.administration (
    id      uuid CONSTRAINT administration_pkey PRIMARY KEY,
    slug    text NOT NULL CONSTRAINT administration_slug UNIQUE,
    name    text NOT NULL,
    address text NOT NULL DEFAULT '',
    CONSTRAINT administration_slug_form CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT administration_name_said CHECK (name <> '')
);

CREATE TABLE civic.account (
    id           uuid CONSTRAINT account_pkey PRIMARY KEY,
    issuer       text NOT NULL,
    subject      text NOT NULL,
    name         text NOT NULL DEFAULT '',
    email        text NOT NULL DEFAULT '',
    municipality text NOT NULL DEFAULT '',
    language     text NOT NULL DEFAULT 'it',
    -- a subject means nothing without the provider that gave it
    CONSTRAINT account_issuer_subject UNIQUE (issuer, subject),
    CONSTRAINT account_subject_said CHECK (issuer <> '' AND subject <> '')
);

CREATE TABLE civic.role (
    account        uuid NOT NULL CONSTRAINT role_account REFERENCES civic.account ON DELETE CASCADE,
    administration uuid NOT NULL CONSTRAINT role_administration REFERENCES civic.administration ON DELETE CASCADE,
    role           text NOT NULL,
    CONSTRAINT role_pkey PRIMARY KEY (account, administration, role),
    CONSTRAINT role_known CHECK (role IN ('administrator', 'moderator', 'facilitator', 'council'))
);

CREATE INDEX role_by_administration ON civic.role (administration, role);
