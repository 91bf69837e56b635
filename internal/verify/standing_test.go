package verify

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/uuid"

	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/ledger/leaf"
	"delfi/internal/verify/source"
)

// pressStanding makes the record of a standing round with two interim releases and
// its deadline: people come, nobody stops. salt is of the digests of the releases; empty as
// they once were.
func pressStanding(t *testing.T, salt []byte) *book {
	t.Helper()
	source := rand.NewChaCha8([32]byte{5})
	b := &book{
		t: t, now: begun, files: fstest.MapFS{}, id: "6ba7b810-9dad-11d1-80b4-00c04fd430c8", slug: "parco", log: newSigner(t, source, "delfi.example/record"),
		items: []feedback.Asked{{Item: uuid.MustParse(first), Kind: "scale", Number: 1, Text: "Dogs need a fence.", Version: 1}},
	}
	var err error
	if b.protocol, err = protocol.Standing(protocol.StandingPlan{Language: "it", GroupName: "Tutti", LatestKeyDate: "2027-06-30"}); err != nil {
		t.Fatal(err)
	}
	b.put("key", []byte(b.log.key+"\n"))
	b.put("parco/protocol.json", b.protocol.Canonical())
	items := b.canonical(b.items)
	b.entry("origin", map[string]any{"role": "system", "name": "Polis"}, nil)
	b.entry("protocol", map[string]any{"role": "system", "hash": b.protocol.Hash(), "rule_version": delphi.RuleVersion, "mode": "sealed-key", "cosigners": []string{}, "latest_key_date": "2027-06-30"}, nil)
	b.act("import", "system", 0, "")
	b.act("start", "system", 0, "")
	b.entry("round_opened", map[string]any{"role": "system", "round": 1, "kind": "standing", "deadline": b.deadline(b.protocol.Round(1).Days), "enrolled": []int{0}, "feedback": "", "items": leaf.Digest([]byte("[]"))}, nil)
	tally, err := table.NewTally(b.protocol, 1, []delphi.Item{{ID: first, Kind: "scale"}})
	if err != nil {
		t.Fatal(err)
	}
	var votes []delphi.Ballot
	for tick, people := range []int{33, 57, 58} {
		for i := len(votes); i < people; i++ {
			v := delphi.Ballot{Panelist: fmt.Sprint(i), Group: b.protocol.Panel.Groups[0].ID, Answers: []delphi.Answer{{Item: first, Value: 1 + i%3}}}
			if err := tally.Add(v); err != nil {
				t.Fatal(err)
			}
			votes = append(votes, v)
		}
		c, err := table.Release(b.protocol, tally, []int{60}, map[string]int{first: 12}, tick == 2)
		if err != nil {
			t.Fatal(err)
		}
		b.release(tick+1, c, items, tally, votes, salt)
	}
	b.act("release", "system", 1, "")
	b.seal()
	return b
}

// release presses one release; the exact one of the deadline has leaves.
func (b *book) release(tick int, c table.Closing, items []byte, tally *table.Tally, votes []delphi.Ballot, salt []byte) {
	b.t.Helper()
	id := func(table string) string { return leaf.ID(b.id, 1, table) }
	dir := fmt.Sprintf("parco/rounds/1/releases/%d/", tick)
	var tallies []leaf.Tally
	for _, t := range c.Tables {
		tallies = append(tallies, leaf.Tally{Table: id(t.ID), Values: t.Values, Counts: t.Counts, N: t.N})
	}
	if !c.Counts.Interim {
		dir = "parco/rounds/1/"
		c.Root = b.standingLeaves(dir, c, id, tally, votes)
	}
	b.closings = append(b.closings, c)
	document := b.canonical(feedback.Of(b.protocol, b.items, b.closings, nil))
	b.put(dir+"items.json", items)
	b.put(dir+"counts.json", b.canonical(c.Counts))
	b.put(dir+"tally", leaf.Tallies(tallies))
	b.put(dir+"feedback.json", document)
	digest := func(name string) string { return leaf.Digest(b.files[dir+name].Data) }
	if c.Counts.Interim {
		body := map[string]any{"role": "system", "round": 1, "tick": tick}
		if len(salt) > 0 {
			body["salted"] = true
			b.put(dir+"salt", []byte(hex.EncodeToString(salt)))
		}
		b.released(body, dir, salt)
		b.entry("release", body, nil)
		return
	}
	b.act("close", "system", 1, "")
	b.entry("round_closed", b.closed(1), nil)
	names := []string{}
	for _, t := range c.Tables {
		names = append(names, t.ID)
	}
	b.entry("feedback", map[string]any{"role": "system", "round": 1, "document": digest("feedback.json"), "tables": names}, nil)
}

// released puts the digests of a release's documents into the body of its entry.
func (b *book) released(body map[string]any, dir string, salt []byte) {
	for name, file := range map[string]string{"tally": "tally", "counts": "counts.json", "document": "feedback.json", "items": "items.json"} {
		body[name] = leaf.WordsDigest(salt, b.files[dir+file].Data)
	}
}

func (b *book) standingLeaves(dir string, c table.Closing, id func(string) string, tally *table.Tally, votes []delphi.Ballot) []byte {
	b.t.Helper()
	assign, err := tally.Assign(c)
	if err != nil {
		b.t.Fatal(err)
	}
	seed := func(p int) leaf.Seed { return leaf.NewSeed([32]byte{byte(p)}, leaf.Part{}) }
	leaves := make([]answered, len(c.Tables))
	for p, v := range votes {
		err := assign.Each(&v, nil, func(table, value int) {
			s := seed(p)
			text := leaf.Mark(leaf.Content(s, v.Group, []leaf.Given{{Item: first, Value: fmt.Sprint(v.Answers[0].Value)}}), leaf.Digests{})
			if value >= 0 {
				text = c.Tables[table].Values[value]
			}
			leaves[table] = append(leaves[table], oneAnswer{s, text})
		})
		if err != nil {
			b.t.Fatal(err)
		}
	}
	var heads []leaf.Head
	for n, t := range c.Tables {
		built, err := leaf.Build(id(t.ID), len(leaves[n]), leaves[n])
		if err != nil {
			b.t.Fatal(err)
		}
		heads = append(heads, built.Head())
		b.put(dir+"leaves/"+t.ID, append([]byte(leaf.FileHead(id(t.ID))), built.Lines(0, built.N())...))
	}
	b.put(dir+"heads", leaf.Heads(heads))
	b.put(dir+"superseded", nil)
	root := leaf.Root(heads)
	return root[:]
}

// TestReleasesOfAStandingRoundHold, and tell nothing finer than five people.
func TestReleasesOfAStandingRoundHold(t *testing.T) {
	salt := bytes.Repeat([]byte{7}, 32)
	for _, salt := range [][]byte{salt, nil} {
		r, err := Run(t.Context(), pressStanding(t, salt).files, Options{})
		if err != nil || r.Releases != 2 || r.Rounds != 1 || r.Leaves != 116 {
			t.Fatalf("%+v, %v", r, err)
		}
	}
	honest := pressStanding(t, salt)
	const one = "parco/rounds/1/releases/1/"
	anew := func(b *book) {
		b.rewrite(b.find("release", 0), func(body map[string]any) { b.released(body, one, salt) })
		b.seal()
	}
	for _, c := range []tampering{
		{name: "an interim count", place: one + "counts.json", fault: "the document is not the one that entry 5 (release) recorded", does: func(b *book) {
			b.edit(one+"counts.json", `"answered":30`, `"answered":35`)
		}},
		{name: "an exact interim count, with the log signed anew", place: one + "counts.json", fault: "tells of fewer than five people: found 33", does: func(b *book) {
			b.edit(one+"counts.json", `"answered":30`, `"answered":33`)
			anew(b)
		}},
		{name: "an exact interim tally, with the log signed anew", place: one + "tally, table A/" + first, fault: "tells of fewer than five people: found 11", does: func(b *book) {
			b.edit(one+"tally", "1=10", "1=11")
			anew(b)
		}},
		{name: "an interim release with exact counts, with the log signed anew", place: one + "counts.json", fault: "an interim release has exact counts", does: func(b *book) {
			b.edit(one+"counts.json", `"interim":true`, `"interim":false`)
			anew(b)
		}},
		{name: "an interim figure, with the log signed anew", place: one + "feedback.json", fault: "items[0].figures.median", does: func(b *book) {
			b.edit(one+"feedback.json", `"median":2`, `"median":3`)
			anew(b)
		}},
		{name: "another salt", place: one + "items.json", fault: "the document is not the one that entry 5 (release) recorded", does: func(b *book) {
			b.edit(one+"salt", "07", "08")
		}},
		{name: "a salt that is none", place: one + "salt", fault: "no salt", does: func(b *book) { b.put(one+"salt", []byte("07")) }},
		{name: "leaves of an interim release", place: one + "leaves/A/" + first, fault: "the rule names no such table", does: func(b *book) {
			b.put(one+"leaves/A/"+first, b.files["parco/rounds/1/leaves/A/"+first].Data)
		}},
		{name: "a release out of its order, with the log signed anew", place: "entries", fault: "releases of a standing round are made one after the other", does: func(b *book) {
			b.rewrite(b.find("release", 1), func(body map[string]any) { body["tick"] = 3 })
			b.seal()
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := honest.copied(t)
			c.does(b)
			_, err := Run(t.Context(), b.files, Options{})
			var f *source.Fault
			if !errors.As(err, &f) || !strings.Contains(f.Error(), c.fault) || !strings.HasPrefix(f.Error(), c.place) {
				t.Errorf("it was named so: %v", err)
			}
		})
	}
}
