package verify

import (
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"testing"

	"delfi/internal/consultation/feedback"
	"delfi/internal/verify/replay"
	"delfi/internal/verify/source"
)

// join lays after entry n that a statement joins.
func (b *book) join(n int, role string, item, round int, reason string) {
	texts := map[string]string{"name": "Bo", "text": "Potare i tigli.", "target": "statement"}
	if reason != "" {
		texts["reason"] = reason
	}
	b.lay(n, b.written(n), map[string]any{"kind": "join", "role": role, "item": item, "version": 1, "item_kind": "scala", "round": round}, texts)
}

func (b *book) unjoin(n, item int) {
	b.lay(n, b.written(n), map[string]any{"kind": "remove", "role": "facilitator", "item": item}, map[string]string{"name": "Bo", "reason": "No."})
}

// TestJoiningIsReplayed: statements join after the round that the frozen protocol names, by the
// facilitator, for a reason, and are taken back before the next round.
func TestJoiningIsReplayed(t *testing.T) {
	honest := press(t, nil)
	late := pressed(t, strings.Replace(rules, `"item_kinds"`, `"items": {"source": "contributions", "new_after_round": 2}, "item_kinds"`, 1), nil)
	between := func(b *book) int { return b.find("round_opened", 2) - 1 }
	for name, c := range map[string]struct {
		of   *book
		does func(b *book)
		want string
	}{
		"joined and taken back": {late, func(b *book) {
			n := between(b)
			b.join(n, "facilitator", 3, 2, "Mancava.")
			b.unjoin(n+1, 3)
		}, ""},
		"the number again": {late, func(b *book) {
			n := between(b)
			b.join(n, "facilitator", 3, 2, "Mancava.")
			b.join(n+1, "facilitator", 3, 2, "Mancava.")
		}, "this act was not possible here"},
		"joined, and asked by no round": {late, func(b *book) { b.join(between(b), "facilitator", 3, 2, "Mancava.") }, "the round that opened next does not ask it as new"},
		"after a round that the protocol does not name": {honest, func(b *book) { b.join(between(b), "facilitator", 3, 2, "Mancava.") },
			"the frozen protocol lets none join"},
		"after another round":      {late, func(b *book) { b.join(between(b), "facilitator", 3, 1, "Mancava.") }, "joins after another round than the last that was answered"},
		"by a moderator":           {late, func(b *book) { b.join(between(b), "moderator", 3, 2, "Mancava.") }, "this act was not possible here"},
		"without a reason":         {late, func(b *book) { b.join(between(b), "facilitator", 3, 2, "") }, "joins without a reason"},
		"under a number in play":   {late, func(b *book) { b.join(between(b), "facilitator", 1, 2, "Mancava.") }, "this act was not possible here"},
		"while a round is open":    {late, func(b *book) { b.join(b.find("round_opened", 2), "facilitator", 3, 2, "Mancava.") }, "while round 3 is open or closing"},
		"after the conclusion":     {late, func(b *book) { b.join(b.find("key_destroyed", 0), "facilitator", 3, 3, "Mancava.") }, "while the consultation does not run"},
		"taken back, never joined": {late, func(b *book) { b.unjoin(between(b), 3) }, "which did not join since the last round"},
	} {
		t.Run(name, func(t *testing.T) {
			b := c.of.copied(t)
			c.does(b)
			b.seal()
			_, err := Run(t.Context(), b.files, Options{})
			var f *source.Fault
			switch {
			case c.want == "" && err != nil:
				t.Errorf("it was named so: %v", err)
			case c.want != "" && (!errors.As(err, &f) || !strings.Contains(err.Error(), c.want)):
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// TestWhatJoinedIsAskedAsItJoined: the round that opens next asks it as new, in its words and
// of its kind.
func TestWhatJoinedIsAskedAsItJoined(t *testing.T) {
	asked := feedback.Asked{Kind: "scala", New: true, Number: 3, Text: "Potare i tigli.", Version: 1}
	other, known, of := asked, asked, asked
	other.Text, known.New, of.Kind = "Potare tutto.", false, "altro"
	for want, items := range map[string][]feedback.Asked{
		"":                                     {asked},
		"does not ask it as new":               {known},
		"in other words or of another kind":    {other},
		"in other words or of another kind ":   {of},
		"the round that opened next does not ": nil,
	} {
		r := &reading{slug: "tigli", life: &replay.Life{Joins: []replay.Join{{Item: 3, Kind: "scala", Round: 2, Asked: 3, Text: sha256.Sum256([]byte("Potare i tigli."))}}},
			closings: []closing{{round: &replay.Round{Number: 3}, items: slices.Clone(items)}}}
		r.protocol.Items.NewAfterRound = 2
		err := r.joined()
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), strings.TrimSpace(want))) {
			t.Errorf("%v: %v, want %q", items, err, want)
		}
	}
}
