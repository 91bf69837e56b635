-- +goose Up
-- Ends of sessions that nobody can delete, for the database does not know whose a
-- session is. An end has a number; so has a session, the one that stood when it began.
-- A session is over when one of its own names was ended under a later number.
--
-- A name is a keyed hash of an account, a subject or a provider's session (web/page):
-- the database alone does not tell whose it is. until is a whole hour, after which no
-- session that began before is left.

CREATE TABLE public.session_ending (
    one    boolean CONSTRAINT session_ending_pkey PRIMARY KEY DEFAULT true,
    number bigint NOT NULL,
    CONSTRAINT session_ending_one CHECK (one)
);
INSERT INTO public.session_ending (number) VALUES (1);

CREATE TABLE public.session_end (
    name   text CONSTRAINT session_end_pkey PRIMARY KEY,
    number bigint NOT NULL,
    until  timestamptz NOT NULL
);
CREATE INDEX session_end_number ON public.session_end (number);

ALTER TABLE public.sessions ADD COLUMN began bigint NOT NULL DEFAULT 0;
ALTER TABLE public.sessions ALTER COLUMN began DROP DEFAULT;
