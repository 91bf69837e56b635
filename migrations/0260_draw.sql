-- +goose Up
-- The draws of groups whose members are drawn by lot (internal/panel/drawing): one of each
-- group, ever. list, rule, portfolio and result are the public files of the record. Codes of
-- people are not stored: the list has keyed hashes, whose key lies outside the database.
CREATE TABLE civic.draw (
    consultation uuid NOT NULL,
    grp          text NOT NULL,
    household    boolean NOT NULL, -- one ticket of each household
    list         text NOT NULL,
    proof        bytea NOT NULL,   -- of the key of its tickets: another key finds nobody
    rule         text,
    portfolio    text,
    committed_at timestamptz,
    round        bigint,           -- of the beacon
    record_root  bytea,            -- of the record, up to and with the commitment
    result       text,
    called       integer NOT NULL DEFAULT 0, -- reserves who may enrol
    reason       text,             -- of its withdrawal
    keyless      boolean NOT NULL DEFAULT false, -- the key of the tickets is destroyed
    CONSTRAINT draw_pkey PRIMARY KEY (consultation, grp),
    CONSTRAINT draw_committed CHECK ((committed_at IS NULL) = (round IS NULL) AND (committed_at IS NULL) = (record_root IS NULL)
        AND (committed_at IS NULL OR rule IS NOT NULL)),
    CONSTRAINT draw_proof CHECK (octet_length(proof) = 16),
    CONSTRAINT draw_root CHECK (octet_length(record_root) = 32),
    CONSTRAINT draw_drawn CHECK (result IS NULL OR committed_at IS NOT NULL),
    CONSTRAINT draw_called CHECK (called = 0 OR result IS NOT NULL)
);

CREATE TABLE civic.draw_guarantor (
    consultation uuid NOT NULL,
    grp          text NOT NULL,
    place        integer NOT NULL,
    name         text NOT NULL,
    digest       text NOT NULL, -- of the value
    value        text,
    opened_at    timestamptz,
    CONSTRAINT draw_guarantor_pkey PRIMARY KEY (consultation, grp, place),
    CONSTRAINT draw_guarantor_draw FOREIGN KEY (consultation, grp) REFERENCES civic.draw,
    CONSTRAINT draw_guarantor_opened CHECK ((value IS NULL) = (opened_at IS NULL))
);

-- The numbers of the list with which somebody enrolled: a ticket enrols once. It names no account.
CREATE TABLE civic.draw_taken (
    consultation uuid NOT NULL,
    grp          text NOT NULL,
    n            integer NOT NULL,
    CONSTRAINT draw_taken_pkey PRIMARY KEY (consultation, grp, n)
);

-- The page of a draw is cached (migrations 0080, 0170).
CREATE TRIGGER draw_page AFTER INSERT OR UPDATE ON civic.draw
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('consultation');
CREATE TRIGGER draw_guarantor_page AFTER INSERT OR UPDATE OR DELETE ON civic.draw_guarantor
    FOR EACH ROW EXECUTE FUNCTION civic.page_changed('consultation');
