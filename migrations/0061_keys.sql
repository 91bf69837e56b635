-- +goose Up

-- The servers that may hold copies of keys: a random id and when each was last
-- seen, by the minute. Nothing here is about people.
CREATE TABLE civic.process (
    id   uuid CONSTRAINT process_pkey PRIMARY KEY,
    seen timestamptz NOT NULL,
    CONSTRAINT process_minute CHECK (seen = date_trunc('minute', seen))
);

-- Which process has destroyed its own copy of a key that is marked destroyed.
CREATE TABLE civic.key_confirmed (
    consultation uuid NOT NULL,
    scope        text NOT NULL,
    process      uuid NOT NULL,
    CONSTRAINT key_confirmed_pkey PRIMARY KEY (consultation, scope, process)
);
