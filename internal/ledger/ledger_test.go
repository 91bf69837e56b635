package ledger

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/postgres"
	"delfi/internal/postgres/testdb"
)

var moment = time.Date(2026, 3, 2, 9, 41, 37, 123456000, time.UTC)

func entry(consultation uuid.UUID, kind string) Entry {
	return Entry{Consultation: consultation, Type: "act", Role: "moderator", Name: "Marco", Kind: kind, Target: "statement 3", Reason: "Doppione."}
}

// TestEntryComesBack as it was written, by the minute.
func TestEntryComesBack(t *testing.T) {
	db := testdb.NewAt(t, func() time.Time { return moment })
	s, ours, theirs := New(db), uuid.New(), uuid.New()
	want := entry(ours, "merge")
	want.Body = Body(map[string]any{"b": 2, "a": "x<y", "list": []string{"à"}, "c": true})
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
	want.Sequence, want.Minute = 1, time.Date(2026, 3, 2, 9, 41, 0, 0, time.UTC)
	if got[0] != want {
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
	s, of := New(db), uuid.New()
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
		if e.Sequence != int64(i+1) {
			t.Fatalf("entry %d has number %d", i+1, e.Sequence)
		}
	}
}
