package verify

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"delfi/internal/ledger/leaf"
	"delfi/internal/verify/replay"
)

// succeed puts a succession in front of all entries, which are carried over, and gives
// the log another key.
func (b *book) succeed() {
	b.now = b.now.Add(48 * time.Hour)
	body := map[string]any{"carried": len(b.lines), "key": b.log.key, "origin": b.log.Name(), "role": "system", "root": b.tree(len(b.lines)).Root.String(), "size": len(b.lines)}
	first := entryLine{Words: json.RawMessage("null")}
	first.Entry = leaf.Entry{Type: "succession", Consultation: "-", Minute: b.now.Format(replay.Minute), Body: string(b.canonical(body))}.Text()
	b.lines = append([]entryLine{first}, b.lines...)
	for n := range b.lines {
		b.lines[n].N = n
	}
	b.log = newSigner(b.t, rand.NewChaCha8([32]byte{byte(len(b.lines))}), b.log.Name()+"/2")
	b.put("key", []byte(b.log.key+"\n"+b.witness.key+"\n"))
}

// TestReceiptsOutliveTheirLog: a receipt that a former log signed is checked as it was,
// after one succession and after another; one that nobody named signed is not, nor one
// whose ballot was taken out.
func TestReceiptsOutliveTheirLog(t *testing.T) {
	b := press(t, nil)
	receipts := map[string][]byte{"receipt": b.receipt, "proof": b.proof}
	for n := range 3 {
		b.seal()
		for name, text := range receipts {
			r, err := Run(t.Context(), b.files, Options{Receipts: map[string][]byte{name: text}})
			if err != nil || len(r.Receipts) != 1 || r.Receipts[0].Waiting || name == "proof" && r.Receipts[0].Leaves == 0 {
				t.Errorf("after %d successions, %s: %+v, %v", n, name, r.Receipts, err)
			}
		}
		b.succeed()
	}
	for name, of := range map[string]struct {
		change func(body map[string]any)
		want   string
	}{
		"a succession that names no key": {func(body map[string]any) { delete(body, "key") }, "not signed by the key of the log, nor of one that it succeeded"},
		"another log's key":              {func(body map[string]any) { body["key"] = b.witness.key }, "not that of the former log"},
		"fewer entries carried over":     {func(body map[string]any) { body["carried"] = 3 }, "the log was rewritten since the receipt was given"},
	} {
		b := press(t, nil)
		b.succeed()
		b.rewrite(0, of.change)
		b.seal()
		_, err := Run(t.Context(), b.files, Options{Receipts: map[string][]byte{"receipt": b.receipt}})
		if err == nil || !strings.Contains(err.Error(), of.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// without removes the words beside entry n by law, and says so in an entry of the same
// consultation, which names it as named.
func (b *book) without(n, named int) {
	b.lines[n].Words = json.RawMessage("null")
	b.entry("removal", map[string]any{"role": "system", "entry": named, "ground": "art. 17 GDPR"}, nil)
}

// TestASuccessorCarriesRemovalsOver: each names an entry by its number in the log that it
// was written in, and verify counts from there, through two successions days apart.
func TestASuccessorCarriesRemovalsOver(t *testing.T) {
	b := press(t, nil)
	b.without(0, 0) // the commitment, just behind the successions
	b.succeed()
	act := 0
	for n, l := range b.lines {
		if strings.Contains(l.Entry, `"kind":"conclude"`) {
			act = n
		}
	}
	b.without(act, act)
	b.succeed()
	b.without(4, 4) // the announcement
	b.seal()
	r, err := Run(t.Context(), b.files, Options{})
	if want := []int64{2, int64(act) + 1, 4}; err != nil || !slices.Equal(r.Removals, want) {
		t.Fatalf("%v, want %v, %v", r.Removals, want, err)
	}
}

// TestARemovalNamesTheEntryOfItsOwnLog: the number that it had in another log is
// another entry's.
func TestARemovalNamesTheEntryOfItsOwnLog(t *testing.T) {
	for name, of := range map[string]struct {
		change func(b *book)
		want   string
	}{
		"the former number, after the succession": {func(b *book) { b.succeed(); b.without(1, 0) }, "it removes the words beside entry 0"},
		"the later number, before it":             {func(b *book) { b.without(0, 1); b.succeed() }, "it removes the words beside entry 2"},
		"carried over more than there is": {func(b *book) {
			b.succeed()
			b.rewrite(0, func(body map[string]any) { body["carried"] = len(b.lines) })
		}, "it carries over other entries than follow it"},
		"not in front": {func(b *book) {
			b.succeed()
			b.lines[0], b.lines[1] = b.lines[1], b.lines[0]
			b.lines[0].N, b.lines[1].N = 0, 1
		}, "succeeds another with its first entry"},
	} {
		t.Run(name, func(t *testing.T) {
			b := press(t, nil)
			of.change(b)
			b.seal()
			if _, err := Run(t.Context(), b.files, Options{}); err == nil || !strings.Contains(err.Error(), of.want) {
				t.Errorf("%v, want %q", err, of.want)
			}
		})
	}
}

// TestACheckpointOfAFormerLogIsRefusedByItsName: one that was kept before a succession says
// nothing of the log as it continues, and who kept it learns why; one of before two
// successions too, one of a log that was rewritten as it was carried over, and one of a
// stranger's.
func TestACheckpointOfAFormerLogIsRefusedByItsName(t *testing.T) {
	b := press(t, nil)
	first := b.log.Name()
	kept := b.checkpoint(len(b.lines) - 2)
	stranger := press(t, func(b *book) { b.log = newSigner(t, rand.NewChaCha8([32]byte{99}), "elsewhere.example/record") })
	b.succeed()
	b.seal()
	refused := func(checkpoint []byte, words ...string) {
		t.Helper()
		_, err := Run(t.Context(), b.files, Options{Checkpoint: checkpoint})
		for _, w := range words {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("%v, want %q", err, w)
			}
		}
	}
	refused(kept, "it is of the former log "+first, "which entry 0 of this log succeeded", "from now on keep a checkpoint of "+b.log.Name())
	second := b.checkpoint(3)
	refused(stranger.checkpoint(2), "it is of the log elsewhere.example/record", "names no such former log")
	b.succeed()
	b.seal()
	refused(kept, "it is of the former log "+first, "which entry 1 of this log succeeded")
	refused(second, "which entry 0 of this log succeeded")
	if _, err := Run(t.Context(), b.files, Options{Checkpoint: b.checkpoint(3)}); err != nil {
		t.Errorf("the log's own: %v", err)
	}

	b = press(t, nil)
	kept = b.checkpoint(len(b.lines) - 2)
	b.rewrite(0, func(body map[string]any) { body["money"] = "Mille euro" })
	b.succeed()
	b.seal()
	refused(kept, "were not carried over as they stood")
}
