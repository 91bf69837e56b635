-- +goose Up
-- Tables that are to be written into new files, since they held what nobody shall read any
-- more: dead rows of people's acts, words that were removed (internal/platform/postgres).
CREATE TABLE civic.compaction (
    tbl   text CONSTRAINT compaction_pkey PRIMARY KEY,
    since xid8 NOT NULL -- the last transaction that noted it
);
