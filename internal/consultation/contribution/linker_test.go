package contribution_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/consultation/contribution"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb/intruder"
	"delfi/internal/pseudonym"
)

// The linker of docs/RECORD.md §2.6 for contributions: people enrol and write in one sitting,
// one after the other or overlapping, half of them writing; the attacker has the tables
// in file order with xmin, their files with dead rows, and the write-ahead log, but not
// the key.
//
// Two attacks are tried. The first lays each order of accounts beside each order of what
// was written. The second takes both as instants of one clock (transaction numbers,
// places in the log) and gives each text to whoever enrolled last before it: who acts at
// once is found by it. Guessing hits a text once in the number of people who write: every
// second of those who come is one, so an order in which people come names them alone.
// sitting is one person of the panel.
type sitting struct {
	account string
	alias   pseudonym.Alias
	author  []byte // of the sealed row
	body    string // "" for who wrote nothing
}

type burglar struct {
	*town
	people []*sitting
	begun  string   // the first file of the write-ahead log that is of interest
	linked []string // better than guessing: when, and by what
}

// instant is where something stands on a clock of the attacker's.
type instant struct {
	at   int
	name string
}

func newBurglar(t *testing.T) *burglar {
	x := &burglar{town: newTown(t)}
	x.ok(x.DB.Pool().Get(&x.begun, `SELECT pg_walfile_name(pg_current_wal_lsn())`))
	return x
}

// sit lets people of a panel enrol and, every second one, write with write: overlapping, each
// when the next has enrolled.
func (x *burglar) sit(n int, overlapping bool, write func(s *sitting)) {
	x.Helper()
	pen := x.pen()
	defer pen.Close()
	round := x.gather().ID
	var waiting *sitting
	for i := range n {
		name := fmt.Sprintf("%s %d", map[bool]string{true: "overlapping", false: "sitting"}[overlapping], i)
		s := &sitting{alias: x.voice(name), account: x.Newcomer(x, name).Account.String()}
		author := pen.Author(s.alias, round)
		s.author = author[:]
		x.people = append(x.people, s)
		if waiting != nil {
			write(waiting)
			waiting = nil
		}
		if i%2 == 1 {
			continue
		}
		s.body = fmt.Sprintf("una proposta che nessun altro ha fatto: %x", s.author)
		if overlapping {
			waiting = s
		} else {
			write(s)
		}
	}
	if waiting != nil {
		write(waiting)
	}
}

// log gives the write-ahead log since the panel began, oldest first.
func (x *burglar) log() []byte {
	x.Helper()
	var folder, last string
	x.ok(x.DB.Pool().Get(&folder, `SELECT current_setting('data_directory') || '/pg_wal'`))
	x.ok(x.DB.Pool().Get(&last, `SELECT pg_walfile_name(pg_current_wal_lsn())`))
	files, err := os.ReadDir(folder)
	x.ok(err)
	var all []byte
	for _, f := range files { // sorted by name, which is by place in the log
		if len(f.Name()) != 24 || f.Name() < x.begun || f.Name() > last {
			continue
		}
		body, err := os.ReadFile(filepath.Join(folder, f.Name()))
		x.ok(err)
		all = append(all, body...)
	}
	return all
}

// file gives a table's file, dead rows included; nil when there is no such table.
func (x *burglar) file(table string) []byte {
	x.Helper()
	_, err := x.DB.Pool().Exec(`CHECKPOINT`)
	x.ok(err)
	var path string
	x.ok(x.DB.Pool().Get(&path, `SELECT coalesce(current_setting('data_directory') || '/' || pg_relation_filepath(to_regclass($1)), '')`, table))
	if path == "" {
		return nil
	}
	body, err := os.ReadFile(path)
	x.ok(err)
	return body
}

// dump gives every row of every table as text.
func (x *burglar) dump() string {
	x.Helper()
	var tables []string
	x.ok(x.DB.Pool().Select(&tables, `SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'`))
	var all strings.Builder
	for _, table := range tables {
		var rows []string
		x.ok(x.DB.Pool().Select(&rows, `SELECT t::text FROM `+table+` AS t`))
		all.WriteString(strings.Join(rows, "\n"))
	}
	return all.String()
}

// found gives where needles first appear.
func found(heap []byte, needles map[string][]byte) []instant {
	var out []instant
	for name, n := range needles {
		if at := bytes.Index(heap, n); at >= 0 {
			out = append(out, instant{at, name})
		}
	}
	slices.SortFunc(out, func(a, b instant) int { return cmp.Compare(a.at, b.at) })
	return out
}

// rows gives (xmin, name) of a query, in the order of transactions and places; with
// plain, places alone count.
func (x *burglar) rows(plain bool, query string) []instant {
	x.Helper()
	var list []struct {
		At   int
		Name string
	}
	x.ok(x.DB.Pool().Select(&list, query))
	out := make([]instant, len(list))
	for i, r := range list {
		if out[i] = (instant{r.At, r.Name}); plain {
			out[i].at = i
		}
	}
	return out
}

// clocks are the attacker's clocks: accounts and texts on each. texts names what a text
// is known by: its sealed row or, once there are some, its words.
func (x *burglar) clocks(sealed bool) map[string][2][]instant {
	accounts, authors, bodies := map[string][]byte{}, map[string][]byte{}, map[string][]byte{}
	for _, s := range x.people {
		raw, err := hex.DecodeString(strings.ReplaceAll(s.account, "-", ""))
		x.ok(err)
		accounts[s.account], authors[hex.EncodeToString(s.author)] = raw, s.author
		if s.body != "" {
			bodies[s.body] = []byte(s.body)
		}
	}
	const people = `SELECT xmin::text::int AS at, account::text AS name FROM civic.enrolment ORDER BY `
	texts, table, needles := `SELECT xmin::text::int AS at, body AS name FROM civic.contribution ORDER BY `, "civic.contribution", bodies
	if sealed {
		table = "civic." + contribution.SealedTable(x.gather().ID)
		texts, needles = `SELECT xmin::text::int AS at, encode(author, 'hex') AS name FROM `+table+` ORDER BY `, authors
	}
	heap := x.log()
	return map[string][2][]instant{
		"xmin":                {x.rows(false, people+`1, ctid`), x.rows(false, texts+`1, ctid`)},
		"file order":          {x.rows(true, people+`ctid`), x.rows(true, texts+`ctid`)},
		"file with dead rows": {found(x.file("civic.enrolment"), accounts), found(x.file(table), needles)},
		"write-ahead log":     {found(heap, accounts), found(heap, needles)},
	}
}

// attack gives for each clock the most hits of the two attacks, and how many texts there
// are.
func (x *burglar) attack(sealed bool) (hits map[string]int, texts int) {
	x.Helper()
	mine := map[string]string{}
	for _, s := range x.people {
		mine[hex.EncodeToString(s.author)] = s.account
		if s.body != "" {
			mine[s.body] = s.account
			texts++
		}
	}
	hits = map[string]int{}
	all := x.clocks(sealed)
	for name, clock := range all {
		for other, against := range all {
			n := 0
			for i, target := range against[1] { // side by side
				if len(clock[0]) > 0 && clock[0][i*len(clock[0])/len(against[1])].name == mine[target.name] {
					n++
				}
			}
			hits[name] = max(hits[name], n)
			if other != name {
				continue
			}
			last, before := 0, 0
			for _, target := range against[1] { // the last, or the last but one, before it
				at := len(clock[0]) - 1
				for at >= 0 && clock[0][at].at > target.at {
					at--
				}
				if at >= 0 && clock[0][at].name == mine[target.name] {
					last++
				}
				if at > 0 && clock[0][at-1].name == mine[target.name] {
					before++
				}
			}
			hits[name] = max(hits[name], last, before)
		}
	}
	return hits, texts
}

// tell prints the rates, and notes when a clock links better than guessing; but is a clock
// that is known to.
func (x *burglar) tell(when string, sealed bool, but string) {
	x.Helper()
	hits, texts := x.attack(sealed)
	// Each of four clocks beside each other, in three ways, is tried at each of three moments.
	limit := intruder.Bound(slices.Repeat([]float64{1 / float64(texts)}, texts), intruder.Chance/64)
	for name, n := range hits {
		x.Logf("%-22s accounts to texts by %-20s %2d of %d; guessing: 1.0, fails from %d", when, name, n, texts, limit)
		if n >= limit && name != but {
			x.linked = append(x.linked, fmt.Sprintf("%s: by %s %d of %d texts are linked", when, name, n, texts))
		}
	}
}

func TestNobodyIsLinkedToWhatTheyWrote(t *testing.T) {
	for _, overlapping := range []bool{false, true} {
		t.Run(map[bool]string{false: "one after the other", true: "overlapping"}[overlapping], func(t *testing.T) {
			if linked := linkedTo(t, overlapping); len(linked) > 0 {
				t.Errorf("%q", linked)
			}
		})
	}
}

// linkedTo lets a panel write, and gives what links people to texts at each moment.
func linkedTo(t *testing.T, overlapping bool) []string {
	x := newBurglar(t)
	ids := map[string]string{}
	x.sit(50, overlapping, func(s *sitting) {
		c, err := x.Contributions.Contribute(x.Context(), s.alias, x.id, s.body, "")
		x.ok(err)
		ids[s.body] = c.ID.String()
	})
	// Before the closing there are no words and no aliases anywhere.
	heap := x.dump() + string(x.log())
	for _, s := range x.people {
		for _, trace := range []string{string(s.alias.ID[:]), hex.EncodeToString(s.alias.ID[:]), ids[s.body], s.body} {
			if trace != "" && strings.Contains(heap, trace) {
				t.Fatal("what somebody wrote, or the alias, stands in the database before the closing")
			}
		}
	}
	// The hour writes both sides anew; the log alone keeps the order in which accounts,
	// which are nobody without the key, had their rows changed. It leads to no words.
	x.hour()
	x.tell("an hour later", true, "write-ahead log")
	x.closed()
	x.tell("closed", false, "")
	list, _, err := x.Contributions.Queue(x.Context(), x.marco, slug)
	x.ok(err)
	for _, c := range list {
		if c.ID.String() != ids[c.Body] {
			t.Errorf("%q has another id than its author saw", c.Body)
		}
		x.ok(x.Contributions.Reject(x.Context(), x.marco, slug, contribution.Choice{Contributions: []uuid.UUID{c.ID}, Rule: rule, Reason: "Prova."}))
	}
	x.ok(x.Consultations.ReleaseRound(x.Context(), x.marco, slug, 1))
	x.tell("released", false, "")
	return x.linked
}

// With the rule off, a contribution is written in clear when it is sent, and the attack
// finds who wrote it.
func TestTheLinkerFindsWhoWritesInClear(t *testing.T) {
	for _, overlapping := range []bool{false, true} {
		x := newBurglar(t)
		x.sit(50, overlapping, func(s *sitting) {
			x.ok(x.DB.Transact(x.Context(), func(ctx context.Context, tx *postgres.Tx) error {
				if _, err := pseudonym.Claim(ctx, tx, x.id, []pseudonym.Alias{s.alias}); err != nil {
					return err
				}
				_, err := tx.ExecContext(ctx, `INSERT INTO civic.contribution (id, consultation, alias, body) VALUES (gen_random_uuid(), $1, $2, $3)`, x.id, s.alias.ID[:], s.body)
				return err
			}))
		})
		hits, texts := x.attack(false)
		for clock, n := range hits {
			t.Logf("in clear, overlapping %v: by %-20s %2d of %d", overlapping, clock, n, texts)
		}
		if hits["xmin"] < texts-2 {
			t.Errorf("the attack by xmin finds %d of %d: it is no attack", hits["xmin"], texts)
		}
	}
}

// hour is what the hour does to the two sides: sealed rows by their job, enrolments in
// the order of their ids.
func (x *burglar) hour() {
	x.Helper()
	x.ok(x.Jobs.Do(x.Context(), contribution.Gathered{}))
	_, err := x.DB.Pool().Exec(`
		CREATE TABLE civic.enrolment_new (LIKE civic.enrolment INCLUDING ALL);
		INSERT INTO civic.enrolment_new SELECT * FROM civic.enrolment ORDER BY consultation, account;
		DROP TABLE civic.enrolment;
		ALTER TABLE civic.enrolment_new RENAME TO enrolment`)
	x.ok(err)
}
