package ballot

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"delfi/internal/delphi"
	"delfi/internal/ledger/leaf"
)

// drawSheet draws any sheet that fits its layout.
func drawSheet(t *rapid.T) (sheet, layout) {
	items := rapid.IntRange(1, 40).Draw(t, "items")
	l := layoutOf(items, true)
	var s sheet
	copy(s.random[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "random"))
	copy(s.part.Browser[:], rapid.SliceOfN(rapid.Byte(), leaf.BrowserSize, leaf.BrowserSize).Draw(t, "browser"))
	s.part.Words = rapid.StringN(0, 20, maxWords).Draw(t, "words")
	for n := range rapid.IntRange(0, maxSuperseded).Draw(t, "superseded") {
		s.superseded = append(s.superseded, [32]byte{byte(n), 1})
	}
	for n := range rapid.IntRange(0, items).Draw(t, "answered") {
		e := entry{
			item:  uuid.UUID{byte(n)},
			value: rapid.SampledFrom([]uint8{1, 2, 9, 11, cannotJudge}).Draw(t, "value"),
			since: rapid.Uint16().Draw(t, "since"),
		}
		if reason := rapid.StringN(0, 50, -1).Draw(t, "reason"); s.reasonBytes()+len(reason) <= l.reasons {
			e.reason = reason
			e.argues = rapid.SampledFrom(argued[:]).Draw(t, "argues")
		}
		s.put(e)
	}
	return s, l
}

func TestEverySheetOfARoundHasOneLengthAndComesBackWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, l := drawSheet(t)
		b, err := s.encode(l)
		if err != nil {
			t.Fatal(err)
		}
		if len(b) != l.size() {
			t.Fatalf("%d bytes, want %d", len(b), l.size())
		}
		got, err := decode(b)
		if err != nil {
			t.Fatal(err)
		}
		if !got.same(s) || got.random != s.random || got.part != s.part || !slices.Equal(got.superseded, s.superseded) {
			t.Fatalf("got %+v, want %+v", got, s)
		}
	})
}

func TestDecodingAnythingNeverPanics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
		if len(b) > 0 {
			b[0] = sheetVersion
		}
		_ = new(sheet).decode(b, rapid.Bool().Draw(t, "reasons")) // not panicking is the promise
	})
}

func TestALengthTellsTheNumberOfItemsAndNothingElse(t *testing.T) {
	l := layoutOf(8, true)
	full := sheet{part: Part{Words: strings.Repeat("w", maxWords)}, superseded: make([][32]byte, maxSuperseded)}
	for n := range 8 {
		full.put(entry{item: uuid.UUID{byte(n)}, value: 9, reason: strings.Repeat("è", maxReasons/16)})
	}
	for what, s := range map[string]sheet{"blank": {}, "one answer": {entries: full.entries[:1]}, "full": full} {
		b, err := s.encode(l)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if len(b) != l.size() {
			t.Errorf("%s has %d bytes, want %d", what, len(b), l.size())
		}
	}
	if l.reasons != layoutOf(100, true).reasons {
		t.Error("the room for reasons grows with the statements")
	}
	if layoutOf(8, false).reasons != 0 {
		t.Error("a protocol without reasons pays for them")
	}
}

func TestASheetTooLongForItsRoundIsRefused(t *testing.T) {
	l := layoutOf(1, true)
	s := sheet{entries: []entry{{item: uuid.UUID{1}, value: 1, reason: strings.Repeat("x", l.reasons+1)}}}
	if _, err := s.encode(l); err == nil {
		t.Error("it was encoded")
	}
}

func TestPutKeepsOneEntryPerItemInOrder(t *testing.T) {
	var s sheet
	for _, n := range []byte{3, 1, 2, 1} {
		s.put(entry{item: uuid.UUID{n}, value: n + 1})
	}
	s.put(entry{item: uuid.UUID{1}, value: 7})
	s.put(entry{item: uuid.UUID{2}}) // blank: taken out
	s.put(entry{item: uuid.UUID{9}}) // blank and never there
	want := []entry{{item: uuid.UUID{1}, value: 7}, {item: uuid.UUID{3}, value: 4}}
	if d := cmp.Diff(want, s.entries, cmp.AllowUnexported(entry{})); d != "" {
		t.Error(d)
	}
}

// The mark is a public format: whoever kept a proof file computes it again.
func TestTheMarkIsTheOneThatTheRecordSays(t *testing.T) {
	a, b := uuid.MustParse("00000000-0000-4000-8000-00000000000a"), uuid.MustParse("00000000-0000-4000-8000-00000000000b")
	s := sheet{random: [32]byte{1, 2, 3}, part: Part{Words: "le mie parole"}}
	s.put(entry{item: b, value: 7, reason: "Così", argues: delphi.For})
	s.put(entry{item: a, value: cannotJudge, since: 4})
	m := s.mark("c/2", "citizens")
	// The proof file of this ballot gives the same one, by the public code alone.
	given := []leaf.Given{{Item: b.String(), Value: "7", Reason: "Così", Argues: "for"}, {Item: a.String(), Value: leaf.CannotJudge}}
	proof := leaf.Proof{Group: "citizens", Random: s.random[:], Words: s.part.Words, Answers: given}
	if m != proof.Mark("c/2") || len(m) != 64 {
		t.Errorf("mark %s, want %s", m, proof.Mark("c/2"))
	}
	for what, change := range map[string]func(*sheet){
		"value":   func(s *sheet) { s.entries[1].value = 8 },
		"reason":  func(s *sheet) { s.entries[1].reason = "" },
		"side":    func(s *sheet) { s.entries[1].argues = delphi.Against },
		"no side": func(s *sheet) { s.entries[1].argues = "" },
		"random":  func(s *sheet) { s.random[31] = 1 },
		"browser": func(s *sheet) { s.part.Browser[15] = 1 },
		"words":   func(s *sheet) { s.part.Words = "altre" },
		"item":    func(s *sheet) { s.entries = s.entries[1:] },
	} {
		c := s
		c.entries = slices.Clone(s.entries)
		change(&c)
		if c.mark("c/2", "citizens") == m {
			t.Errorf("another %s has the same mark", what)
		}
	}
	if s.mark("c/2", "others") == m {
		t.Error("another group has the same mark")
	}
}

func TestSeedsAreNeverEqualAndOnesOwnWordsChangeThem(t *testing.T) {
	var a, b sheet
	if err := a.sow(Part{}); err != nil {
		t.Fatal(err)
	}
	if err := b.sow(Part{}); err != nil {
		t.Fatal(err)
	}
	if a.seed() == b.seed() || a.random == [32]byte{} {
		t.Error("a seed repeats")
	}
	b.random, b.part.Words = a.random, "gatto"
	if a.seed() == b.seed() {
		t.Error("one's own words change nothing")
	}
	a.part, b.part = Part{Browser: [16]byte{1}}, Part{Browser: [16]byte{2}}
	if a.seed() == b.seed() {
		t.Error("what the browser drew changes nothing")
	}
}

func TestASheetRemembersWhatItHasSupersededNewestFirst(t *testing.T) {
	var s sheet
	var marks []string
	for n := range maxSuperseded + 3 {
		before := s
		s.random = [32]byte{byte(n + 1)}
		if err := s.supersede(before, "c/2", "g"); err != nil {
			t.Fatal(err)
		}
		marks = append([]string{before.mark("c/2", "g")}, marks...)
	}
	if len(s.superseded) != maxSuperseded || s.replaces() != marks[0] {
		t.Fatalf("%d marks, the newest %s", len(s.superseded), s.replaces())
	}
	for n, m := range s.superseded {
		if got := hex.EncodeToString(m[:]); got != marks[n] {
			t.Errorf("mark %d is %s, want %s", n, got, marks[n])
		}
	}
}

func TestAStandingAnswerKeepsItsReleaseUntilItsValueChanges(t *testing.T) {
	before := sheet{}
	before.put(entry{item: uuid.UUID{1}, value: 2, since: 0})
	before.put(entry{item: uuid.UUID{2}, value: 2, since: 1})
	now := sheet{entries: slices.Clone(before.entries)}
	now.put(entry{item: uuid.UUID{1}, value: 2, reason: "more words"})
	now.put(entry{item: uuid.UUID{2}, value: 3})
	now.put(entry{item: uuid.UUID{3}, value: 1})
	date(&now, before, 4)
	for n, want := range []uint16{0, 4, 4} {
		if got := now.entries[n].since; got != want {
			t.Errorf("answer %d dates from release %d, want %d", n+1, got, want)
		}
	}
}
