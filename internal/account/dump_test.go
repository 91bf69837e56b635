package account_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/notify"
	"delfi/internal/panel"
	"delfi/internal/panel/application"
	"delfi/internal/panel/invitation"
	"delfi/internal/panel/roll"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// marks are what the people of one test carry in everything that is told of them. They are
// drawn anew: the write-ahead log is that of all tests of the cluster, of which some encrypt
// nothing, and its old files come back under later names.
type marks struct{ name, mail, subject, issuer, town, later string }

func drawMarks() marks {
	one := func() string { return "zq" + strings.ToLower(rand.Text()[:12]) }
	return marks{one(), one(), one(), one(), one(), one()}
}

func (m marks) all() []string {
	return []string{m.name, m.mail, m.subject, m.issuer, m.town, m.later}
}

// capital writes a mark as a name.
func capital(mark string) string { return strings.ToUpper(mark[:1]) + mark[1:] }

func (m marks) claims(who string) account.Claims {
	return account.Claims{
		Issuer: "https://" + m.issuer + ".example", Subject: m.subject + "-" + who, Name: capital(m.name) + " " + who,
		Email: who + "@" + m.mail + ".example", Municipality: capital(m.town), Groups: []string{"riva/council"}, Language: "en",
	}
}

// live does with marked people what the product does: they sign in, are given a role by
// their address, enrol, are written to, sign in with another name, leave; hours pass.
func live(t *testing.T, w town, m marks) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := t.Context()
	q, err := job.New(w.db)
	must(err)
	letters := notify.New(w.db, q, w.Service, nil, "https://delfi.example")
	rooms := panel.New(w.db, w.Service, pseudonym.New(w.db, w.keys), roll.New(w.db, w.keys), invitation.New(w.db, w.keys), application.New(w.db, w.keys))
	rooms.Work(q)
	rooms.Ask(func(context.Context, *postgres.Tx, uuid.UUID) (panel.Terms, error) {
		return panel.Terms{Open: true, Groups: []string{"citizens"}}, nil
	})
	consultation := uuid.New()
	var ids []uuid.UUID
	for _, who := range []string{"anna", "bruno", "carla"} {
		id, err := w.SignIn(ctx, m.claims(who))
		must(err)
		must(rooms.Enrol(ctx, account.Actor{Account: id}, consultation, "citizens"))
		ids = append(ids, id)
	}
	_, err = w.GrantRole(ctx, "riva", account.Moderator, account.Scope{}, "ANNA@"+m.mail+".example")
	must(err)
	must(w.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		return letters.Tell(ctx, tx, notify.Message{Kind: notify.Invitation, Consultation: consultation, Slug: "x", Title: "x"}, ids)
	}))
	again := m.claims("bruno")
	again.Name = capital(m.later)
	_, err = w.SignIn(ctx, again)
	must(err)
	must(w.Leave(ctx, account.Actor{Account: ids[2]}))
	must(q.Do(ctx, panel.Hour{}))
	must(q.Drain(ctx))
	if a, err := w.Actor(ctx, ids[1]); err != nil || a.Name != capital(m.later) {
		t.Fatalf("%+v, %v", a, err)
	}
}

// told gives the marks that stand in text: as they are, in either case, in hex, or in
// base64 at any of its three places.
func (m marks) told(text []byte) []string {
	lower := bytes.ToLower(text)
	var out []string
	for _, mark := range m.all() {
		for _, written := range []string{mark, capital(mark)} {
			found := bytes.Contains(lower, []byte(mark)) || bytes.Contains(lower, []byte(hex.EncodeToString([]byte(written))))
			for shift := range 3 {
				code := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + written))
				// What mixes with the neighbours' bits is left out.
				found = found || bytes.Contains(text, []byte(code[4:len(code)-4]))
			}
			if found {
				out = append(out, mark)
				break
			}
		}
	}
	return out
}

// stolen gives everything that a copy of the database has: every row of every table as
// text, the files of the database, and the write-ahead log since begun.
func stolen(t *testing.T, db *postgres.DB, begun string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	var tables []string
	err := db.Pool().Select(&tables, `
		SELECT format('%I.%I', schemaname, tablename)
		FROM pg_tables
		WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range append(tables, "pg_catalog.pg_statistic") {
		var rows []string
		if err := db.Pool().Select(&rows, `SELECT t::text FROM `+table+` AS t`); err != nil {
			t.Fatal(err)
		}
		out[table] = []byte(strings.Join(rows, "\n"))
	}
	if _, err := db.Pool().Exec(`CHECKPOINT`); err != nil {
		t.Fatal(err)
	}
	var data, base string
	if err := db.Pool().QueryRow(`SELECT current_setting('data_directory'), 'base/' || oid FROM pg_database WHERE datname = current_database()`).Scan(&data, &base); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{base, "pg_wal"} {
		files, err := os.ReadDir(filepath.Join(data, folder))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if f.IsDir() || folder == "pg_wal" && (len(f.Name()) != 24 || f.Name() < begun) {
				continue
			}
			body, err := os.ReadFile(filepath.Join(data, folder, f.Name()))
			if err != nil {
				t.Fatal(err)
			}
			out[folder+"/"+f.Name()] = body
		}
	}
	return out
}

func walFile(t *testing.T, db *postgres.DB) (name string) {
	t.Helper()
	if err := db.Pool().Get(&name, `SELECT pg_walfile_name(pg_current_wal_lsn())`); err != nil {
		t.Fatal(err)
	}
	return name
}

// docs/RECORD.md §2.0.
func TestACopyOfTheDatabaseNamesNobody(t *testing.T) {
	w := newTown(t)
	begun, m := walFile(t, w.db), drawMarks()
	live(t, w, m)
	for place, text := range stolen(t, w.db, begun) {
		if found := m.told(text); len(found) > 0 {
			t.Errorf("%s tells %v", place, found)
		}
	}
	// Once more after the key was exchanged.
	if err := w.Rotate(t.Context(), func(int) {}); err != nil {
		t.Fatal(err)
	}
	for place, text := range stolen(t, w.db, begun) {
		if found := m.told(text); len(found) > 0 {
			t.Errorf("after a rotation %s tells %v", place, found)
		}
	}
}

// Without encryption the same search finds everybody in the table and in the log.
func TestWithoutEncryptionACopyNamesEverybody(t *testing.T) {
	w := newTown(t)
	w.Bare()
	begun, m := walFile(t, w.db), drawMarks()
	live(t, w, m)
	where := map[string]string{}
	for place, text := range stolen(t, w.db, begun) {
		for _, mark := range m.told(text) {
			where[filepath.Dir(place)+" "+mark] = place
		}
		if place == "civic.account" {
			if found := m.told(text); len(found) != len(m.all()) {
				t.Errorf("the table tells only %v", found)
			}
		}
	}
	for _, mark := range m.all() {
		if where["pg_wal "+mark] == "" {
			t.Errorf("the log does not tell %s", mark)
		}
	}
}

// What anybody holds about people beyond the account is its id alone.
func TestNoOtherTableAsksForAPersonsData(t *testing.T) {
	w := newTown(t)
	var columns []string
	err := w.db.Pool().Select(&columns, `
		SELECT format('%s.%s.%s', table_schema, table_name, column_name)
		FROM information_schema.columns
		WHERE table_schema IN ('civic', 'panel', 'record', 'public', 'queue')
		  AND column_name ~ '^(name|email|mail|address|issuer|subject|municipality|phone)'
		ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	// Bodies, templates, staff by office and guarantors of draws (who act in public), aliases, witnesses, and keyed hashes.
	known := []string{
		"civic.account.email", "civic.account.subject", "civic.administration.address", "civic.administration.mail", "civic.administration.name",
		"civic.alias.name", "civic.commitment.subject", "civic.decision.name", "civic.draft_template.name", "civic.draw_guarantor.name", "civic.staff.name", "queue.river_leader.name", "queue.river_queue.name",
		"public.session_end.name", "record.cosignature.name", "record.former.name",
		// What was moderated, by a random id, and staff who act in public.
		"civic.moderation_act.name", "civic.moderation_act.subjects", "civic.moderation_appeal.subject", "civic.moderation_case.subject", "civic.moderation_look.subject",
	}
	for _, c := range columns {
		found := false
		for _, k := range known {
			found = found || k == c
		}
		if !found {
			t.Errorf("%s: whose is it? Encrypt it, or write the account's id in its place", c)
		}
	}
}
