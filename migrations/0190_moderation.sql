-- +goose Up
-- Moderation: what is to be examined in a space, who is at it, what was done about it
-- under which rule, and the appeals of those who wrote it. Subjects are known by kind and
-- id; their words belong to the room that keeps them. Staff act in public: their acts have
-- an instant and a name. Of who wrote a subject nothing stands here.

-- A subject in the queue, or once in it. version counts the acts on it.
CREATE TABLE civic.moderation_case (
    kind          text NOT NULL,
    subject       uuid NOT NULL,
    space         uuid NOT NULL CONSTRAINT moderation_case_space REFERENCES civic.space,
    version       integer NOT NULL DEFAULT 0,
    priority      integer NOT NULL DEFAULT 0,
    waiting       boolean NOT NULL DEFAULT true,
    claimed_by    uuid,
    claimed_name  text NOT NULL DEFAULT '',
    claimed_until timestamptz,
    CONSTRAINT moderation_case_pkey PRIMARY KEY (kind, subject),
    CONSTRAINT moderation_case_claim CHECK ((claimed_by IS NULL) = (claimed_until IS NULL))
);

CREATE INDEX moderation_case_by_space ON civic.moderation_case (space, kind);

-- What a member of staff did, once for all subjects of one act. rules and rule are the
-- version and the number of the rule that it cites; a removal by law cites none. undoes
-- names the act that this one takes back: none is ever deleted.
CREATE TABLE civic.moderation_act (
    id        uuid CONSTRAINT moderation_act_pkey PRIMARY KEY,
    space     uuid NOT NULL CONSTRAINT moderation_act_space REFERENCES civic.space,
    number    integer NOT NULL,
    kind      text NOT NULL,
    verb      text NOT NULL,
    subjects  uuid[] NOT NULL,
    summary   text NOT NULL,
    rules     integer,
    rule      integer,
    words     text NOT NULL,
    moderator uuid,                     -- NULL: the system
    name      text NOT NULL,
    role      text NOT NULL,
    done_at   timestamptz NOT NULL,
    undoes    uuid CONSTRAINT moderation_act_undoes REFERENCES civic.moderation_act,
    CONSTRAINT moderation_act_number UNIQUE (space, number),
    CONSTRAINT moderation_act_undone UNIQUE (undoes),
    CONSTRAINT moderation_act_verb CHECK (verb IN ('merge', 'link', 'reject', 'reword', 'requeue', 'remove', 'appeal', 'undo')),
    CONSTRAINT moderation_act_undo CHECK ((undoes IS NOT NULL) = (verb = 'undo')),
    CONSTRAINT moderation_act_cites CHECK ((rule IS NULL) = (rules IS NULL) AND (rule IS NULL) = (verb = 'remove')),
    CONSTRAINT moderation_act_words CHECK (words <> '')
);

CREATE INDEX moderation_act_subjects ON civic.moderation_act USING gin (subjects);

-- The appeal of who wrote a subject against an act on it, and the act that decided it.
-- The day alone, and rows are written anew each hour in the order of the ids (fresh): the
-- rest would say who came when. For the same reason act is no foreign key: the row that it
-- refers to would keep the number of the transaction that appealed.
CREATE TABLE civic.moderation_appeal (
    act       uuid NOT NULL,
    subject   uuid NOT NULL,
    words     text NOT NULL,
    raised_on date NOT NULL,
    outcome   text NOT NULL DEFAULT '',
    decision  uuid CONSTRAINT moderation_appeal_decision REFERENCES civic.moderation_act,
    fresh     boolean NOT NULL DEFAULT true,
    CONSTRAINT moderation_appeal_pkey PRIMARY KEY (act, subject),
    CONSTRAINT moderation_appeal_words CHECK (words <> ''),
    CONSTRAINT moderation_appeal_outcome CHECK (outcome IN ('', 'upheld', 'partly', 'dismissed')),
    CONSTRAINT moderation_appeal_decided CHECK ((outcome = '') = (decision IS NULL))
);

CREATE INDEX moderation_appeal_fresh ON civic.moderation_appeal (act, subject) WHERE fresh;

-- A second moderator's judgement of a subject, made without the first one's.
CREATE TABLE civic.moderation_look (
    act       uuid NOT NULL CONSTRAINT moderation_look_act REFERENCES civic.moderation_act,
    subject   uuid NOT NULL,
    space     uuid NOT NULL CONSTRAINT moderation_look_space REFERENCES civic.space,
    moderator uuid NOT NULL,
    first_in  boolean NOT NULL,
    second_in boolean NOT NULL,
    CONSTRAINT moderation_look_pkey PRIMARY KEY (act, subject)
);

CREATE INDEX moderation_look_by_space ON civic.moderation_look (space);

-- The rules of the house that a space gave itself, by version; version 1 is the standing
-- one, whose words the catalogues have.
CREATE TABLE civic.house_rules (
    space        uuid NOT NULL CONSTRAINT house_rules_space REFERENCES civic.space,
    version      integer NOT NULL,
    language     text NOT NULL,
    published_at timestamptz NOT NULL,
    CONSTRAINT house_rules_pkey PRIMARY KEY (space, version),
    CONSTRAINT house_rules_version CHECK (version > 1)
);

CREATE TABLE civic.house_rule (
    space   uuid NOT NULL,
    version integer NOT NULL,
    number  integer NOT NULL,
    title   text NOT NULL,
    words   text NOT NULL,
    CONSTRAINT house_rule_pkey PRIMARY KEY (space, version, number),
    CONSTRAINT house_rule_rules FOREIGN KEY (space, version) REFERENCES civic.house_rules (space, version),
    CONSTRAINT house_rule_number CHECK (number > 0)
);

-- What was done to contributions is copied: acts keep their ids, numbers and words, and
-- cite the rule "before these rules" (version 0). When and by whom is what the record says
-- of them; an act that was taken back gets a second one, as its entry has it.
INSERT INTO civic.moderation_case (kind, subject, space, version, waiting)
SELECT 'contribution', c.id, o.space, (
           SELECT count(*) + count(*) FILTER (WHERE a.undone)
           FROM civic.synthesis_act a
           WHERE a.consultation = c.consultation AND c.id = ANY (a.contributions)
       ) + (c.removed_for <> '')::integer, c.state = 'pending'
FROM civic.contribution c
JOIN civic.consultation o ON o.id = c.consultation
ORDER BY c.id;

CREATE TEMPORARY TABLE told ON COMMIT DROP AS
SELECT substring(e.text FROM '"act":"([0-9a-f]{8}-[0-9a-f-]{27})"')::uuid AS act, e.text LIKE '%"kind":"undo"%' AS undo,
       e.minute, coalesce(substring(e.text FROM '"role":"([a-z]+)"'), '') AS role, coalesce(w.document::jsonb ->> 'name', '') AS name
FROM record.entry e
LEFT JOIN record.words w ON w.log = e.log AND w.sequence = e.sequence
WHERE e.type = 'act' AND e.text ~ '"act":"[0-9a-f]{8}-[0-9a-f-]{27}"'
UNION ALL
SELECT substring(f.body FROM '"act":"([0-9a-f]{8}-[0-9a-f-]{27})"')::uuid, f.kind = 'undo', f.minute, f.role, f.name
FROM record.former f
WHERE f.type = 'act' AND f.body ~ '"act":"[0-9a-f]{8}-[0-9a-f-]{27}"';

INSERT INTO civic.moderation_act (id, space, number, kind, verb, subjects, summary, rules, rule, words, name, role, done_at)
SELECT a.id, o.space, a.number, 'contribution', a.kind, a.contributions, a.summary, 0, 1, a.reason,
       coalesce(t.name, ''), coalesce(t.role, 'moderator'), coalesce(t.minute, o.announced_at)
FROM civic.synthesis_act a
JOIN civic.consultation o ON o.id = a.consultation
LEFT JOIN LATERAL (SELECT * FROM told WHERE told.act = a.id AND NOT told.undo ORDER BY told.minute LIMIT 1) t ON true;

INSERT INTO civic.moderation_act (id, space, number, kind, verb, subjects, summary, rules, rule, words, name, role, done_at, undoes)
SELECT gen_random_uuid(), a.space,
       (SELECT max(b.number) FROM civic.moderation_act b WHERE b.space = a.space) + row_number() OVER (PARTITION BY a.space ORDER BY t.minute, a.number),
       a.kind, 'undo', a.subjects, a.summary, 0, 1, a.words, coalesce(t.name, a.name), coalesce(t.role, a.role), coalesce(t.minute, a.done_at), a.id
FROM civic.synthesis_act s
JOIN civic.moderation_act a ON a.id = s.id
LEFT JOIN LATERAL (SELECT * FROM told WHERE told.act = a.id AND told.undo ORDER BY told.minute LIMIT 1) t ON true
WHERE s.undone;

-- Words that the law removed: the ground stands with them, the entry names the alias.
INSERT INTO civic.moderation_act (id, space, number, kind, verb, subjects, summary, words, name, role, done_at)
SELECT gen_random_uuid(), o.space,
       coalesce((SELECT max(b.number) FROM civic.moderation_act b WHERE b.space = o.space), 0) + row_number() OVER (PARTITION BY o.space ORDER BY t.minute, c.id),
       'contribution', 'remove', ARRAY[c.id], n.name, c.removed_for, coalesce(t.name, ''), coalesce(t.role, 'moderator'), coalesce(t.minute, o.announced_at)
FROM civic.contribution c
JOIN civic.consultation o ON o.id = c.consultation
JOIN civic.alias n ON n.consultation = c.consultation AND n.id = c.alias
LEFT JOIN LATERAL (
    SELECT e.minute, w.document::jsonb ->> 'name' AS name, substring(e.text FROM '"role":"([a-z]+)"') AS role
    FROM record.entry e
    JOIN record.words w ON w.log = e.log AND w.sequence = e.sequence
    WHERE e.consultation = c.consultation AND e.type = 'removal' AND e.text LIKE '%"kind":"contribution"%'
      AND w.document::jsonb ->> 'target' = n.name AND w.document::jsonb ->> 'reason' = c.removed_for
    ORDER BY e.minute
    LIMIT 1
) t ON true
WHERE c.removed_for <> '';

-- What an act did to an item, with what is needed to take it back; number is the order of
-- the acts of one consultation.
CREATE TABLE civic.synthesis (
    act          uuid CONSTRAINT synthesis_pkey PRIMARY KEY,
    consultation uuid NOT NULL CONSTRAINT synthesis_consultation REFERENCES civic.consultation,
    number       integer NOT NULL,
    item         uuid NOT NULL,                   -- no foreign key: taking an act back may remove its item
    made         boolean NOT NULL,
    was          text NOT NULL,                   -- the item's words before; '' when they did not change
    left_out     text NOT NULL,
    CONSTRAINT synthesis_number UNIQUE (consultation, number)
);

INSERT INTO civic.synthesis (act, consultation, number, item, made, was, left_out)
SELECT id, consultation, number, item, made, was, left_out
FROM civic.synthesis_act
WHERE item IS NOT NULL;

-- An act is stored after its effect.
ALTER TABLE civic.lineage DROP CONSTRAINT lineage_act;
ALTER TABLE civic.lineage ADD CONSTRAINT lineage_act FOREIGN KEY (act) REFERENCES civic.moderation_act DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE civic.synthesis ADD CONSTRAINT synthesis_act FOREIGN KEY (act) REFERENCES civic.moderation_act DEFERRABLE INITIALLY DEFERRED;
DROP TABLE civic.synthesis_act;

-- A consultation's page of moderation changes with acts, decisions and second looks. That
-- somebody appeals notifies nothing: it is an instant that no table has.
-- +goose StatementBegin
CREATE FUNCTION civic.moderation_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    subject text;
BEGIN
    SELECT c.slug INTO subject FROM civic.consultation c WHERE c.space = NEW.space;
    PERFORM pg_notify('delfi_changes', coalesce('consultation ' || subject, 'site'));
    RETURN NULL;
END;
$$;
-- +goose StatementEnd

CREATE TRIGGER moderation_act_page AFTER INSERT ON civic.moderation_act
    FOR EACH ROW EXECUTE FUNCTION civic.moderation_changed();
CREATE TRIGGER moderation_look_page AFTER INSERT ON civic.moderation_look
    FOR EACH ROW EXECUTE FUNCTION civic.moderation_changed();
CREATE TRIGGER house_rules_page AFTER INSERT ON civic.house_rules
    FOR EACH ROW EXECUTE FUNCTION civic.moderation_changed();
