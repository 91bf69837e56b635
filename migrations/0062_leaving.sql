-- +goose Up

-- How many people have left a consultation's panel and taken their account along:
-- who was enrolled once stays counted, so that the figures of closed rounds hold.
CREATE TABLE civic.departed (
    consultation uuid NOT NULL,
    grp          text NOT NULL,
    people       integer NOT NULL,
    CONSTRAINT departed_pkey PRIMARY KEY (consultation, grp),
    CONSTRAINT departed_people CHECK (people > 0)
);

-- A keyed hash by which the same person cannot enrol a second time after leaving,
-- and so cannot answer twice. It tells nothing without the panel key, and the
-- row goes with that key.
CREATE TABLE civic.departed_mark (
    consultation uuid NOT NULL,
    mark         bytea NOT NULL,
    CONSTRAINT departed_mark_pkey PRIMARY KEY (consultation, mark)
);

-- Staff acted by office and in public: their line stays when their account goes.
ALTER TABLE civic.staff DROP CONSTRAINT staff_account;

-- A text that the law had removed: the words go, the legal ground stands in their
-- place. A contribution keeps the state in which it was examined.
ALTER TABLE civic.contribution ADD COLUMN removed_for text NOT NULL DEFAULT '';
ALTER TABLE civic.contribution DROP CONSTRAINT contribution_body;
ALTER TABLE civic.contribution ADD CONSTRAINT contribution_body
    CHECK ((body = '') = (state = 'withdrawn' OR removed_for <> ''));
