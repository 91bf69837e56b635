-- +goose Up
-- The life of a consultation, and the public record of it. Who does what when is
-- public here: only staff act in these tables, never a participant.

CREATE TABLE civic.space (
    id             uuid CONSTRAINT space_pkey PRIMARY KEY,
    administration uuid NOT NULL CONSTRAINT space_administration REFERENCES civic.administration,
    phase          text NOT NULL,
    naming         text NOT NULL,
    CONSTRAINT space_phase CHECK (phase IN ('open', 'closed')),
    CONSTRAINT space_naming CHECK (naming IN ('alias'))
);

CREATE TABLE civic.consultation (
    id             uuid CONSTRAINT consultation_pkey PRIMARY KEY,
    administration uuid NOT NULL CONSTRAINT consultation_administration REFERENCES civic.administration,
    space          uuid CONSTRAINT consultation_space REFERENCES civic.space,
    slug           text NOT NULL CONSTRAINT consultation_slug UNIQUE,
    language       text NOT NULL,
    title          text NOT NULL,
    question       text NOT NULL,
    background     text NOT NULL,
    stage          text NOT NULL,
    form           jsonb,                     -- the drafting form as it was typed; NULL for an import
    protocol       text,                      -- canonical JSON to the byte, frozen at announcement
    protocol_hash  text NOT NULL DEFAULT '',
    starts_at      timestamptz,
    origin_name    text,
    origin_url     text,
    origin_licence text,
    drafted_at     timestamptz NOT NULL,
    announced_at   timestamptz,
    concluded_at   timestamptz,
    published_at   timestamptz,
    destroyed_at   timestamptz,
    withdrawn_at   timestamptz,
    withdrawn_for  text NOT NULL DEFAULT '',
    CONSTRAINT consultation_slug_form CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT consultation_stage CHECK (stage IN ('draft', 'announced', 'running', 'concluded', 'published', 'answered', 'withdrawn')),
    CONSTRAINT consultation_frozen CHECK (stage = 'draft' OR (protocol IS NOT NULL AND protocol_hash ~ '^[0-9a-f]{64}$' AND space IS NOT NULL AND announced_at IS NOT NULL)),
    CONSTRAINT consultation_origin CHECK ((origin_name IS NULL) = (origin_url IS NULL) AND (origin_name IS NULL) = (origin_licence IS NULL))
);

CREATE INDEX consultation_by_administration ON civic.consultation (administration);

-- The act by which the administration says who decides, on what, by when, and
-- that it will answer. Incomplete while the consultation is a draft.
CREATE TABLE civic.commitment (
    consultation uuid CONSTRAINT commitment_pkey PRIMARY KEY
                      CONSTRAINT commitment_consultation REFERENCES civic.consultation ON DELETE CASCADE,
    quotation    text NOT NULL,
    decider      text NOT NULL,
    subject      text NOT NULL,
    decide_by    date,
    reply_days   integer NOT NULL,
    act          text NOT NULL,
    signatory    text NOT NULL,
    money        text NOT NULL,
    left_out     text NOT NULL
);

-- Staff act by office, so their names stand in public beside their acts; the
-- name is the one they had when they were named.
CREATE TABLE civic.staff (
    consultation uuid NOT NULL CONSTRAINT staff_consultation REFERENCES civic.consultation ON DELETE CASCADE,
    account      uuid NOT NULL CONSTRAINT staff_account REFERENCES civic.account,
    role         text NOT NULL,
    place        integer NOT NULL,
    name         text NOT NULL,
    office       text NOT NULL,
    CONSTRAINT staff_pkey PRIMARY KEY (consultation, account, role),
    CONSTRAINT staff_role CHECK (role IN ('moderator', 'facilitator'))
);

CREATE TABLE civic.round (
    id           uuid CONSTRAINT round_pkey PRIMARY KEY,
    consultation uuid NOT NULL CONSTRAINT round_consultation REFERENCES civic.consultation,
    number       integer NOT NULL,
    kind         text NOT NULL,
    state        text NOT NULL,
    planned_at   timestamptz NOT NULL,
    opened_at    timestamptz,
    deadline     timestamptz NOT NULL,
    closed_at    timestamptz,
    released_at  timestamptz,
    extensions   integer NOT NULL DEFAULT 0,
    postponed    integer NOT NULL DEFAULT 0,
    ticks        integer NOT NULL DEFAULT 0,
    unexamined   integer NOT NULL DEFAULT 0,
    enrolled     integer NOT NULL DEFAULT 0,
    turnout      integer NOT NULL DEFAULT 0,
    closed_for   text NOT NULL DEFAULT '',
    CONSTRAINT round_number UNIQUE (consultation, number),
    CONSTRAINT round_kind CHECK (kind IN ('gather', 'select', 'answer', 'standing')),
    CONSTRAINT round_state CHECK (state IN ('planned', 'open', 'closing', 'closed', 'released', 'skipped')),
    CONSTRAINT round_turnout_steps CHECK (turnout % 5 = 0),
    -- Closed at the deadline's instant at the latest, also when the server was down.
    CONSTRAINT round_closed_in_time CHECK (closed_at IS NULL OR closed_at <= deadline)
);

-- One round at a time: a second server that opens another one fails here.
CREATE UNIQUE INDEX round_current ON civic.round (consultation) WHERE state IN ('open', 'closing');

CREATE TABLE civic.suspension (
    consultation uuid NOT NULL CONSTRAINT suspension_consultation REFERENCES civic.consultation,
    since        timestamptz NOT NULL,
    until        timestamptz,
    reason       text NOT NULL,
    CONSTRAINT suspension_pkey PRIMARY KEY (consultation, since),
    CONSTRAINT suspension_order CHECK (until IS NULL OR until >= since)
);

CREATE UNIQUE INDEX suspension_current ON civic.suspension (consultation) WHERE until IS NULL;

CREATE TABLE civic.item (
    id           uuid CONSTRAINT item_pkey PRIMARY KEY,
    consultation uuid NOT NULL CONSTRAINT item_consultation REFERENCES civic.consultation,
    number       integer NOT NULL,
    kind         text NOT NULL,
    state        text NOT NULL,
    version      integer NOT NULL,
    settled_in   integer NOT NULL DEFAULT 0,
    CONSTRAINT item_number UNIQUE (consultation, number),
    CONSTRAINT item_state CHECK (state IN ('candidate', 'live', 'settled', 'dropped', 'superseded'))
);

CREATE TABLE civic.item_version (
    item    uuid NOT NULL CONSTRAINT item_version_item REFERENCES civic.item ON DELETE CASCADE,
    version integer NOT NULL,
    text    text NOT NULL,
    CONSTRAINT item_version_pkey PRIMARY KEY (item, version),
    CONSTRAINT item_version_text CHECK (text <> '')
);

CREATE TABLE civic.item_parent (
    item   uuid NOT NULL CONSTRAINT item_parent_item REFERENCES civic.item ON DELETE CASCADE,
    parent uuid NOT NULL CONSTRAINT item_parent_parent REFERENCES civic.item,
    CONSTRAINT item_parent_pkey PRIMARY KEY (item, parent)
);

-- What one round shows of one item: the version frozen at its opening and, after
-- its closing, where the item stands. tick is 0 but for releases of a standing round.
CREATE TABLE civic.round_item (
    round    uuid NOT NULL CONSTRAINT round_item_round REFERENCES civic.round,
    item     uuid NOT NULL CONSTRAINT round_item_item REFERENCES civic.item,
    version  integer NOT NULL,
    tick     integer NOT NULL DEFAULT 0,
    verdict  jsonb,
    proposal jsonb,
    CONSTRAINT round_item_pkey PRIMARY KEY (round, item),
    CONSTRAINT round_item_version FOREIGN KEY (item, version) REFERENCES civic.item_version (item, version)
);

CREATE TABLE civic.decision (
    round    uuid NOT NULL,
    item     uuid NOT NULL,
    proposed text NOT NULL,
    decided  text NOT NULL,
    role     text NOT NULL,
    name     text NOT NULL,
    reason   text NOT NULL,
    CONSTRAINT decision_pkey PRIMARY KEY (round, item),
    CONSTRAINT decision_round_item FOREIGN KEY (round, item) REFERENCES civic.round_item (round, item),
    CONSTRAINT decision_decided CHECK (decided IN ('settle', 'go-on', 'reword')),
    CONSTRAINT decision_reasoned CHECK (decided = proposed OR reason <> '')
);

-- The public record. Entries are only ever added: a correction is a new entry.
CREATE TABLE record.entry (
    sequence     bigint CONSTRAINT entry_pkey PRIMARY KEY,
    consultation uuid NOT NULL,
    type         text NOT NULL,
    role         text NOT NULL,
    name         text NOT NULL,
    kind         text NOT NULL,
    target       text NOT NULL,
    reason       text NOT NULL,
    body         text NOT NULL,
    minute       timestamptz NOT NULL,
    CONSTRAINT entry_sequence CHECK (sequence > 0),
    CONSTRAINT entry_role CHECK (role IN ('administrator', 'moderator', 'facilitator', 'council', 'system')),
    CONSTRAINT entry_minute CHECK (minute = date_trunc('minute', minute))
);

CREATE INDEX entry_by_consultation ON record.entry (consultation, sequence);

-- +goose StatementBegin
CREATE FUNCTION record.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the public record is only ever added to';
END;
$$;
-- +goose StatementEnd

CREATE TRIGGER entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON record.entry
    FOR EACH STATEMENT EXECUTE FUNCTION record.refuse();
