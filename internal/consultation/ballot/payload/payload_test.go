package payload

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/ledger/leaf"
)

// codecs are those of a protocol with one scale, in as many languages as one can have.
var codecs = answer.For(protocol.Protocol{Languages: languages, ItemKinds: []delphi.ItemKind{{ID: "k", Kind: delphi.ScaleForm, Points: 9, CannotJudge: true}}}, delphi.AnswerRound)

var languages = []string{"it", "de", "en", "fr", "sl", "la", "oc", "rm"}

func entry(item byte, value int) Entry {
	return Entry{Item: uuid.UUID{item}, Answer: delphi.Answer{Value: value}}
}

// drawPayload draws any payload that fits its layout.
func drawPayload(t *rapid.T) (Payload, Layout) {
	items := rapid.IntRange(1, 40).Draw(t, "items")
	l := LayoutOf(codecs, make([]int, items), true)
	s := Payload{Codecs: codecs}
	copy(s.Random[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "random"))
	copy(s.Part.Browser[:], rapid.SliceOfN(rapid.Byte(), leaf.BrowserSize, leaf.BrowserSize).Draw(t, "browser"))
	s.Part.Words = rapid.StringN(0, 20, MaxWords).Draw(t, "words")
	for n := range rapid.IntRange(0, MaxSuperseded).Draw(t, "superseded") {
		s.Superseded = append(s.Superseded, [32]byte{byte(n), 1})
	}
	for n := range rapid.IntRange(0, items).Draw(t, "answered") {
		e := Entry{
			Item: uuid.UUID{byte(n)}, Since: rapid.Uint16().Draw(t, "since"),
			Answer: delphi.Answer{Value: rapid.IntRange(0, 9).Draw(t, "value"), Confidence: rapid.IntRange(0, 4).Draw(t, "confidence")},
		}
		e.CannotJudge = e.Value == 0
		if reason := rapid.StringN(0, 50, -1).Draw(t, "reason"); s.ReasonBytes()+len(reason) <= l.Reasons {
			e.Reason = reason
			e.Argues = rapid.SampledFrom(argued[:]).Draw(t, "argues")
			e.Language, _ = codecs.LanguageAt(rapid.IntRange(0, len(languages)-1).Draw(t, "language"))
		}
		s.Put(e)
	}
	return s, l
}

func TestEveryPayloadOfARoundHasOneLengthAndComesBackWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, l := drawPayload(t)
		b, err := s.Encode(l)
		if err != nil {
			t.Fatal(err)
		}
		if len(b) != l.Size() {
			t.Fatalf("%d bytes, want %d", len(b), l.Size())
		}
		got, err := Decode(b, codecs)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Same(s) || got.Random != s.Random || got.Part != s.Part || !slices.Equal(got.Superseded, s.Superseded) {
			t.Fatalf("got %+v, want %+v", got, s)
		}
		for n := range s.Entries {
			if got.Entries[n].Language != s.Entries[n].Language {
				t.Fatalf("a reason in %q comes back in %q", s.Entries[n].Language, got.Entries[n].Language)
			}
		}
	})
}

// A payload whose reason is in a language that the protocol does not declare cannot be read.
func TestALanguageThatNobodyDeclaredIsRefused(t *testing.T) {
	one := entry(1, 5)
	one.Reason, one.Language = "perché sì", "rm"
	s := Payload{Codecs: codecs, Entries: []Entry{one}}
	b, err := s.Encode(LayoutOf(codecs, []int{0}, true))
	if err != nil {
		t.Fatal(err)
	}
	few := answer.For(protocol.Protocol{Languages: languages[:7], ItemKinds: []delphi.ItemKind{{ID: "k", Kind: delphi.ScaleForm, Points: 9, CannotJudge: true}}}, delphi.AnswerRound)
	if _, err := Decode(b, few); err == nil {
		t.Error("it is read")
	}
	if got, err := Decode(b, codecs); err != nil || got.Entries[0].Language != "rm" {
		t.Errorf("%+v, %v", got.Entries, err)
	}
}

func TestDecodingAnythingNeverPanics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
		if len(b) > 0 {
			b[0] = version
		}
		_ = (&Payload{Codecs: codecs}).DecodeInto(b, rapid.Bool().Draw(t, "reasons")) // not panicking is the promise
	})
}

func TestALengthTellsTheNumberOfItemsAndNothingElse(t *testing.T) {
	l := LayoutOf(codecs, make([]int, 8), true)
	full := Payload{Codecs: codecs, Part: Part{Words: strings.Repeat("w", MaxWords)}, Superseded: make([][32]byte, MaxSuperseded)}
	for n := range 8 {
		full.Put(Entry{Item: uuid.UUID{byte(n)}, Answer: delphi.Answer{Value: 9, Reason: strings.Repeat("è", MaxReasons/16)}})
	}
	for what, s := range map[string]Payload{"blank": {Codecs: codecs}, "one answer": {Codecs: codecs, Entries: full.Entries[:1]}, "full": full} {
		b, err := s.Encode(l)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if len(b) != l.Size() {
			t.Errorf("%s has %d bytes, want %d", what, len(b), l.Size())
		}
	}
	if l.Reasons != LayoutOf(codecs, make([]int, 100), true).Reasons {
		t.Error("the room for reasons grows with the statements")
	}
	if LayoutOf(codecs, make([]int, 8), false).Reasons != 0 {
		t.Error("a protocol without reasons pays for them")
	}
}

func TestAPayloadTooLongForItsRoundIsRefused(t *testing.T) {
	l := LayoutOf(codecs, []int{0}, true)
	s := Payload{Codecs: codecs, Entries: []Entry{{Item: uuid.UUID{1}, Answer: delphi.Answer{Value: 1, Reason: strings.Repeat("x", l.Reasons+1)}}}}
	if _, err := s.Encode(l); err == nil {
		t.Error("it was encoded")
	}
}

func TestPutKeepsOneEntryPerItemInOrder(t *testing.T) {
	s := Payload{Codecs: codecs}
	for _, n := range []byte{3, 1, 2, 1} {
		s.Put(Entry{Item: uuid.UUID{n}, Answer: delphi.Answer{Value: int(n) + 1}})
	}
	s.Put(entry(1, 7))
	s.Clear(uuid.UUID{2})
	s.Clear(uuid.UUID{9}) // never there
	want := []Entry{entry(1, 7), entry(3, 4)}
	if d := cmp.Diff(want, s.Entries); d != "" {
		t.Error(d)
	}
}

// The mark is a public format: whoever kept a proof file computes it again.
func TestTheMarkIsTheOneThatTheRecordSays(t *testing.T) {
	a, b := uuid.MustParse("00000000-0000-4000-8000-00000000000a"), uuid.MustParse("00000000-0000-4000-8000-00000000000b")
	s := Payload{Codecs: codecs, Random: [32]byte{1, 2, 3}, Part: Part{Words: "le mie parole"}}
	s.Put(Entry{Item: b, Answer: delphi.Answer{Value: 7, Reason: "Così", Argues: delphi.For}})
	s.Put(Entry{Item: a, Since: 4, Answer: delphi.Answer{CannotJudge: true}})
	m := s.Mark("c/2", "citizens")
	// The proof file of this ballot gives the same one, by the public code alone.
	given := []leaf.Given{{Item: b.String(), Value: "7", Reason: "Così", Argues: "for"}, {Item: a.String(), Value: leaf.CannotJudge}}
	proof := leaf.Proof{Group: "citizens", Random: s.Random[:], Words: s.Part.Words, Answers: given}
	if m != proof.Mark("c/2") || len(m) != 64 {
		t.Errorf("mark %s, want %s", m, proof.Mark("c/2"))
	}
	for what, change := range map[string]func(*Payload){
		"value":   func(s *Payload) { s.Entries[1].Value = 8 },
		"reason":  func(s *Payload) { s.Entries[1].Reason = "" },
		"side":    func(s *Payload) { s.Entries[1].Argues = delphi.Against },
		"no side": func(s *Payload) { s.Entries[1].Argues = "" },
		"random":  func(s *Payload) { s.Random[31] = 1 },
		"browser": func(s *Payload) { s.Part.Browser[15] = 1 },
		"words":   func(s *Payload) { s.Part.Words = "altre" },
		"item":    func(s *Payload) { s.Entries = s.Entries[1:] },
	} {
		c := s
		c.Entries = slices.Clone(s.Entries)
		change(&c)
		if c.Mark("c/2", "citizens") == m {
			t.Errorf("another %s has the same mark", what)
		}
	}
	if s.Mark("c/2", "others") == m {
		t.Error("another group has the same mark")
	}
}

func TestSeedsAreNeverEqualAndOnesOwnWordsChangeThem(t *testing.T) {
	var a, b Payload
	if err := a.Draw(Part{}); err != nil {
		t.Fatal(err)
	}
	if err := b.Draw(Part{}); err != nil {
		t.Fatal(err)
	}
	if a.Seed() == b.Seed() || a.Random == [32]byte{} {
		t.Error("a seed repeats")
	}
	b.Random, b.Part.Words = a.Random, "gatto"
	if a.Seed() == b.Seed() {
		t.Error("one's own words change nothing")
	}
	a.Part, b.Part = Part{Browser: [16]byte{1}}, Part{Browser: [16]byte{2}}
	if a.Seed() == b.Seed() {
		t.Error("what the browser drew changes nothing")
	}
}

func TestAPayloadRemembersWhatItHasSupersededNewestFirst(t *testing.T) {
	s := Payload{Codecs: codecs}
	var marks []string
	for n := range MaxSuperseded + 3 {
		before := s
		s.Random = [32]byte{byte(n + 1)}
		if err := s.Supersede(before, "c/2", "g"); err != nil {
			t.Fatal(err)
		}
		marks = append([]string{before.Mark("c/2", "g")}, marks...)
	}
	if len(s.Superseded) != MaxSuperseded || s.Replaces() != marks[0] {
		t.Fatalf("%d marks, the newest %s", len(s.Superseded), s.Replaces())
	}
	for n, m := range s.Superseded {
		if got := hex.EncodeToString(m[:]); got != marks[n] {
			t.Errorf("mark %d is %s, want %s", n, got, marks[n])
		}
	}
}

func TestAStandingAnswerKeepsItsReleaseUntilItsValueChanges(t *testing.T) {
	before := Payload{Codecs: codecs}
	before.Put(entry(1, 2))
	before.Put(Entry{Item: uuid.UUID{2}, Since: 1, Answer: delphi.Answer{Value: 2}})
	now := Payload{Codecs: codecs, Entries: slices.Clone(before.Entries)}
	now.Put(Entry{Item: uuid.UUID{1}, Answer: delphi.Answer{Value: 2, Reason: "more words"}})
	now.Put(entry(2, 3))
	now.Put(entry(3, 1))
	Date(&now, before, 4)
	for n, want := range []uint16{0, 4, 4} {
		if got := now.Entries[n].Since; got != want {
			t.Errorf("answer %d dates from release %d, want %d", n+1, got, want)
		}
	}
}
