package ledger

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/ledger/leaf"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
)

var moment = time.Date(2026, 3, 2, 9, 41, 37, 123456000, time.UTC)

func entry(consultation uuid.UUID, kind string) Entry {
	return Entry{Consultation: consultation, Type: "act", Role: "moderator", Name: "Marco", Kind: kind, Target: "statement 3", Reason: "Doppione."}
}

// TestEntryComesBack as it was written, by the minute.
func TestEntryComesBack(t *testing.T) {
	db := testdb.NewAt(t, func() time.Time { return moment })
	s, ours, theirs := New(db, newKeys(), Options{}), uuid.New(), uuid.New()
	want := entry(ours, "merge")
	want.Texts = map[string]string{"text": "Più alberi.", "was": "Alberi."}
	want.Body = Body(map[string]any{"b": 2, "a": "x<y", "list": []string{"à"}, "c": true, "by": []int{3, 0}, "deep": []any{"a", []int{1}}})
	err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		return errors.Join(s.Append(ctx, tx, want), s.Append(ctx, tx, entry(theirs, "merge")))
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Of(t.Context(), ours)
	if err != nil || len(got) != 1 {
		t.Fatalf("%d entries, %v", len(got), err)
	}
	want.Sequence, want.Minute = 0, time.Date(2026, 3, 2, 9, 41, 0, 0, time.UTC)
	if !reflect.DeepEqual(got[0], want) {
		t.Errorf("got %+v\nwant %+v", got[0], want)
	}
}

// TestBodyIsCanonical: keys sorted, nothing escaped that RFC 8785 does not escape.
func TestBodyIsCanonical(t *testing.T) {
	got := Body(map[string]any{"z": 1, "a": "<&>\u2028", "p": `\u2029\`, "m": []string{"è", "b"}, "f": false})
	if want := `{"a":"<&>` + "\u2028" + `","f":false,"m":["è","b"],"p":"\\u2029\\","z":1}`; got != want {
		t.Errorf("%s; want %s", got, want)
	}
	if Body(nil) != "{}" {
		t.Errorf("nothing is %s", Body(nil))
	}
}

// TestBodyRefusesFloats, which no two writers print alike.
func TestBodyRefusesFloats(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a float went into the record")
		}
	}()
	Body(map[string]any{"share": 0.75})
}

// TestNumbersHaveNoGaps although acts come at once and some are rolled back.
func TestNumbersHaveNoGaps(t *testing.T) {
	db := testdb.New(t)
	s, of := New(db, newKeys(), Options{}), uuid.New()
	refused := errors.New("a guard failed")
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
				if err := s.Append(ctx, tx, entry(of, "merge")); err != nil {
					return err
				}
				if i%4 == 0 {
					return refused
				}
				return nil
			})
			if err != nil && !errors.Is(err, refused) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	got, err := s.Of(t.Context(), of)
	if err != nil || len(got) != 30 {
		t.Fatalf("%d entries, %v", len(got), err)
	}
	for i, e := range got {
		if e.Sequence != int64(i) {
			t.Fatalf("entry %d has number %d", i, e.Sequence)
		}
	}
}

// Every type has its line, and what is no type has none.
func TestOnlyKnownTypesAreWritten(t *testing.T) {
	for _, kind := range Types {
		e := Entry{Type: kind, Consultation: uuid.New(), Role: "system", Minute: moment.Truncate(time.Minute), Body: "{}"}
		text, err := e.text(nil, "")
		if err != nil {
			t.Fatal(err)
		}
		got, err := Line{Text: text}.Entry()
		e.Kind = implied[kind]
		if err != nil || !reflect.DeepEqual(got, e) {
			t.Errorf("%+v came back as %+v, %v", e, got, err)
		}
	}
	for name, e := range map[string]Entry{
		"a type of nobody's":     {Type: "gossip"},
		"another kind of act":    {Type: RoundOpened, Kind: "close"},
		"the record's own names": {Type: Act, Body: `{"kind":"x"}`},
		"no JSON":                {Type: Act, Body: `{`},
		"a text in the body":     {Type: Act, Body: `{"text":"Più alberi."}`},
		"a name in the body":     {Type: Commitment, Body: `{"signatory":"Giulia Rossi"}`},
	} {
		if text, err := e.text(nil, ""); err == nil {
			t.Errorf("%s was written: %s", name, text)
		}
	}
}

// The five lines are these, byte by byte: they are what is hashed for ever.
func TestAnEntryIsItsFiveLines(t *testing.T) {
	e := Entry{Type: Act, Consultation: uuid.MustParse("6f0c8f4e-7a1d-4a6e-9a53-0d2a3a1f6f10"), Role: "moderator", Kind: "merge",
		Name: "Marta", Target: "statement 3", Reason: "Doppione: «sì»\nfine", Minute: moment, Body: `{"items":2}`}
	words, err := e.words()
	if err != nil || words != `{"name":"Marta","reason":"Doppione: «sì»\nfine","target":"statement 3"}` {
		t.Fatalf("%s, %v", words, err)
	}
	text, err := e.text(make([]byte, 16), words)
	want := "delfi entry v1\nact\n6f0c8f4e-7a1d-4a6e-9a53-0d2a3a1f6f10\n2026-03-02T09:41Z\n" +
		`{"items":2,"kind":"merge","role":"moderator","words":"` + leaf.WordsDigest(make([]byte, 16), []byte(words)) + `"}` + "\n"
	if err != nil || text != want {
		t.Errorf("%s, %v\nwants %s", text, err, want)
	}
}

// TestTextsAreSplitFromFigures: they stand beside the entry under its salted digest, and a
// text that would pass for the record's own word is refused.
func TestTextsAreSplitFromFigures(t *testing.T) {
	body, texts := Split(map[string]any{"item": 3, "left_out": Text(""), "text": Text("Giunta"), "was": Text("La Giunta"), "verb": "merge"})
	if want := map[string]string{"text": "Giunta", "was": "La Giunta"}; body != `{"item":3,"verb":"merge"}` || !reflect.DeepEqual(texts, want) {
		t.Errorf("%s, %v", body, texts)
	}
	if body, texts := Split(nil); body != "{}" || texts != nil {
		t.Errorf("%s, %v", body, texts)
	}
	words, err := Entry{Name: "Marta", Texts: texts}.words()
	if want := `{"name":"Marta","text":"Giunta","was":"La Giunta"}`; err != nil || words != want {
		t.Errorf("%s, %v", words, err)
	}
	for _, own := range []string{"name", "target", "reason"} {
		if words, err := (Entry{Texts: map[string]string{own: "x"}}).words(); err == nil {
			t.Errorf("a text %s was written: %s", own, words)
		}
	}
	for _, body := range []string{`{"why":"La Giunta"}`, `{"why":["a","La Giunta"]}`, `{"why":{"by":"La Giunta"}}`, `{"why":[{"by":["La Giunta"]}]}`} {
		if text, err := (Entry{Type: Act, Body: body}).text(nil, ""); err == nil {
			t.Errorf("a text was written among figures: %s", text)
		}
	}
	if _, err := (Entry{Type: Act, Body: `{"documents":["ab12","cd34"],"by":{"rule":"1.6"},"n":3}`}).text(nil, ""); err != nil {
		t.Errorf("figures are refused: %v", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a text went into a body")
		}
	}()
	Body(map[string]any{"text": Text("Giunta")})
}

// Every type that the house appends is one that the record knows.
func TestTheHouseAppendsKnownTypes(t *testing.T) {
	written := regexp.MustCompile(`ledger\.Entry\{[^}]*?Type:\s*"([a-z_]+)"`)
	found := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range written.FindAllStringSubmatch(string(text), -1) {
			found++
			if !slices.Contains(Types, Type(m[1])) {
				t.Errorf("%s appends %q", path, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found == 0 {
		t.Error("no entry was found in the house: the search is broken")
	}
}
