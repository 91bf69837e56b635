package tabulation

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/draft"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb/intruder"
	"delfi/internal/pseudonym"
)

// The linker of docs/RECORD.md §2.6: a synthetic panel of early and late joiners in
// two groups, who skip rounds, in both modes; and an attacker who has everything but
// the key: live SQL, a dump (rows in file order), the files of the tables with
// their dead rows, the write-ahead log, the server's log, queue, outbox and the data
// folder. Two things are attacked: which panelist an account is, and which reason
// an account wrote.
//
// Each attack is an order of one side laid beside an order of the other, group by
// group and class by class. Guessing within group and cohort hits a person once in
// the size of their class; the hits of n such guesses are a sum of independent
// trials, and an attack succeeds when it has so many hits that guessing has as many
// or more with a chance below 1e-4 divided by the number of attacks.
const chance = intruder.Chance

// suspect is one enrolled person as the test knows them, and what the attacker may
// know: account, group, cohort.
type suspect struct {
	who      account.Actor
	group    string
	late     bool
	seat     pseudonym.Seat
	rounds   map[int]bool
	reason   string
	code     string // held
	panelist string // hex
}

// burglar runs the attacks against one panel.
type burglar struct {
	*house
	panel []*suspect
	begun string // the first file of the write-ahead log that is of interest
}

func TestNobodyIsLinkedWithoutTheKey(t *testing.T) {
	for _, mode := range []pseudonym.Mode{pseudonym.SealedKey, pseudonym.HeldCode} {
		t.Run(string(mode), func(t *testing.T) { link(t, mode) })
	}
}

func link(t *testing.T, mode pseudonym.Mode) {
	var log bytes.Buffer
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	defer slog.SetDefault(old)

	h := newHouseIn(t, mode, 0, 2)
	x := &burglar{house: h}
	h.must(h.db.Pool().Get(&x.begun, `SELECT pg_walfile_name(pg_current_wal_lsn())`))
	ctx, random := t.Context(), rand.New(rand.NewPCG(11, 27))
	join := func(n int, late bool) {
		for range n {
			s := &suspect{who: h.person(fmt.Sprintf("suspect %d", len(x.panel))), late: late, rounds: map[int]bool{}}
			groups := h.c.Protocol.Panel.Groups
			s.group = groups[random.IntN(len(groups))].ID
			h.must(h.panel.Enrol(ctx, s.who, h.c.ID, s.group))
			x.panel = append(x.panel, s)
		}
	}
	// What a person does next is nobody's to foresee: the order of every step is drawn.
	ask := func() {
		for _, n := range random.Perm(len(x.panel)) {
			if s := x.panel[n]; s.code == "" && mode == pseudonym.HeldCode {
				s.code = h.code(s.who)
			}
		}
	}
	seat := func() {
		for _, n := range random.Perm(len(x.panel)) {
			if s := x.panel[n]; s.panelist == "" {
				s.seat = x.sit(s, mode)
				s.panelist = hex.EncodeToString(s.seat.Panelist[:])
			}
		}
	}
	answer := func(round int, in func(*suspect) bool) {
		for _, n := range random.Perm(len(x.panel)) {
			s := x.panel[n]
			if !in(s) {
				continue
			}
			answers := h.answers(round, 1+random.IntN(9), 1+random.IntN(9))
			if round == 2 {
				s.reason = fmt.Sprintf("una ragione mia soltanto: %x", random.Uint64())
				answers.Given[0].Reason = s.reason
			}
			if random.IntN(3) == 0 { // some revise
				_, err := h.ballots.Cast(ctx, s.seat, round, h.answers(round, 1+random.IntN(9)), ballot.Part{})
				h.must(err)
			}
			_, err := h.ballots.Cast(ctx, s.seat, round, answers, ballot.Part{})
			h.must(err)
			s.rounds[round] = true
		}
	}
	join(48, false)
	ask()
	h.hour()
	seat()
	answer(2, func(*suspect) bool { return random.IntN(5) > 0 })
	h.must(h.tabulation.turnout(ctx, Turnout{}))
	x.attack("round 2 open")
	h.finish(2)
	x.attack("round 2 closed")
	join(16, true)
	ask()
	h.open(3)
	seat()
	answer(3, func(s *suspect) bool { return s.late || random.IntN(4) > 0 })
	x.attack("round 3 open")
	h.finish(3)
	x.attack("round 3 closed")
	h.conclude()
	x.attack("concluded")

	// Nothing that is no table of ballots holds a panelist, in whatever writing.
	rest := log.String() + h.dump("civic", "record", "queue", "public") + x.folder()
	for _, s := range x.panel {
		for _, trace := range []string{s.panelist, string(s.seat.Panelist[:]), uuid.UUID(s.seat.Panelist).String()} {
			if strings.Contains(rest, trace) {
				t.Fatal("a panelist stands outside schema panel")
			}
		}
	}
}

// sit gives somebody's seat, by account or by a code.
func (x *burglar) sit(s *suspect, mode pseudonym.Mode) pseudonym.Seat {
	x.t.Helper()
	if mode == pseudonym.SealedKey {
		seat, err := x.house.panel.Seat(x.t.Context(), s.who, x.c.ID)
		x.must(err)
		return seat
	}
	seat, err := x.house.panel.ByCode(x.t.Context(), x.c.ID, s.code)
	x.must(err)
	return seat
}

// people are orders of accounts that somebody without the key can make.
func (x *burglar) people() map[string][]string {
	orders := map[string][]string{
		"xmin":               x.text(`SELECT account::text FROM civic.enrolment ORDER BY xmin::text::bigint, ctid`),
		"dump":               x.text(`SELECT account::text FROM civic.enrolment ORDER BY ctid`),
		"id":                 x.text(`SELECT account::text FROM civic.enrolment ORDER BY account`),
		"account's xmin":     x.text(`SELECT e.account::text FROM civic.enrolment AS e JOIN civic.account AS a ON a.id = e.account ORDER BY a.xmin::text::bigint, a.ctid`),
		"outbox":             x.text(`SELECT account::text FROM civic.outbox GROUP BY account ORDER BY max(xmin::text::bigint), max(ctid::text)`),
		"outbox, dump":       x.text(`SELECT account::text FROM civic.outbox GROUP BY account ORDER BY min(ctid::text)`),
		"who signs in again": x.text(`SELECT a.id::text FROM civic.account AS a ORDER BY a.person`),
	}
	var raw [][]byte
	for _, s := range x.panel {
		raw = append(raw, s.who.Account[:])
	}
	named := func(found [][]byte) (out []string) {
		for _, b := range found {
			out = append(out, uuid.UUID(b).String())
		}
		return out
	}
	orders["file with dead rows"] = named(appearing(x.files("civic.enrolment"), raw))
	orders["write-ahead log"] = named(appearing(x.log(), raw))
	return orders
}

// panelists are orders of panelists, and once they are gone of those that an older
// dump has.
func (x *burglar) panelists() map[string][]string {
	orders := map[string][]string{
		"xmin":          x.text(`SELECT encode(id, 'hex') FROM panel.panelist ORDER BY xmin::text::bigint, ctid`),
		"dump":          x.text(`SELECT encode(id, 'hex') FROM panel.panelist ORDER BY ctid`),
		"id":            x.text(`SELECT encode(id, 'hex') FROM panel.panelist ORDER BY id`),
		"ballots, xmin": x.text(`SELECT encode(panelist, 'hex') FROM panel.ballot GROUP BY panelist ORDER BY min(xmin::text::bigint), min(ctid::text)`),
		"ballots, dump": x.text(`SELECT encode(panelist, 'hex') FROM panel.ballot GROUP BY panelist ORDER BY min(ctid::text)`),
		"rounds":        x.text(`SELECT encode(panelist, 'hex') FROM panel.ballot GROUP BY panelist ORDER BY count(*) DESC, min(ctid::text)`),
	}
	var raw [][]byte
	for _, s := range x.panel {
		if len(s.rounds) > 0 {
			raw = append(raw, s.seat.Panelist[:])
		}
	}
	named := func(found [][]byte) (out []string) {
		for _, b := range found {
			out = append(out, hex.EncodeToString(b))
		}
		return out
	}
	var tables []byte
	for _, table := range x.tables("panel") {
		tables = append(tables, x.files(table)...)
	}
	orders["files with dead rows"] = named(appearing(tables, raw))
	orders["write-ahead log"] = named(appearing(x.log(), raw))
	return orders
}

// reasons are orders of reasons as they were published.
func (x *burglar) reasons() map[string][]string {
	documents := strings.Join(x.text(`SELECT document FROM civic.feedback ORDER BY ctid`), "")
	var raw [][]byte
	for _, s := range x.panel {
		if s.reason != "" {
			raw = append(raw, []byte(s.reason))
		}
	}
	var document, log []string
	for _, b := range appearing([]byte(documents), raw) {
		document = append(document, string(b))
	}
	for _, b := range appearing(x.log(), raw) {
		log = append(log, string(b))
	}
	return map[string][]string{"document": document, "write-ahead log": log}
}

// attack lays every order of accounts beside every order of panelists and of
// reasons, and fails when one links better than guessing.
func (x *burglar) attack(when string) {
	x.t.Helper()
	byAccount, byPanelist, byReason := map[string]*suspect{}, map[string]*suspect{}, map[string]*suspect{}
	for _, s := range x.panel {
		byAccount[s.who.Account.String()], byPanelist[s.panelist] = s, s
		if s.reason != "" {
			byReason[s.reason] = s
		}
	}
	people := x.people()
	for what, side := range map[string]struct {
		orders map[string][]string
		by     map[string]*suspect
	}{"panelists": {x.panelists(), byPanelist}, "reasons": {x.reasons(), byReason}} {
		best, worst, tried, odds := 0, "", 2*len(people)*len(side.orders), []float64(nil)
		for a, accounts := range people {
			for b, targets := range side.orders {
				for _, backwards := range []bool{false, true} {
					hits, p := x.beside(accounts, targets, byAccount, side.by, backwards)
					if worst == "" || hits > best {
						best, worst, odds = hits, fmt.Sprintf("%s beside %s", a, b), p
					}
					if limit := intruder.Bound(p, chance/float64(tried)); hits >= limit {
						x.t.Errorf("%s: accounts by %s beside %s by %s: %d of %d linked, guessing stays below %d", when, a, what, b, hits, len(p), limit)
					}
				}
			}
		}
		expected := 0.0
		for _, p := range odds {
			expected += p
		}
		x.t.Logf("%-15s accounts to %-9s best of %3d attacks: %d of %d (%s); guessing: %.1f, fails from %d",
			when, what, tried, best, len(odds), worst, expected, intruder.Bound(odds, chance/float64(tried)))
	}
}

// beside joins two orders within group and cohort, the n-th with the n-th (counted
// from the end when backwards), and gives the correct links and the odds that a
// guess within the class has for each target.
func (x *burglar) beside(accounts, targets []string, known, truth map[string]*suspect, backwards bool) (int, []float64) {
	type class struct {
		group string
		late  bool
	}
	// An attacker sees an account's group and day, and a target's group and first
	// round; a late joiner has no round 2, which makes that cohort the sharper guess.
	mine, theirs := map[class][]*suspect{}, map[class][]*suspect{}
	for _, a := range accounts {
		if s := known[a]; s != nil {
			mine[class{s.group, s.late}] = append(mine[class{s.group, s.late}], s)
		}
	}
	for _, t := range targets {
		if s := truth[t]; s != nil {
			theirs[class{s.group, s.late}] = append(theirs[class{s.group, s.late}], s)
		}
	}
	hits, odds := 0, []float64(nil)
	for c, list := range theirs {
		if backwards {
			slices.Reverse(list)
		}
		for n, s := range list {
			if len(mine[c]) == 0 {
				continue
			}
			odds = append(odds, 1/float64(len(mine[c])))
			// Who is silent leaves gaps: the n-th of few is laid beside its like of many.
			if mine[c][n*len(mine[c])/len(list)] == s {
				hits++
			}
		}
	}
	return hits, odds
}

func TestWithinTheHourAnOpenRoundForgetsWhoCameWhen(t *testing.T) {
	const people = 40
	h, ctx := newHouseAsTheyCame(t, people, 1), t.Context()
	// The worst case: everybody answers in the order in which they enrolled.
	truth := map[string]string{}
	for i := range h.people {
		seat := h.seat(i)
		truth[h.people[i].Account.String()] = hex.EncodeToString(seat.Panelist[:])
		h.cast(2, i, 1+i%9)
		h.must(h.ballots.Save(ctx, seat, 2, h.answers(2, 1+(i+1)%9))) // a correction under way
	}
	for name, hits := range h.attack(truth) {
		if name == "order of transactions" && hits < people-1 {
			t.Errorf("the attack finds %d of %d at once: it is no attack", hits, people)
		}
	}
	before := h.text(`SELECT encode(panelist, 'hex') || encode(sealed, 'hex') || encode(draft, 'hex') FROM panel.ballot ORDER BY panelist`)
	h.must(h.tabulation.turnout(ctx, Turnout{}))
	for name, hits := range h.attack(truth) {
		t.Logf("%-30s %2d of %d (guessing: 1)", name, hits, people)
		if hits >= 9 { // once in a million guesses
			t.Errorf("by %s %d of %d people are found", name, hits, people)
		}
	}
	if after := h.text(`SELECT encode(panelist, 'hex') || encode(sealed, 'hex') || encode(draft, 'hex') FROM panel.ballot ORDER BY panelist`); !slices.Equal(before, after) {
		t.Error("ballots or drafts changed on the way")
	}
	// Answering goes on, also in the same instant.
	done := make(chan error, 1)
	go func() { done <- h.tabulation.turnout(context.WithoutCancel(ctx), Turnout{}) }()
	for i := range h.people {
		_, err := h.ballots.Deliver(ctx, h.seat(i), 2, ballot.Part{})
		h.must(err)
	}
	h.must(<-done)
	h.finish(2)
	if got := h.text(`SELECT count(*)::text FROM panel.ballot WHERE sealed IS NOT NULL`); got[0] != fmt.Sprint(people) {
		t.Errorf("%s ballots of %d", got[0], people)
	}
}

func TestTheLinkersTestCanFail(t *testing.T) {
	// Of 40 guesses at one in forty, one is expected; a real link finds them all.
	odds := slices.Repeat([]float64{1.0 / 40}, 40)
	if limit := intruder.Bound(odds, chance); limit < 5 || limit > 8 {
		t.Errorf("guessing stays below %d", limit)
	}
	x := &burglar{}
	var names []string
	by := map[string]*suspect{}
	for n := range 40 {
		name := fmt.Sprint(n)
		names, by[name] = append(names, name), &suspect{group: "all"}
	}
	if hits, _ := x.beside(names, names, by, by, false); hits != 40 {
		t.Errorf("equal orders link %d of 40", hits)
	}
	if got := appearing([]byte("..bb..aa..bb"), [][]byte{[]byte("aa"), []byte("bb"), []byte("cc")}); len(got) != 2 || string(got[0]) != "bb" {
		t.Errorf("found %q", got)
	}
}

// appearing gives the needles that a heap of bytes holds, in the order in which each
// comes first.
func appearing(heap []byte, needles [][]byte) [][]byte {
	type found struct {
		at     int
		needle []byte
	}
	var all []found
	for _, n := range needles {
		if at := bytes.Index(heap, n); at >= 0 {
			all = append(all, found{at, n})
		}
	}
	slices.SortFunc(all, func(a, b found) int { return cmp.Compare(a.at, b.at) })
	out := make([][]byte, len(all))
	for i, f := range all {
		out[i] = f.needle
	}
	return out
}

// files gives the bytes of a table's files, dead rows included.
func (x *burglar) files(table string) []byte {
	x.t.Helper()
	_, err := x.db.Pool().Exec(`CHECKPOINT`)
	x.must(err)
	var path string
	x.must(x.db.Pool().Get(&path, `SELECT current_setting('data_directory') || '/' || pg_relation_filepath($1::regclass)`, table))
	body, err := os.ReadFile(path)
	x.must(err)
	return body
}

// log gives the write-ahead log since the panel began, oldest first.
func (x *burglar) log() []byte {
	x.t.Helper()
	var folder, last string
	x.must(x.db.Pool().Get(&folder, `SELECT current_setting('data_directory') || '/pg_wal'`))
	x.must(x.db.Pool().Get(&last, `SELECT pg_walfile_name(pg_current_wal_lsn())`))
	names, err := os.ReadDir(folder)
	x.must(err)
	var all []byte
	for _, n := range names { // sorted by name, which is by place in the log
		if len(n.Name()) != 24 || n.Name() < x.begun || n.Name() > last {
			continue
		}
		body, err := os.ReadFile(filepath.Join(folder, n.Name()))
		x.must(err)
		all = append(all, body...)
	}
	return all
}

// folder gives the contents of the folder of keys, which are wrapped by a master
// key that the attacker lacks.
func (x *burglar) folder() string {
	x.t.Helper()
	var all strings.Builder
	x.must(filepath.WalkDir(x.keys, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		all.WriteString(path + " ")
		all.Write(body)
		return err
	}))
	return all.String()
}

// newHouseIn is newHouse in a mode, with a second group, which no drafting form
// offers: an attacker reads it on both sides.
func newHouseIn(t testing.TB, mode pseudonym.Mode, n, items int) *house {
	h := newHouseWith(t, n, items, func(f *draft.Form) { *f = f.Type("anonymity.mode", []string{string(mode)}) })
	p := h.c.Protocol
	orders := p.Panel.Groups[0]
	orders.ID = "orders"
	p.Panel.Groups = append(slices.Clone(p.Panel.Groups), orders)
	h.must(h.db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE civic.consultation SET protocol = $1, protocol_hash = $2`, string(p.Canonical()), p.Hash())
		return err
	}))
	h.refresh()
	return h
}
