package tabulation

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/ballot/payload"
	"delfi/internal/consultation/steering"
	"delfi/internal/delphi"
	"delfi/internal/delphi/table"
	"delfi/internal/ledger/leaf"
	"delfi/internal/platform/postgres"
)

// published is what a closing left to the public, read back as text.
type published struct {
	root, tally, heads, superseded string
	counts                         table.Counts
	files                          map[string]string // leaves by table
}

func (h *house) published(round int) published {
	h.t.Helper()
	id := h.c.Rounds[round-1].ID
	row := h.text(`
		SELECT unnest(ARRAY[encode(root, 'base64'), tally, heads, superseded, counts])
		FROM civic.closing
		WHERE round = $1 AND root IS NOT NULL`, id)
	if len(row) != 5 {
		h.t.Fatalf("round %d left %d documents", round, len(row))
	}
	p := published{root: row[0], tally: row[1], heads: row[2], superseded: row[3], files: map[string]string{}}
	h.must(json.Unmarshal([]byte(row[4]), &p.counts))
	for _, line := range h.text(`
		SELECT tbl || ' ' || string_agg(lines, '' ORDER BY chunk)
		FROM civic.leaves
		WHERE round = $1
		GROUP BY tbl`, id) {
		table, lines, _ := strings.Cut(line, " ")
		p.files[table] = leaf.FileHead(leaf.ID(h.c.ID.String(), round, table)) + lines
	}
	return p
}

// prove checks every table of a closing as anybody could: heads from leaves, the
// root from heads, the tally from values, the tables from the rule.
func (h *house) prove(round int) map[string]int {
	h.t.Helper()
	p := h.published(round)
	heads, err := leaf.ParseHeads([]byte(p.heads))
	h.must(err)
	tallies, err := leaf.ParseTallies([]byte(p.tally))
	h.must(err)
	names := []string{}
	letters := map[string]int{}
	prefix := leaf.ID(h.c.ID.String(), round, "")
	for n, head := range heads {
		name, ok := strings.CutPrefix(head.Table, prefix)
		if !ok || tallies[n].Table != head.Table {
			h.t.Fatalf("head %d is of %q, tally of %q", n, head.Table, tallies[n].Table)
		}
		names = append(names, name)
		letters[name[:1]]++
		found := map[string]int{}
		got, err := leaf.Read(strings.NewReader(p.files[name]), func(value string, _ tlog.Hash) error {
			found[value]++
			return nil
		})
		h.must(err)
		if got.N != head.N || got.Root != head.Root || got.N != tallies[n].N {
			h.t.Errorf("table %s: %d leaves of root %v, its head says %d and %v", name, got.N, got.Root, head.N, head.Root)
		}
		for i, v := range tallies[n].Values {
			if found[v] != tallies[n].Counts[i] {
				h.t.Errorf("table %s: %d leaves say %s, the tally %d", name, found[v], v, tallies[n].Counts[i])
			}
		}
	}
	if d := cmp.Diff(table.Rule(h.c.Protocol, []table.Counts{p.counts}), names); d != "" {
		h.t.Error("the tables are not those of the rule:", d)
	}
	if root := leaf.Root(heads).String(); root != p.root {
		h.t.Errorf("the root over the heads is %s, the closing has %s", root, p.root)
	}
	if len(p.files) != len(heads) {
		h.t.Errorf("%d files of leaves for %d tables", len(p.files), len(heads))
	}
	return letters
}

// TestEveryTableIsItsLeaves, for every kind of table that a scale has: answers,
// shifts, classes, moves, reasons with and without sides, marks.
func TestEveryTableIsItsLeaves(t *testing.T) {
	const people = 130
	h := newHouse(t, people, 2)
	for _, round := range []int{2, 3} {
		h.open(round)
		for i := range people {
			if i%12 == 5 && round == 3 || i%12 == 6 && round == 2 {
				continue // some stop, some begin
			}
			answers := h.answers(round, 1+(i*7+round*(i%3))%9, 1+(i+round)%9)
			if i%4 == 0 {
				answers.Given[0].Reason = fmt.Sprintf("perché %d", i%20)
			}
			_, err := h.ballots.Cast(t.Context(), h.seat(i), round, answers, ballot.Part{})
			h.must(err)
		}
		h.finish(round)
		letters := h.prove(round)
		want := map[string]int{"A": 2, "R": letters["R"], "B": 1}
		if round == 3 {
			want = map[string]int{"A": 2, "D": 2, "T": letters["T"], "M": letters["M"], "R": letters["R"], "B": 1}
		}
		if d := cmp.Diff(want, letters); d != "" || letters["R"] == 0 || round == 3 && letters["T"]+letters["M"] == 0 {
			t.Errorf("round %d has tables %v: %s", round, letters, d)
		}
	}
	// One person's salts have nothing in common: no salt stands in two tables.
	seen := map[string]string{}
	for _, round := range []int{2, 3} {
		for table, file := range h.published(round).files {
			for _, line := range strings.Split(strings.TrimSpace(file), "\n")[2:] {
				salt := line[strings.LastIndexByte(line, ' '):]
				if other, ok := seen[salt]; ok {
					t.Fatalf("a salt stands in %s and in %s", other, table)
				}
				seen[salt] = table
			}
		}
	}
}

func TestAReceiptsMarkIsALeafAndWhatItReplacedIsListed(t *testing.T) {
	h := newHouse(t, 8, 1)
	var last ballot.Receipt
	for _, v := range []int{3, 4, 5} {
		last = h.cast(2, 0, v)
	}
	first := last.Replaces
	for i := 1; i < 8; i++ {
		h.cast(2, i, 5)
	}
	h.finish(2)
	p := h.published(2)
	if !strings.Contains(p.files["B"], "\n"+last.Mark+" ") || strings.Contains(p.files["B"], first) {
		t.Error("the table of marks is not that of the ballots that count")
	}
	lines := strings.Split(strings.TrimSuffix(p.superseded, "\n"), "\n")
	if len(lines) != 2 || !slices.Contains(lines, first) || !slices.IsSorted(lines) {
		t.Errorf("superseded %v", lines)
	}
	h.prove(2)
}

func TestTheRecordNamesEveryDocumentOfAClosing(t *testing.T) {
	h := newHouse(t, 8, 2)
	for i := range 8 {
		h.cast(2, i, 5, 1+i)
	}
	h.finish(2)
	var entries []string
	h.must(h.db.Read(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		all, err := h.record.EntriesOf(ctx, tx, h.c.ID)
		for _, e := range all {
			entries = append(entries, string(e.Type)+" "+e.Body)
		}
		return err
	}))
	find := func(kind string) map[string]any {
		t.Helper()
		var body map[string]any
		for _, e := range entries {
			if rest, ok := strings.CutPrefix(e, kind+" "); ok {
				body = nil
				h.must(json.Unmarshal([]byte(rest), &body))
			}
		}
		return body
	}
	p := h.published(2)
	closed, feedback, opened := find("round_closed"), find("feedback"), find("round_opened")
	items := h.text(`SELECT items FROM civic.closing`)[0]
	for what, want := range map[string]string{
		"heads": leaf.Digest([]byte(p.heads)), "tally": leaf.Digest([]byte(p.tally)), "root": p.root,
		"superseded": leaf.Digest(nil), "items": leaf.Digest([]byte(items)),
		"counts": leaf.Digest([]byte(h.text(`SELECT counts FROM civic.closing`)[0])),
	} {
		if closed[what] != want {
			t.Errorf("%s is %v, want %s", what, closed[what], want)
		}
	}
	if d := cmp.Diff([]any{8.0}, closed["enrolled"]); d != "" || closed["answered"] != 8.0 {
		t.Errorf("enrolled %v, answered %v", closed["enrolled"], closed["answered"])
	}
	if feedback["document"] != h.text(`SELECT hash FROM civic.feedback`)[0] {
		t.Error("the feedback document is another one")
	}
	if tables := feedback["tables"].([]any); tables[len(tables)-1] != "B" {
		t.Errorf("tables %v", tables)
	}
	// The form's items are those of the closing; the next opening names what it shows.
	if opened["items"] != closed["items"] || opened["feedback"] != "" {
		t.Errorf("round 2 opened on %v and %v", opened["items"], opened["feedback"])
	}
	h.open(3)
	entries = nil
	h.must(h.db.Read(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		all, err := h.record.EntriesOf(ctx, tx, h.c.ID)
		for _, e := range all {
			entries = append(entries, string(e.Type)+" "+e.Body)
		}
		return err
	}))
	if opened = find("round_opened"); opened["feedback"] != feedback["document"] {
		t.Errorf("round 3 shows %v", opened["feedback"])
	}
}

// A closing whose database fails in any of its steps leaves nothing, and ends with
// the same root when it comes again.
func TestAClosingThatFailsLeavesNothingAndEndsWithTheSameRoot(t *testing.T) {
	h, b := newHouse(t, 24, 2), book{}
	h.play(b, 2, 2, 11, func(i int) bool { return i != 5 })
	h.close(2)
	round := h.c.Rounds[1].ID
	exec := func(statement string) {
		t.Helper()
		h.must(h.db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
			_, err := tx.ExecContext(ctx, statement)
			return err
		}))
	}
	exec(`CREATE FUNCTION civic.fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''the disk is full''; END'`)
	for _, table := range []string{"civic.leaves", "civic.closing", "civic.count_table", "civic.feedback", "record.entry", "civic.round"} {
		exec(`CREATE TRIGGER fails BEFORE INSERT OR UPDATE ON ` + table + ` FOR EACH ROW EXECUTE FUNCTION civic.fail()`)
		if err := h.tabulation.tabulate(t.Context(), steering.Tabulate{Round: round}); err == nil {
			t.Errorf("nothing failed in %s", table)
		}
		exec(`DROP TRIGGER fails ON ` + table)
		if left := h.documents(); len(left) > 0 {
			t.Fatalf("a closing that failed in %s left %d rows", table, len(left))
		}
	}
	h.must(h.tabulation.tabulate(t.Context(), steering.Tabulate{Round: round}))
	first := h.documents()
	root := h.published(2).root
	h.must(h.tabulation.tabulate(t.Context(), steering.Tabulate{Round: round}))
	if d := cmp.Diff(first, h.documents()); d != "" || h.published(2).root != root {
		t.Error("closing twice changed something:", d)
	}
	h.prove(2)
}

func TestTheRootDoesNotDependOnTheOrderOfBallots(t *testing.T) {
	h := newHouse(t, 1, 2)
	p, items := h.c.Protocol, h.items(2)
	root := func(order []int) tlog.Hash {
		t.Helper()
		tab, err := table.NewTabulator(p, 2, engineItems(items), []byte("key"))
		h.must(err)
		found := counted{items: engineItems(items), assign: tab.Assign}
		found.votes, err = newVotes(p, consultation.Round{Kind: delphi.AnswerRound}, items)
		h.must(err)
		var b delphi.Ballot
		for _, i := range order {
			one := opened{group: h.group(), payload: payload.Payload{Codecs: found.votes.codecs}}
			one.panelist[0], one.payload.Random[0] = byte(i), byte(i)
			one.payload.Put(payload.Entry{Item: items[0].ID, Answer: delphi.Answer{Value: 1 + i%9, Reason: fmt.Sprint("r", i%4)}})
			one.payload.Put(payload.Entry{Item: items[1].ID, Answer: []delphi.Answer{{CannotJudge: true}, {Value: 3}}[i%2]})
			found.votes.answers(&b, &one)
			h.must(tab.Add(&b, nil, nil))
			one.draw(new(marker), "c/2")
			h.must(found.votes.keep(&one, nil))
		}
		found.closing, err = tab.Close([]int{len(order)})
		h.must(err)
		heads, err := found.leaves(func(table string) string { return table }, func(string, leaf.Built) error { return nil })
		h.must(err)
		return leaf.Root(heads)
	}
	order := make([]int, 40)
	for i := range order {
		order[i] = i
	}
	first := root(order)
	slices.Reverse(order)
	if root(order) != first {
		t.Error("another order has another root")
	}
	order[0]++
	if root(slices.Compact(order)) == first {
		t.Error("other ballots have the same root")
	}
}

func TestADumpHoldsNoSeed(t *testing.T) {
	h := newHouse(t, 8, 1)
	var random [][32]byte
	for i := range 8 {
		h.cast(2, i, 1+i)
	}
	safe, err := h.pseudonyms.Safe(t.Context(), h.c.ID)
	h.must(err)
	defer safe.Close()
	h.must(h.tabulation.decrypt(t.Context(), safe, h.c.Protocol, h.c.Rounds[1], true, func(p *opened) error {
		random = append(random, p.payload.Random, [32]byte(p.seed))
		return nil
	}))
	if len(random) != 2*8 {
		t.Fatalf("%d seeds were read", len(random))
	}
	h.finish(2)
	tables := h.text(`
		SELECT quote_ident(schemaname) || '.' || quote_ident(tablename)
		FROM pg_tables
		WHERE schemaname IN ('civic', 'panel', 'record', 'queue')`)
	for _, table := range tables {
		for _, row := range h.text(`SELECT t::text FROM ` + table + ` AS t`) {
			for _, secret := range random {
				if bytes.Contains([]byte(row), secret[:]) || strings.Contains(row, hex.EncodeToString(secret[:])) {
					t.Fatalf("%s holds a seed", table)
				}
			}
		}
	}
	if len(tables) < 10 {
		t.Errorf("%d tables were looked at", len(tables))
	}
}

func TestGroupsHaveLeavesOfTheirOwn(t *testing.T) {
	h := newHouse(t, 1, 1)
	p, items := h.c.Protocol, h.items(2)
	other := p.Panel.Groups[0]
	other.ID = "orders"
	p.Panel.Groups = append(slices.Clone(p.Panel.Groups), other)
	tab, err := table.NewTabulator(p, 2, engineItems(items), []byte("key"))
	h.must(err)
	found := counted{items: engineItems(items), assign: tab.Assign}
	found.votes, err = newVotes(p, consultation.Round{Kind: delphi.AnswerRound}, items)
	h.must(err)
	var b delphi.Ballot
	for i := range 24 {
		one := opened{group: p.Panel.Groups[i%2].ID, payload: payload.Payload{Codecs: found.votes.codecs}}
		one.panelist[0], one.payload.Random[0] = byte(i), byte(i)
		one.payload.Put(payload.Entry{Item: items[0].ID, Answer: delphi.Answer{Value: 1 + i%9}})
		found.votes.answers(&b, &one)
		h.must(tab.Add(&b, nil, nil))
		one.draw(new(marker), "c/2")
		h.must(found.votes.keep(&one, nil))
	}
	found.closing, err = tab.Close([]int{12, 12})
	h.must(err)
	sizes := map[string]int{}
	_, err = found.leaves(func(table string) string { return table }, func(name string, l leaf.Built) error {
		sizes[name] = l.N()
		return nil
	})
	h.must(err)
	id := items[0].ID.String()
	want := map[string]int{"A/" + id: 24, "G/" + id + "/" + h.group(): 12, "G/" + id + "/orders": 12, "B": 24}
	if d := cmp.Diff(want, sizes); d != "" {
		t.Error(d)
	}
	// A table that its leaves contradict is not committed to.
	found.closing.Tables[0].Counts[0]++
	if _, err := found.leaves(func(table string) string { return table }, func(string, leaf.Built) error { return nil }); err == nil {
		t.Error("a table was committed to that counts what nobody answered")
	}
}
