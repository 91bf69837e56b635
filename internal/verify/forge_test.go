package verify

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/mod/sumdb/note"

	"delfi/internal/delphi/table"
	"delfi/internal/ledger/leaf"
)

// closed are the figures of the entry of a closing, from its files as they lie.
func (b *book) closed(round int) map[string]any {
	b.t.Helper()
	dir := fmt.Sprintf("%s/rounds/%d/", b.slug, round)
	var counts table.Counts
	if err := json.Unmarshal(b.files[dir+"counts.json"].Data, &counts); err != nil {
		b.t.Fatal(err)
	}
	heads, err := leaf.ParseHeads(b.files[dir+"heads"].Data)
	if err != nil {
		b.t.Fatal(err)
	}
	enrolled := []int{}
	for _, g := range counts.Groups {
		enrolled = append(enrolled, g.Enrolled)
	}
	digest := func(name string) string { return leaf.Digest(b.files[dir+name].Data) }
	return map[string]any{
		"role": "system", "round": round, "answered": counts.Answered, "enrolled": enrolled, "counts": digest("counts.json"), "heads": digest("heads"),
		"root": leaf.Root(heads).String(), "tally": digest("tally"), "superseded": digest("superseded"), "items": digest("items.json"),
	}
}

// record brings the entries of a closing into line with its files, as an attacker
// does who holds the database.
func (b *book) record(round int) {
	b.rewrite(b.find("round_closed", round-2), func(body map[string]any) { maps.Copy(body, b.closed(round)) })
	document := leaf.Digest(b.files[fmt.Sprintf("%s/rounds/%d/feedback.json", b.slug, round)].Data)
	b.rewrite(b.find("feedback", round-2), func(body map[string]any) { body["document"] = document })
	if round == 2 {
		b.rewrite(b.find("round_opened", 2), func(body map[string]any) { body["feedback"] = document })
	}
}

// leafLine is one line of a file of leaves.
type leafLine struct {
	value string
	salt  leaf.Salt
}

// leaves reads a table's leaves.
func (b *book) leaves(round int, table string) []leafLine {
	b.t.Helper()
	text := string(b.files[fmt.Sprintf("%s/rounds/%d/leaves/%s", b.slug, round, table)].Data)
	var out []leafLine
	for _, l := range strings.Split(strings.TrimSpace(text), "\n")[2:] {
		at := strings.LastIndex(l, " ")
		salt, err := base64.StdEncoding.DecodeString(l[at+1:])
		if err != nil {
			b.t.Fatal(err)
		}
		out = append(out, leafLine{l[:at], leaf.Salt(salt)})
	}
	return out
}

// relay writes a table's leaves in the order of their hashes.
func (b *book) relay(round int, table string, all []leafLine) {
	id := leaf.ID(b.id, round, table)
	hash := func(l leafLine) []byte { h := leaf.Hash(id, l.value, l.salt); return h[:] }
	slices.SortFunc(all, func(x, y leafLine) int { return bytes.Compare(hash(x), hash(y)) })
	text := []byte(leaf.FileHead(id))
	for _, l := range all {
		text = append(text, l.value+" "+base64.StdEncoding.EncodeToString(l.salt[:])+"\n"...)
	}
	b.put(fmt.Sprintf("%s/rounds/%d/leaves/%s", b.slug, round, table), text)
}

// rehead brings heads and tally of a table into line with its leaves.
func (b *book) rehead(round int, table string) {
	b.t.Helper()
	dir := fmt.Sprintf("%s/rounds/%d/", b.slug, round)
	heads, err := leaf.ParseHeads(b.files[dir+"heads"].Data)
	if err != nil {
		b.t.Fatal(err)
	}
	tallies, err := leaf.ParseTallies(b.files[dir+"tally"].Data)
	if err != nil {
		b.t.Fatal(err)
	}
	at := slices.IndexFunc(heads, func(h leaf.Head) bool { return h.Table == leaf.ID(b.id, round, table) })
	clear(tallies[at].Counts)
	tallies[at].N = 0
	got, err := leaf.Read(bytes.NewReader(b.files[dir+"leaves/"+table].Data), func(value string, _ leaf.Sum) error {
		tallies[at].N++
		if i := slices.Index(tallies[at].Values, value); i >= 0 {
			tallies[at].Counts[i]++
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	heads[at].N, heads[at].Root = got.N, got.Root
	b.put(dir+"heads", leaf.Heads(heads))
	b.put(dir+"tally", leaf.Tallies(tallies))
}

// edit changes a file's text, which must hold what is replaced.
func (b *book) edit(name, from, to string) {
	b.t.Helper()
	text := string(b.files[name].Data)
	if !strings.Contains(text, from) {
		b.t.Fatalf("%s does not hold %q: %.2000s", name, from, text)
	}
	b.put(name, []byte(strings.Replace(text, from, to, 1)))
}

func newSigner(t testing.TB, r *rand.ChaCha8, name string) signer {
	t.Helper()
	secret, public, err := note.GenerateKey(r, name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	return signer{s, public}
}

// copied gives a book of its own to whoever tampers.
func (b *book) copied(t *testing.T) *book {
	c := *b
	c.t, c.lines, c.files = t, slices.Clone(b.lines), fstest.MapFS{}
	for name, f := range b.files {
		c.put(name, slices.Clone(f.Data))
	}
	return &c
}

// value changes the value of one leaf of a table.
func value(b *book, round int, table string) {
	all := b.leaves(round, table)
	to := "9"
	if all[0].value == to {
		to = "8"
	}
	all[0].value = to
	b.relay(round, table, all)
}

// within moves one answer from 8 to 9, which are one class.
func within(b *book, table string) {
	all := b.leaves(3, table)
	all[slices.IndexFunc(all, func(l leafLine) bool { return l.value == "8" })].value = "9"
	b.relay(3, table, all)
}
