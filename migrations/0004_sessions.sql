-- +goose Up
-- The session library's own table, at the place where it looks for it. token is
-- a hash and data is encrypted under the token itself (web/page/seal.go); expiry
-- is a whole hour.

CREATE TABLE public.sessions (
    token  text CONSTRAINT sessions_pkey PRIMARY KEY,
    data   bytea NOT NULL,
    expiry timestamptz NOT NULL
);

CREATE INDEX sessions_expiry ON public.sessions (expiry);
