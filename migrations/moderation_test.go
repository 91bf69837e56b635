package migrations_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"delfi/internal/platform/postgres/testdb"
	"delfi/migrations"
)

// Appeals of before they were sealed keep their days, words and ends, and lie in the order
// of their ids, of one transaction.
func TestAppealsOfBeforeTheyWereSealedAreWrittenAnew(t *testing.T) {
	db := open(t, testdb.Empty(t))
	ctx := t.Context()
	if err := migrations.UpTo(ctx, db, 219); err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{"3', '00000000-0000-4000-8000-0000000000c1', 'Terzo", "1', '00000000-0000-4000-8000-0000000000c2', 'Primo", "2', '00000000-0000-4000-8000-0000000000c3', 'Secondo"} {
		if _, err := db.Pool().ExecContext(ctx, `INSERT INTO civic.moderation_appeal (act, subject, words, raised_on) VALUES ('00000000-0000-4000-8000-00000000000`+row+`', '2026-03-02')`); err != nil {
			t.Fatal(err)
		}
	}
	rows := func() (out []string) {
		t.Helper()
		if err := db.Pool().Select(&out, `SELECT words || ' ' || raised_on || ' ' || dense_rank() OVER (ORDER BY xmin::text) || outcome FROM civic.moderation_appeal ORDER BY ctid`); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if diff := cmp.Diff([]string{"Terzo 2026-03-02 1", "Primo 2026-03-02 2", "Secondo 2026-03-02 3"}, rows()); diff != "" {
		t.Fatal("the attack fails by itself: " + diff)
	}
	if err := migrations.Up(ctx, db); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Primo 2026-03-02 1", "Secondo 2026-03-02 1", "Terzo 2026-03-02 1"}, rows()); diff != "" {
		t.Error(diff)
	}
}

// What was done to contributions before there was moderation keeps its ids, numbers and
// words, under the rule "before these rules"; when and by whom is what the record says.
func TestActsOfBeforeModerationAreCopied(t *testing.T) {
	db := open(t, testdb.Empty(t))
	ctx := t.Context()
	do := func(query string, args ...any) {
		t.Helper()
		if _, err := db.Pool().ExecContext(ctx, query, args...); err != nil {
			t.Fatal(err)
		}
	}
	if err := migrations.UpTo(ctx, db, 189); err != nil {
		t.Fatal(err)
	}
	const (
		riva, place, piazza  = "00000000-0000-4000-8000-0000000000a1", "00000000-0000-4000-8000-0000000000a2", "00000000-0000-4000-8000-0000000000a3"
		one, two, three      = "00000000-0000-4000-8000-0000000000c1", "00000000-0000-4000-8000-0000000000c2", "00000000-0000-4000-8000-0000000000c3"
		item                 = "00000000-0000-4000-8000-0000000000e1"
		merged, left, former = "00000000-0000-4000-8000-0000000000f1", "00000000-0000-4000-8000-0000000000f2", "00000000-0000-4000-8000-0000000000f3"
	)
	do(`INSERT INTO civic.administration (id, slug, name) VALUES ($1, 'riva', 'Comune di Riva d’Arno')`, riva)
	do(`INSERT INTO civic.space (id, administration, phase, naming) VALUES ($1, $2, 'open', 'alias')`, place, riva)
	do(`INSERT INTO civic.consultation (id, administration, space, slug, language, title, question, background, stage, protocol, protocol_hash, drafted_at, announced_at)
		VALUES ($1, $2, $3, 'piazza', 'it', 'La piazza', '?', '', 'running', '{}', repeat('0', 64), '2026-03-01 08:00Z', '2026-03-01 09:00Z')`, piazza, riva, place)
	do(`INSERT INTO civic.alias (consultation, id, name) VALUES ($1, '\x01', 'Tiglio 27'), ($1, '\x02', 'Airone 5'), ($1, '\x03', 'Gheppio 8')`, piazza)
	do(`INSERT INTO civic.contribution (id, consultation, alias, body, state, reason, removed_for) VALUES
		($2, $1, '\x01', 'Più ombra.', 'admitted', '', ''), ($3, $1, '\x02', 'Orologi!', 'pending', '', ''), ($4, $1, '\x03', '', 'rejected', 'Offende.', 'GDPR, art. 17')`, piazza, one, two, three)
	do(`INSERT INTO civic.item (id, consultation, number, kind, state, version) VALUES ($1, $2, 1, 'item', 'live', 1)`, item, piazza)
	do(`INSERT INTO civic.synthesis_act (id, consultation, number, kind, summary, reason, left_out, contributions, item, made, was, undone) VALUES
		($2, $1, 1, 'merge', 'Tiglio 27 → 1', 'Chiaro.', 'il tono', ARRAY[$5::uuid], $8, true, '', false),
		($3, $1, 2, 'reject', 'Airone 5', 'Pubblicità.', '', ARRAY[$6::uuid], NULL, false, '', true),
		($4, $1, 3, 'reject', 'Gheppio 8', 'Offende.', '', ARRAY[$7::uuid], NULL, false, '', false)`, piazza, merged, left, former, one, two, three, item)
	do(`INSERT INTO civic.lineage (contribution, item, act) VALUES ($1, $2, $3)`, one, item, merged)
	// The record: two entries of the log, a removal, and one of before there was a log.
	do(`INSERT INTO record.log (number, id, origin, verifier) VALUES (1, gen_random_uuid(), 'localhost/record', 'v')`)
	entry := func(n int, kind, minute, body, words string) {
		t.Helper()
		typ := "act"
		if kind == "contribution" {
			typ = "removal"
		}
		do(`INSERT INTO record.entry (log, sequence, type, consultation, minute, text) VALUES (1, $1, $2, $3, $4, $5)`, n, typ, piazza, minute, "delfi entry v1\n"+typ+"\n"+piazza+"\n"+minute+"\n"+body+"\n")
		do(`INSERT INTO record.words (log, sequence, salt, document) VALUES (1, $1, repeat('x', 16)::bytea, $2)`, n, words)
	}
	entry(0, "merge", "2026-03-11 10:00Z", `{"act":"`+merged+`","contributions":["`+one+`"],"kind":"merge","role":"moderator"}`, `{"name":"Marta","reason":"Chiaro.","target":"statement 1"}`)
	entry(1, "reject", "2026-03-11 10:05Z", `{"act":"`+left+`","contributions":["`+two+`"],"kind":"reject","role":"moderator"}`, `{"name":"Marta","reason":"Pubblicità.","target":"Airone 5"}`)
	entry(2, "undo", "2026-03-11 10:06Z", `{"act":"`+left+`","kind":"undo","role":"moderator","undone":"reject"}`, `{"name":"Davide","reason":"Pubblicità.","target":"Airone 5"}`)
	entry(3, "contribution", "2026-03-12 09:00Z", `{"ground":"GDPR, art. 17","kind":"contribution","role":"administrator"}`, `{"name":"Giulia","reason":"GDPR, art. 17","target":"Gheppio 8"}`)
	do(`INSERT INTO record.former (sequence, consultation, type, role, name, kind, target, reason, body, minute)
		VALUES (1, $1, 'act', 'moderator', 'Anna', 'reject', 'Gheppio 8', 'Offende.', $2, '2026-03-11 09:00Z')`, piazza, `{"act":"`+former+`"}`)

	if err := migrations.Up(ctx, db); err != nil {
		t.Fatal(err)
	}
	lines := func(query string) []string {
		t.Helper()
		var out []string
		if err := db.Pool().Select(&out, query); err != nil {
			t.Fatal(err)
		}
		return out
	}
	for query, want := range map[string][]string{
		`SELECT concat_ws(' | ', number, verb, right(subjects[1]::text, 2), summary, rules, rule, words, name, role, to_char(done_at AT TIME ZONE 'UTC', 'DD HH24:MI'), right(undoes::text, 2)) FROM civic.moderation_act ORDER BY number`: {
			"1 | merge | c1 | Tiglio 27 → 1 | 0 | 1 | Chiaro. | Marta | moderator | 11 10:00",
			"2 | reject | c2 | Airone 5 | 0 | 1 | Pubblicità. | Marta | moderator | 11 10:05",
			"3 | reject | c3 | Gheppio 8 | 0 | 1 | Offende. | Anna | moderator | 11 09:00",
			"4 | undo | c2 | Airone 5 | 0 | 1 | Pubblicità. | Davide | moderator | 11 10:06 | f2",
			"5 | remove | c3 | Gheppio 8 | GDPR, art. 17 | Giulia | administrator | 12 09:00",
		},
		`SELECT concat_ws(' ', right(subject::text, 2), kind, version, waiting) FROM civic.moderation_case ORDER BY subject`: {
			"c1 contribution 1 f", "c2 contribution 2 t", "c3 contribution 2 f",
		},
		`SELECT concat_ws(' ', right(act::text, 2), number, right(item::text, 2), made, left_out) FROM civic.synthesis`: {"f1 1 e1 t il tono"},
		`SELECT right(act::text, 2) FROM civic.lineage`:                                                                 {"f1"},
	} {
		if diff := cmp.Diff(want, lines(query)); diff != "" {
			t.Error(diff)
		}
	}
}
