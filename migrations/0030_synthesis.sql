-- +goose Up
-- From contributions to items. A contribution knows its author by alias alone, has
-- no date, and its id is random: nothing here tells who wrote, or who wrote first.

CREATE TABLE civic.contribution (
    id           uuid CONSTRAINT contribution_pkey PRIMARY KEY,
    consultation uuid NOT NULL CONSTRAINT contribution_consultation REFERENCES civic.consultation,
    alias        bytea NOT NULL,
    body         text NOT NULL,
    state        text NOT NULL DEFAULT 'pending',
    reason       text NOT NULL DEFAULT '',
    CONSTRAINT contribution_alias FOREIGN KEY (consultation, alias) REFERENCES civic.alias (consultation, id),
    CONSTRAINT contribution_state CHECK (state IN ('pending', 'admitted', 'rejected', 'withdrawn')),
    -- Who withdraws takes the words along.
    CONSTRAINT contribution_body CHECK ((body = '') = (state = 'withdrawn')),
    CONSTRAINT contribution_reasoned CHECK ((reason <> '') = (state = 'rejected'))
);

CREATE INDEX contribution_by_alias ON civic.contribution (consultation, alias);

-- What a moderator did, with what is needed to take it back: the contributions
-- that it moved, the item that it made or whose words it changed, those words.
-- Acts are numbered: staff act in public.
CREATE TABLE civic.synthesis_act (
    id            uuid CONSTRAINT synthesis_act_pkey PRIMARY KEY,
    consultation  uuid NOT NULL CONSTRAINT synthesis_act_consultation REFERENCES civic.consultation,
    number        integer NOT NULL,
    kind          text NOT NULL,
    summary       text NOT NULL,
    reason        text NOT NULL,
    left_out      text NOT NULL DEFAULT '',
    contributions uuid[] NOT NULL,
    item          uuid,                       -- no foreign key: taking an act back may remove its item
    made          boolean NOT NULL DEFAULT false,
    was           text NOT NULL DEFAULT '',   -- the item's words before; '' when they did not change
    undone        boolean NOT NULL DEFAULT false,
    CONSTRAINT synthesis_act_number UNIQUE (consultation, number),
    CONSTRAINT synthesis_act_kind CHECK (kind IN ('merge', 'link', 'reject', 'reword')),
    CONSTRAINT synthesis_act_item CHECK ((item IS NULL) = (kind = 'reject')),
    CONSTRAINT synthesis_act_reasoned CHECK (reason <> '')
);

-- Which contributions went into which items, many to many, and by which act.
CREATE TABLE civic.lineage (
    contribution uuid NOT NULL CONSTRAINT lineage_contribution REFERENCES civic.contribution,
    item         uuid NOT NULL CONSTRAINT lineage_item REFERENCES civic.item,
    act          uuid NOT NULL CONSTRAINT lineage_act REFERENCES civic.synthesis_act,
    CONSTRAINT lineage_pkey PRIMARY KEY (contribution, item)
);

CREATE INDEX lineage_by_act ON civic.lineage (act);
CREATE INDEX lineage_by_item ON civic.lineage (item);
