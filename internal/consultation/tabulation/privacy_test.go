package tabulation

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/steering"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

func TestEveryBlobOfARoundHasOneLength(t *testing.T) {
	h, ctx := newHouse(t, 4, 5), t.Context()
	h.cast(2, 0, 1)
	h.cast(2, 1, 1, 2, 3, 4, -1)
	answers := h.answers(2, 9, 9, 9, 9, 9)
	for n := range answers.Given {
		answers.Given[n].Reason = strings.Repeat("perché ", 50)
	}
	_, err := h.ballots.Cast(ctx, h.seat(2), 2, answers, ballot.Part{})
	h.must(err)
	h.must(h.ballots.Save(ctx, h.seat(2), 2, h.answers(2, 1)))
	h.must(h.ballots.Save(ctx, h.seat(3), 2, h.answers(2, 1)))
	lengths := h.text(`
		SELECT octet_length(sealed)::text FROM panel.ballot WHERE sealed IS NOT NULL
		UNION SELECT octet_length(draft)::text FROM panel.ballot WHERE draft IS NOT NULL`)
	if len(lengths) != 1 {
		t.Errorf("blobs have the lengths %v", lengths)
	}
}

func TestSchemaPanelHasNoTimeAndNoWayToTheAccounts(t *testing.T) {
	h := newHouse(t, 1, 1)
	h.cast(2, 0, 5)
	if got := h.text(`
		SELECT table_name || '.' || column_name
		FROM information_schema.columns
		WHERE table_schema = 'panel' AND (data_type LIKE '%time%' OR data_type LIKE '%date%' OR data_type LIKE '%interval%')`); len(got) > 0 {
		t.Errorf("columns of time: %v", got)
	}
	if got := h.text(`
		SELECT conname
		FROM pg_constraint AS c
		JOIN pg_class AS r ON r.oid = c.conrelid
		WHERE c.contype = 'f' AND r.relnamespace = 'panel'::regnamespace`); len(got) > 0 {
		t.Errorf("foreign keys: %v", got)
	}
}

// tables lists every table with rows of its own in some schemas.
func (h *house) tables(schemas ...string) []string {
	h.t.Helper()
	return h.text(fmt.Sprintf(`
		SELECT n.nspname || '.' || c.relname
		FROM pg_class AS c
		JOIN pg_namespace AS n ON n.oid = c.relnamespace
		WHERE c.relkind = 'r' AND n.nspname IN ('%s')
		ORDER BY 1`, strings.Join(schemas, "', '")))
}

// authors gives the transactions that wrote the rows of some schemas (xmin),
// with a table of each.
func (h *house) authors(schemas ...string) map[string]string {
	h.t.Helper()
	found := map[string]string{}
	for _, table := range h.tables(schemas...) {
		for _, x := range h.text(`SELECT xmin::text FROM ` + table) {
			found[x] = table
		}
	}
	return found
}

func TestNoTransactionWritesBothSides(t *testing.T) {
	h, ctx := newHouse(t, 12, 2), t.Context()
	// Row versions are gathered after every act: a later one hides the earlier.
	ours, theirs := map[string]string{}, map[string]string{}
	look := func() {
		for x, table := range h.authors("panel") {
			ours[x] = table
		}
		for x, table := range h.authors("civic", "record", "queue", "public") {
			theirs[x] = table
		}
	}
	look()
	for _, round := range []int{2, 3} {
		h.open(round)
		for i := range h.people {
			h.must(h.ballots.Save(ctx, h.seat(i), round, h.answers(round, 1+i%9)))
			look()
			_, err := h.ballots.Deliver(ctx, h.seat(i), round, ballot.Part{})
			h.must(err)
			look()
		}
		h.must(h.tabulation.turnout(ctx, Turnout{}))
		look()
		h.close(round)
		look()
		h.must(h.queue.Drain(ctx))
		look()
	}
	h.conclude()
	look()
	if len(ours) < 2*2*len(h.people) {
		t.Errorf("only %d transactions wrote ballots: the test looked badly", len(ours))
	}
	for x, table := range ours {
		if other, both := theirs[x]; both {
			t.Errorf("transaction %s wrote %s and %s", x, table, other)
		}
	}
}

func TestWithoutTheKeyACopiedDatabaseTellsNothing(t *testing.T) {
	h := newHouse(t, 3, 2)
	answers := h.answers(2, 7, 7)
	answers.Given[0].Reason = "la fontana gorgoglia"
	receipt, err := h.ballots.Cast(t.Context(), h.seat(0), 2, answers, ballot.Part{})
	h.must(err)
	h.must(h.ballots.Save(t.Context(), h.seat(1), 2, answers))

	dump := h.dump("civic", "panel", "record", "queue", "public")
	seat := h.seat(0)
	for what, trace := range map[string]string{
		"a reason":               "fontana gorgoglia",
		"a reason, in hex":       hex.EncodeToString([]byte("fontana gorgoglia")),
		"a mark":                 receipt.Mark,
		"an account beside":      h.people[0].Account.String() + "," + hex.EncodeToString(seat.Panelist[:]),
		"a statement in a blob":  strings.ReplaceAll(answers.Given[0].Item, "-", "") + "00",
		"the account in a panel": hex.EncodeToString(h.people[0].Account[:]),
	} {
		if strings.Contains(dump, trace) {
			t.Errorf("%s stands in the database", what)
		}
	}
	// Nobody's row says that they answered: an account's rows are the same for
	// who did and who did not, but for id, name and address.
	for _, table := range h.tables("civic") {
		did := h.text(`SELECT count(*)::text FROM `+table+` AS r WHERE r::text LIKE '%' || $1 || '%'`, h.people[0].Account.String())
		not := h.text(`SELECT count(*)::text FROM `+table+` AS r WHERE r::text LIKE '%' || $1 || '%'`, h.people[2].Account.String())
		if did[0] != not[0] {
			t.Errorf("%s has %s rows of who answered and %s of who did not", table, did[0], not[0])
		}
	}
	// Another key opens nothing of it.
	keys, err := pseudonym.NewFileKeys(t.TempDir(), bytes.Repeat([]byte{3}, 32))
	h.must(err)
	thief := ballot.New(h.db, h.consultations, pseudonym.New(h.db, keys), ledger.New(h.db, keys, ledger.Options{}))
	_, err = thief.Paper(t.Context(), seat, 2)
	h.refused(err, fault.Unavailable, "key_missing")
}

// dump gives every row of some schemas as text.
func (h *house) dump(schemas ...string) string {
	h.t.Helper()
	var b strings.Builder
	for _, table := range h.tables(schemas...) {
		for _, row := range h.text(`SELECT r::text FROM ` + table + ` AS r`) {
			b.WriteString(table + " " + row + "\n")
		}
	}
	return b.String()
}

// linker plays someone with live SQL, or with a dump, whose rows come in the
// order of the file: each attack lists the panel's accounts and its panelists by
// something that both sides have, and joins them line by line.
var linker = map[string][2]string{
	"order of transactions": {
		`SELECT account::text FROM civic.enrolment ORDER BY xmin::text::bigint, ctid`,
		`SELECT encode(id, 'hex') FROM panel.panelist ORDER BY xmin::text::bigint, ctid`},
	"order of transactions, ballots": {
		`SELECT account::text FROM civic.enrolment ORDER BY xmin::text::bigint, ctid`,
		`SELECT encode(panelist, 'hex') FROM panel.ballot ORDER BY xmin::text::bigint, ctid`},
	"place in the file": {
		`SELECT account::text FROM civic.enrolment ORDER BY ctid`,
		`SELECT encode(id, 'hex') FROM panel.panelist ORDER BY ctid`},
	"place in the file, ballots": {
		`SELECT account::text FROM civic.enrolment ORDER BY ctid`,
		`SELECT encode(panelist, 'hex') FROM panel.ballot ORDER BY ctid`},
	"day, then place": {
		`SELECT account::text FROM civic.enrolment ORDER BY enrolled_on, ctid`,
		`SELECT encode(id, 'hex') FROM panel.panelist ORDER BY ctid`},
	"group, then place": {
		`SELECT account::text FROM civic.enrolment ORDER BY grp, ctid`,
		`SELECT encode(id, 'hex') FROM panel.panelist ORDER BY grp, ctid`},
	"last sign-in": {
		`SELECT e.account::text FROM civic.enrolment AS e JOIN civic.account AS a ON a.id = e.account ORDER BY a.xmin::text::bigint`,
		`SELECT encode(panelist, 'hex') FROM panel.ballot ORDER BY xmin::text::bigint, ctid`},
	"newest first": {
		`SELECT account::text FROM civic.enrolment ORDER BY xmin::text::bigint DESC, ctid DESC`,
		`SELECT encode(id, 'hex') FROM panel.panelist ORDER BY xmin::text::bigint DESC, ctid DESC`},
	"ids": {
		`SELECT account::text FROM civic.enrolment ORDER BY account`,
		`SELECT encode(id, 'hex') FROM panel.panelist ORDER BY id`},
}

func TestAClosedRoundCannotBeJoinedToPeopleByOrderOrTime(t *testing.T) {
	const people = 40
	h := newHouseAsTheyCame(t, people, 1)
	// The worst case: everybody enrols, answers and revises in one order, and
	// the attacker knows it.
	truth := map[string]string{} // account to panelist
	for i := range h.people {
		h.cast(2, i, 1+i%9)
		seat := h.seat(i)
		truth[h.people[i].Account.String()] = hex.EncodeToString(seat.Panelist[:])
	}
	before := h.attack(truth)
	h.finish(2)
	after := h.attack(truth)

	// Guessing hits one in forty: 1 hit is expected, 9 or more come once in
	// a million guesses. Before the closing the order does tell who has answered (and
	// never what: that takes the key), which also proves that the attack works.
	if before["order of transactions"] < people-1 {
		t.Errorf("the attack finds %d of %d before the closing: it is no attack", before["order of transactions"], people)
	}
	for name, hits := range after {
		t.Logf("%-30s %2d of %d (guessing: 1)", name, hits, people)
		if hits >= 9 {
			t.Errorf("by %s %d of %d people are found", name, hits, people)
		}
	}
	// One transaction wrote all of a closed round, one all of its panel.
	for _, table := range []string{"panel.ballot", "panel.panelist"} {
		if got := h.text(`SELECT DISTINCT xmin::text FROM ` + table); len(got) != 1 {
			t.Errorf("%s was written by %d transactions", table, len(got))
		}
		// Nothing dead is left to be read from the file.
		ids := "panelist"
		if table == "panel.panelist" {
			ids = "id"
		}
		if sorted := h.text(`SELECT encode(` + ids + `, 'hex') FROM ` + table + ` ORDER BY ctid`); !slices.IsSorted(sorted) {
			t.Errorf("%s does not lie in the order of ids", table)
		}
	}
	if got := h.text(`SELECT relname FROM pg_class WHERE relnamespace = 'panel'::regnamespace AND relname LIKE '%\_new'`); len(got) > 0 {
		t.Errorf("copies are left: %v", got)
	}
}

// attack gives the number of people whom each order finds.
func (h *house) attack(truth map[string]string) map[string]int {
	hits := map[string]int{}
	for name, by := range linker {
		accounts, panelists := h.text(by[0]), h.text(by[1])
		for n := range min(len(accounts), len(panelists)) {
			if truth[accounts[n]] == panelists[n] {
				hits[name]++
			}
		}
		hits[name] += 0
	}
	return hits
}

func TestAfterTheEndKeyAndBallotsAreGone(t *testing.T) {
	h, ctx := newHouse(t, 6, 1), t.Context()
	for _, round := range []int{2, 3} {
		h.open(round)
		for i := range 6 {
			h.cast(round, i, 5)
		}
		h.finish(round)
	}
	seat := h.seat(0)
	documents := h.documents()
	h.conclude()
	if h.c.Stage != consultation.Concluded || h.c.DestroyedAt.IsZero() {
		t.Errorf("stage %s, destroyed at %v", h.c.Stage, h.c.DestroyedAt)
	}
	files, err := os.ReadDir(h.keys)
	h.must(err)
	for _, f := range files {
		if strings.HasPrefix(f.Name(), "panel-") && strings.HasSuffix(f.Name(), ".key") {
			t.Errorf("%s is still there", f.Name())
		}
	}
	if got := h.text(`
		SELECT relname FROM pg_class
		WHERE relnamespace = 'panel'::regnamespace AND relkind = 'r'`); len(got) > 0 {
		t.Errorf("tables of ballots are left: %v", got)
	}
	_, err = h.panel.Seat(ctx, h.people[0], h.c.ID)
	h.refused(err, fault.Conflict, "key_destroyed")
	_, err = h.ballots.Cast(ctx, seat, 3, ballot.Answers{}, ballot.Part{})
	h.refused(err, fault.Conflict, "key_destroyed")
	if after := h.documents(); !slices.Equal(after, documents) {
		t.Error("tables or feedback changed with the end")
	}
	// Again, as a job that is tried again.
	h.must(h.tabulation.destroy(ctx, steering.Destroy{Consultation: h.c.ID}))
	h.must(h.tabulation.tabulate(ctx, steering.Tabulate{Round: h.c.Rounds[2].ID}))
}

// TestTheEndIsToldWhenEveryProcessHasConfirmed: a second server holds a copy of the
// key; the public entry waits for it, and counts it.
func TestTheEndIsToldWhenEveryProcessHasConfirmed(t *testing.T) {
	h, ctx := newHouse(t, 6, 1), t.Context()
	folder := filepath.Join(t.TempDir(), "keys")
	keys, err := pseudonym.NewFileKeys(folder, bytes.Repeat([]byte{3}, 32))
	h.must(err)
	second := pseudonym.New(h.db, keys)
	h.must(second.Join(ctx))
	h.must(h.pseudonyms.Join(ctx))
	name := "panel-" + h.c.ID.String() + ".key"
	body, err := os.ReadFile(filepath.Join(h.keys, name))
	h.must(err)
	h.must(os.WriteFile(filepath.Join(folder, name), body, 0o600))
	for _, round := range []int{2, 3} {
		h.open(round)
		for i := range 6 {
			h.cast(round, i, 5)
		}
		h.finish(round)
	}
	told := func() []string {
		return h.text(`SELECT text FROM record.entry WHERE type = 'key_destroyed'`)
	}
	h.must(second.Beat(ctx)) // weeks went by
	h.must(h.pseudonyms.Beat(ctx))
	h.conclude()
	if got := told(); len(got) != 0 || !h.c.DestroyedAt.IsZero() {
		t.Fatalf("the end is told before the second process has confirmed: %v", got)
	}
	if left := h.text(`SELECT relname FROM pg_class WHERE relnamespace = 'panel'::regnamespace AND relkind = 'r'`); len(left) != 0 {
		t.Errorf("the ballots wait for it too: %v", left)
	}
	h.must(second.Beat(ctx))
	if _, err := os.Stat(filepath.Join(folder, name)); err == nil {
		t.Error("the second process keeps its copy")
	}
	h.mu.Lock()
	h.now = h.now.Add(time.Minute)
	until := h.now.AddDate(0, 0, 30).Format(time.DateOnly)
	h.mu.Unlock()
	h.must(h.queue.Drain(ctx))
	h.refresh()
	want := `{"backups_until":"` + until + `","processes":2,"role":"system","scope":"panel",`
	if got := told(); len(got) != 1 || !strings.Contains(got[0], want) || h.c.DestroyedAt.IsZero() {
		t.Errorf("the record says %v, want %s", got, want)
	}
}

func TestNoPanelistReachesALogOrAJob(t *testing.T) {
	var log bytes.Buffer
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	defer slog.SetDefault(old)

	h, ctx := newHouse(t, 5, 1), t.Context()
	var panelists []pseudonym.Panelist
	for i := range 5 {
		panelists = append(panelists, h.seat(i).Panelist)
		h.cast(2, i, 5)
	}
	// A blob that was tampered with, and a row that breaks a rule: errors that
	// an operator reads.
	h.must(h.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE panel.ballot SET sealed = sealed || '\x00'`)
		return err
	}))
	_, broken := h.ballots.Cast(ctx, h.seat(0), 2, h.answers(2, 6), ballot.Part{})
	if broken == nil {
		t.Error("a tampered ballot opens")
	}
	rule := h.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		seat := h.seat(0)
		_, err := tx.ExecContext(ctx, `UPDATE panel.ballot SET sealed = NULL, draft = NULL WHERE round = $1 AND panelist = $2`, h.c.Rounds[1].ID, seat.Panelist[:])
		return err
	})
	if rule == nil {
		t.Error("a row without blobs is stored")
	}
	h.close(2)
	failed := h.queue.Drain(ctx)
	if failed == nil {
		t.Error("a tampered ballot is counted")
	}
	slog.Error("at the edge", "broken", broken, "rule", rule, "failed", failed, "seat", h.seat(0))
	text := log.String() + fmt.Sprintf("%v %+v %v", broken, rule, failed) + h.dump("queue")
	for _, p := range panelists {
		for _, trace := range []string{
			hex.EncodeToString(p[:]), base64.StdEncoding.EncodeToString(p[:]), base64.RawURLEncoding.EncodeToString(p[:]),
			uuid.UUID(p).String(), fmt.Sprint([16]byte(p)),
		} {
			if strings.Contains(text, trace) {
				t.Fatalf("a panelist is told in %s", text)
			}
		}
	}
}

func TestBallotsOfOneRoundDoNotWaitForTheClosingOfAnother(t *testing.T) {
	// The swap of partitions and a ballot in the same instant: both come through.
	h, b := newHouse(t, 12, 1), book{}
	h.play(b, 2, 1, 1, func(i int) bool { return i < 8 })
	h.finish(2)
	h.open(3)
	done := make(chan error, 1)
	go func() { done <- h.tabulation.tabulate(t.Context(), steering.Tabulate{Round: h.c.Rounds[1].ID}) }()
	order := rand.New(rand.NewPCG(1, 1)).Perm(12)
	for _, i := range order {
		h.cast(3, i, 5)
	}
	h.must(<-done)
	if got := h.text(`SELECT count(*)::text FROM panel.ballot`); got[0] != fmt.Sprint(8+12) {
		t.Errorf("%s ballots of 20", got[0])
	}
	if got := h.text(`SELECT count(*)::text FROM panel.panelist`); got[0] != "12" {
		t.Errorf("%s panelists of 12", got[0])
	}
}
