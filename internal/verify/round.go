package verify

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/table"
	"delfi/internal/ledger/leaf"
	"delfi/internal/verify/replay"
	"delfi/internal/verify/source"
	"delfi/internal/verify/wording"
)

// round checks a released round: steps 4 to 7.
func (c *check) round(r *reading, w *replay.Round) error {
	c.step(4)
	e := w.Closed
	dir := fmt.Sprintf("rounds/%d/", w.Number)
	now := closing{round: w}
	if w.Kind == delphi.StandingKind {
		now.tick = len(w.Releases) + 1
	}
	items, err := c.asked(r, dir, &now)
	if err != nil {
		return err
	}
	counts, err := c.documentOf(r, dir+"counts.json", &now.Counts)
	if err != nil {
		return err
	}
	named, most, err := r.named(dir, &now)
	if err != nil {
		return err
	}
	headsText, err := c.linesOf(r, dir+"heads", headLines*(len(named)+1), lineLeast)
	if err != nil {
		return err
	}
	tallyText, err := c.linesOf(r, dir+"tally", tallyLines*(len(named)+1), most)
	if err != nil {
		return err
	}
	superseded, err := c.superseded(r, dir+"superseded", e)
	if err != nil {
		return err
	}
	for _, d := range []struct{ file, found, want string }{
		{"items.json", leaf.Digest(items), e.Items}, {"counts.json", leaf.Digest(counts), e.Counts},
		{"heads", leaf.Digest(headsText), e.Heads}, {"tally", leaf.Digest(tallyText), e.Tally},
	} {
		if err := c.recorded(r, dir+d.file, d.found, d.want, e.Record); err != nil {
			return err
		}
	}
	// A standing round takes in items while it is open.
	if w.Kind != delphi.StandingKind {
		if err := c.recorded(r, dir+"items.json", leaf.Digest(items), w.Opening.Items, w.Opened); err != nil {
			return err
		}
	}
	// The statements of a standing round may get words while it is open.
	shown := w.Opened.N
	if w.Kind == delphi.StandingKind {
		shown = e.Record.N
	}
	if err := r.statements.List(r.path(dir+"items.json"), r.life, now.items, shown); err != nil {
		return err
	}
	heads, err := leaf.ParseHeads(headsText)
	if err != nil {
		return &source.Fault{File: r.path(dir + "heads"), What: err.Error()}
	}
	root := leaf.Root(heads)
	if root.String() != e.Root {
		return &source.Fault{File: r.path(dir + "heads"), What: fmt.Sprintf("the heads have another root than entry %d recorded", e.Record.N), Found: root.String(), Expected: e.Root}
	}
	now.Root = root[:]
	if now.Counts.Interim {
		return &source.Fault{File: r.path(dir + "counts.json"), What: "the counts of a closing are rounded", Found: "interim", Expected: "exact counts"}
	}
	if err := c.tallies(r, dir, tallyText, named, &now); err != nil {
		return err
	}
	if err := c.headed(r, dir, heads, &now); err != nil {
		return err
	}
	if err := c.people(r, dir, &now); err != nil {
		return err
	}
	c.step(5)
	for n, t := range now.Tables {
		if err := c.leaves(r, w.Number, heads[n], t, superseded); err != nil {
			return err
		}
	}
	for i := range c.receipts {
		if own := &c.receipts[i]; own.Consultation == r.id && own.Round == w.Number {
			own.superseded = superseded.has(own.Mark)
		}
	}
	c.step(6)
	if err := c.across(r, dir, now.Closing, r.before(w)); err != nil {
		return err
	}
	for _, i := range now.Counts.Items {
		if table.LeftOut(r.protocol, i) > 0 {
			c.result.LeftOut++
		}
	}
	c.step(7)
	c.result.Rounds++
	if w.Feedback == nil {
		return &source.Fault{File: "entries", What: fmt.Sprintf("round %d was released without a feedback document in the log", w.Number), Expected: "an entry of type feedback"}
	}
	named = make([]string, len(now.Tables))
	for n, t := range now.Tables {
		named[n] = t.ID
	}
	if !slices.Equal(w.Feedback.Tables, named) {
		return w.Feedback.Record.Fault("it names other tables than the round has", source.Short(fmt.Sprint(w.Feedback.Tables)), source.Short(fmt.Sprint(named)))
	}
	return c.feedback(r, dir, &now, w.Feedback.Record, w.Feedback.Document, leaf.Digest)
}

// asked reads the items of a round: no more than the protocol has, each once. Figures are
// computed for each, so that a list of the same for ever would cost without an end.
func (c *check) asked(r *reading, dir string, now *closing) ([]byte, error) {
	name := dir + "items.json"
	text, err := c.documentOf(r, name, &now.items)
	if err != nil {
		return nil, err
	}
	if n := len(now.items); n > r.protocol.Items.Max {
		return nil, &source.Fault{File: r.path(name), What: "the round has more items than the protocol allows", Found: fmt.Sprint(n), Expected: fmt.Sprintf("at most %d", r.protocol.Items.Max)}
	}
	held := slices.IndexFunc(now.items, func(i feedback.Asked) bool { return len(i.Texts) > 0 }) >= 0
	seen := map[uuid.UUID]bool{}
	for n, i := range now.items {
		// A standing round takes in items before they are translated.
		if languages, whole := wording.Translated(r.protocol.Languages[1:], i.Texts); !languages || held && !whole && now.tick == 0 {
			return nil, &source.Fault{File: r.path(name), What: fmt.Sprintf("item %d of the list has words in other languages than the protocol declares, or lacks some", n+1), Found: source.Short(strings.Join(slices.Sorted(maps.Keys(i.Texts)), " ")), Expected: source.Short(strings.Join(r.protocol.Languages[1:], " "))}
		}
		if _, known := r.protocol.Kind(i.Kind); seen[i.Item] || !known {
			return nil, &source.Fault{File: r.path(name), What: fmt.Sprintf("item %d of the list stands there twice, or is of a kind that the protocol does not have", n+1), Found: source.Short(i.Item.String() + " " + i.Kind), Expected: "each item once, of a kind of the protocol"}
		}
		seen[i.Item] = true
	}
	return text, nil
}

// recorded compares a document's digest with the one in the log.
func (c *check) recorded(r *reading, file, found, want string, e replay.Record) error {
	if found == want {
		return nil
	}
	return &source.Fault{File: r.path(file), What: fmt.Sprintf("the document is not the one that entry %d (%s) recorded", e.N, e.Type), Found: "digest " + found, Expected: source.OrNothing(want)}
}

// marks are those of ballots, ascending.
type marks [][sha256.Size]byte

// has tells whether a mark, in hex, is among them.
func (m marks) has(mark string) bool {
	b, err := hex.DecodeString(mark)
	if err != nil || len(b) != sha256.Size {
		return false
	}
	_, found := slices.BinarySearchFunc(m, b, func(x [sha256.Size]byte, b []byte) int { return bytes.Compare(x[:], b) })
	return found
}

// superseded reads the marks of ballots that others replaced, as a stream.
func (c *check) superseded(r *reading, file string, e *replay.Closing) (marks, error) {
	path := r.path(file)
	r.known[path] = true
	f, err := c.open(path, c.options.Bounds.Document)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sum := sha256.New()
	in := bufio.NewReader(io.TeeReader(f, sum))
	var all marks
	var bad error // the first, which is told where the file is the one that was recorded
	last := ""
	for n := 1; ; n++ {
		line, err := source.Line(in, lineLeast)
		if errors.Is(err, io.EOF) && len(line) == 0 {
			break
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, lineFault(path, "", n, err)
		}
		mark := strings.TrimSuffix(string(line), "\n")
		if bad == nil && (!replay.IsDigest(mark) || mark == string(line) || mark <= last) {
			bad = &source.Fault{File: path, Line: n, What: "marks are not listed one a line, ascending", Found: source.Short(mark), Expected: "64 hex digits after " + source.OrNothing(last)}
		}
		if bad == nil {
			b, _ := hex.DecodeString(mark) // IsDigest has read it
			last, all = mark, append(all, [sha256.Size]byte(b))
		}
	}
	if err := c.recorded(r, file, hex.EncodeToString(sum.Sum(nil)), e.Superseded, e.Record); err != nil {
		return nil, err
	}
	return all, bad
}

// Lines of a table in the files heads and tally.
const (
	headLines  = 4
	tallyLines = 3
)

// lineLeast is how many bytes a line of heads and tallies may have whatever its table
// declares, so that a short one that is wrong is named for what is wrong.
const lineLeast = 4 << 10

// named gives the tables that the rule names for a closing, and how many bytes a line of
// their tallies may have: what the protocol and the counts document declare.
func (r *reading) named(dir string, now *closing) (ids []string, most int, err error) {
	if n := now.Counts.Round; n != now.round.Number {
		return nil, 0, &source.Fault{File: r.path(dir + "counts.json"), What: "the counts are of another round", Found: fmt.Sprintf("round %d", n), Expected: fmt.Sprintf("round %d", now.round.Number)}
	}
	var documents []table.Counts
	for _, p := range r.closings {
		documents = append(documents, p.Counts)
	}
	ids, most = table.Rule(r.protocol, append(documents, now.Counts)), lineLeast
	for _, id := range ids {
		most = max(most, table.Widest(r.protocol, now.Counts, id)+1)
	}
	return ids, most, nil
}

// linesOf reads a file of the consultation of which it is known how many lines it may
// have, and how long the longest is.
func (c *check) linesOf(r *reading, name string, lines, most int) ([]byte, error) {
	path := r.path(name)
	r.known[path] = true
	f, err := c.open(path, c.options.Bounds.Document)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := bufio.NewReader(f)
	var text []byte
	for n := 1; ; n++ {
		line, err := source.Line(in, most)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, lineFault(path, "", n, err)
		}
		if len(line) > 0 && n > lines {
			return nil, &source.Fault{File: path, Line: n, What: "the file has more lines than the tables that the rule names", Found: "a further line", Expected: fmt.Sprintf("at most %d", lines)}
		}
		if text = append(text, line...); err != nil {
			return text, nil
		}
	}
}

// tallies reads the tables of a closing: exactly those that the rule named, with
// the values that their items declare.
func (c *check) tallies(r *reading, dir string, text []byte, named []string, now *closing) error {
	name := r.path(dir + "tally")
	w := now.round
	list, err := leaf.ParseTallies(text)
	if err != nil {
		return &source.Fault{File: name, What: err.Error()}
	}
	if !bytes.Equal(leaf.Tallies(list), text) {
		return &source.Fault{File: name, What: "the tallies are not written in their one form"}
	}
	now.Tables = []table.Table{}
	for n, t := range list {
		id, own := strings.CutPrefix(t.Table, fmt.Sprintf("%s/%d/", r.id, w.Number))
		switch {
		case !own:
			return &source.Fault{File: name, Table: t.Table, Line: 3*n + 2, What: "the table is of another consultation or round", Found: t.Table, Expected: fmt.Sprintf("%s/%d/…", r.id, w.Number)}
		case !slices.Contains(named, id):
			return &source.Fault{File: name, Table: id, Line: 3*n + 2, What: "the rule names no such table: it may not be published", Found: id, Expected: orEnd(named, n)}
		case n >= len(named) || named[n] != id:
			return &source.Fault{File: name, Table: id, Line: 3*n + 2, What: "the tables are not those that the rule names, in its order", Found: id, Expected: orEnd(named, n)}
		}
		shown := table.Table{ID: id, Values: some(t.Values), Counts: some(t.Counts), N: t.N}
		if err := table.Fits(r.protocol, now.Counts, shown); err != nil {
			return &source.Fault{File: name, Table: id, Line: 3*n + 3, What: err.Error(), Found: source.Short(strings.Join(t.Values, " ")), Expected: "the declared scale"}
		}
		now.Tables = append(now.Tables, shown)
	}
	if len(list) < len(named) {
		return &source.Fault{File: name, Table: named[len(list)], What: "a table is missing that the rule names", Found: "", Expected: named[len(list)]}
	}
	c.result.Tables += len(list)
	return nil
}

func orEnd(named []string, n int) string {
	if n < len(named) {
		return named[n]
	}
	return "no further table"
}

func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// headed sees that heads and tallies are of the same tables.
func (c *check) headed(r *reading, dir string, heads []leaf.Head, now *closing) error {
	name, tables := r.path(dir+"heads"), now.Tables
	for n, h := range heads {
		if n >= len(tables) {
			return &source.Fault{File: name, Table: h.Table, Line: 4*n + 2, What: "the rule names no such table: it may not be published", Found: h.Table, Expected: "no further table"}
		}
		id := leaf.ID(r.id, now.round.Number, tables[n].ID)
		if h.Table != id {
			return &source.Fault{File: name, Table: tables[n].ID, Line: 4*n + 2, What: "the heads are not those of the tables that the rule names", Found: h.Table, Expected: id}
		}
		if h.N != tables[n].N {
			return &source.Fault{File: name, Table: tables[n].ID, Line: 4*n + 3, What: "the head counts other leaves than the tally people", Found: fmt.Sprint(h.N), Expected: fmt.Sprint(tables[n].N)}
		}
	}
	if len(heads) < len(tables) {
		return &source.Fault{File: name, Table: tables[len(heads)].ID, What: "the head of a table is missing", Expected: tables[len(heads)].ID}
	}
	return nil
}

// leaves is step 5: it streams one table's leaves. Of marks it holds the beginnings, to
// find one that stands twice; superseded are those that may not stand there at all.
func (c *check) leaves(r *reading, round int, head leaf.Head, t table.Table, superseded marks) error {
	dir := fmt.Sprintf("rounds/%d/", round)
	name := r.path(dir + "leaves/" + t.ID)
	r.known[name] = true
	f, err := c.open(name, c.options.Bounds.Total)
	if err != nil {
		return err
	}
	defer f.Close()
	at := make(map[string]int, len(t.Values))
	for i, v := range t.Values {
		at[v] = i
	}
	counts := make([]int, len(t.Values))
	ballots := t.ID == "B"
	wanted := c.wanted(r, round, t)
	n := 0
	var begun []uint64
	got, err := leaf.Read(f, func(value string, hash leaf.Sum) error {
		if n++; n > head.N {
			return fmt.Errorf("leaves were added: there are more than the %d of their head", head.N)
		}
		if c.result.Leaves++; c.result.Leaves&0xffff == 0 {
			c.at.Leaves = c.result.Leaves
			c.tell()
			if err := c.ctx.Err(); err != nil {
				return err
			}
		}
		switch i, declared := at[value]; {
		case declared:
			counts[i]++
		case !ballots:
			return fmt.Errorf("%q is not on the scale of the table", source.Short(value))
		case !replay.IsDigest(value):
			return fmt.Errorf("%q is no mark", source.Short(value))
		case superseded.has(value):
			return fmt.Errorf("the mark %s is counted, and listed as superseded", value)
		default:
			begun = append(begun, beginning(value))
		}
		meet(wanted, t.ID, value, hash)
		return nil
	})
	c.at.Leaves = c.result.Leaves
	if err != nil {
		if c.ctx.Err() != nil {
			return c.ctx.Err()
		}
		return lineFault(name, t.ID, 0, err)
	}
	switch {
	case got.Table != head.Table:
		return &source.Fault{File: name, Table: t.ID, Line: 2, What: "the leaves are of another table", Found: got.Table, Expected: head.Table}
	case got.N != head.N:
		return &source.Fault{File: name, Table: t.ID, What: "leaves were dropped or added", Found: fmt.Sprintf("%d leaves", got.N), Expected: fmt.Sprintf("%d, as its head says", head.N)}
	case got.Root != head.Root:
		return &source.Fault{File: name, Table: t.ID, What: "a leaf is not the one that was committed: the root of the leaves differs from the head's", Found: got.Root.String(), Expected: head.Root.String()}
	case !ballots && !slices.Equal(counts, t.Counts):
		for i, v := range t.Values {
			if counts[i] != t.Counts[i] {
				return &source.Fault{File: r.path(dir + "tally"), Table: t.ID, What: fmt.Sprintf("the tally of %q is not what the leaves say", v), Found: fmt.Sprint(t.Counts[i]), Expected: fmt.Sprint(counts[i])}
			}
		}
	}
	return c.twice(name, t.ID, begun)
}

// beginning is a mark's first eight bytes.
func beginning(mark string) uint64 {
	n, _ := strconv.ParseUint(mark[:16], 16, 64) // isDigest has read it
	return n
}

// twice finds a mark that stands twice in a table: two people with one, of whom one is
// counted, or one ballot that is counted for two. Marks that only begin alike, which
// chance or work may bring about, are read again whole.
func (c *check) twice(name, table string, begun []uint64) error {
	slices.Sort(begun)
	again := map[uint64]bool{}
	for n := 1; n < len(begun); n++ {
		if begun[n] == begun[n-1] {
			again[begun[n]] = true
		}
	}
	if len(again) == 0 {
		return nil
	}
	f, err := c.open(name, c.options.Bounds.Total)
	if err != nil {
		return err
	}
	defer f.Close()
	met := map[string]bool{}
	_, err = leaf.Read(f, func(mark string, _ leaf.Sum) error {
		if replay.IsDigest(mark) && again[beginning(mark)] {
			if met[mark] {
				return fmt.Errorf("the mark %s stands twice: one ballot is counted for two people", mark)
			}
			met[mark] = true
		}
		return nil
	})
	if err == nil {
		return nil
	}
	return lineFault(name, table, 0, err)
}

// lineFault puts an error of a file that is read line by line into the form of faults.
// Errors of leaves begin with their line; what could not be read is no fault.
func lineFault(name, table string, line int, err error) error {
	var f *source.Fault
	var u *source.Unread
	if errors.As(err, &f) {
		f.Table = table
		return f
	}
	if errors.As(err, &u) {
		return u
	}
	f = &source.Fault{File: name, Table: table, Line: line, What: err.Error()}
	if _, scan := fmt.Sscanf(f.What, "line %d: ", &f.Line); scan == nil {
		_, f.What, _ = strings.Cut(f.What, ": ")
	}
	return f
}

// before is the closing of the previous answering round, with which a round has
// pairs; nil when there is none.
func (r *reading) before(w *replay.Round) *closing {
	for i := len(r.closings) - 1; i >= 0; i-- {
		p := &r.closings[i]
		if p.round.Number < w.Number && p.round.Kind == delphi.AnswerRound {
			return p
		}
	}
	return nil
}
