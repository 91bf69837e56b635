-- +goose Up
-- An administration's own templates of drafts (internal/consultation/draft/template): the form of
-- a draft without address, dates and people.
CREATE TABLE civic.draft_template (
    id             uuid CONSTRAINT draft_template_pkey PRIMARY KEY,
    administration uuid NOT NULL CONSTRAINT draft_template_administration REFERENCES civic.administration,
    name           text NOT NULL,
    form           jsonb NOT NULL,
    CONSTRAINT draft_template_name UNIQUE (administration, name)
);
