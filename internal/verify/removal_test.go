package verify

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"delfi/internal/consultation/ballot"
	"delfi/internal/ledger/leaf"
	"delfi/internal/report"
)

// redact takes a reason's text out of round 3's feedback document and out of the
// opinion, whose next version is recorded; it gives the text's digest and the hash
// under which the document was recorded.
func redact(t *testing.T, b *book) (digest, recorded string) {
	t.Helper()
	name := b.slug + "/rounds/3/feedback.json"
	recorded = leaf.Digest(b.files[name].Data)
	var f ballot.Feedback
	if err := json.Unmarshal(b.files[name].Data, &f); err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(f.Items, func(i ballot.ItemFeedback) bool { return len(i.Reasons) > 0 })
	text := f.Items[at].Reasons[0].Text
	digest = leaf.Digest([]byte(text))
	stub := func(all []ballot.Reason) {
		for n := range all {
			if all[n].Text == text {
				all[n].Text, all[n].Removed = "", digest
			}
		}
	}
	for n := range f.Items {
		stub(f.Items[n].Reasons)
	}
	b.put(name, b.canonical(f))
	var o report.Opinion
	first := b.files[b.slug+"/opinion.json"].Data
	if err := json.Unmarshal(first, &o); err != nil {
		t.Fatal(err)
	}
	for n := range o.Items {
		for _, all := range [][]report.Reason{o.Items[n].Dissent.Against, o.Items[n].Dissent.For, o.Items[n].Dissent.Unsaid} {
			for r := range all {
				if all[r].Text == text {
					all[r].Text, all[r].Removed = "", digest
				}
			}
		}
		for h := range o.Items[n].History {
			stub(o.Items[n].History[h].Reasons)
		}
	}
	o.Version = 2
	second := b.canonical(o)
	b.put(b.slug+"/opinion.json", second)
	b.entry("opinion", map[string]any{"role": "system", "version": 2, "hash": leaf.Digest(second), "previous": leaf.Digest(first)}, nil)
	return digest, recorded
}

func removal(digest, recorded string) map[string]any {
	return map[string]any{"kind": "reason", "role": "moderator", "digest": digest, "documents": []string{recorded}, "ground": "art. 17 GDPR"}
}

// TestAReasonRemovedByLawLeavesARecordThatHolds, and that says how many are gone.
func TestAReasonRemovedByLawLeavesARecordThatHolds(t *testing.T) {
	b := press(t, nil)
	digest, recorded := redact(t, b)
	b.entry("removal", removal(digest, recorded), map[string]string{"name": "Ada", "reason": "art. 17 GDPR"})
	b.seal()
	r, err := Run(t.Context(), b.files, Options{})
	if err != nil || r.Reasons == 0 {
		t.Errorf("%d stubs, %v", r.Reasons, err)
	}
}

// TestAReasonIsNotRemovedInSilence: without its entry, or under another's, the
// document is one that was falsified.
func TestAReasonIsNotRemovedInSilence(t *testing.T) {
	for name, of := range map[string]struct {
		entry func(b *book, digest, recorded string)
		want  string
	}{
		"without an entry": {func(*book, string, string) {}, "not the one that entry"},
		"another reason's entry": {func(b *book, _, recorded string) {
			b.entry("removal", removal(leaf.Digest([]byte("altro")), recorded), nil)
		}, "removed without an entry of the log"},
		"a figure changed with it": {func(b *book, digest, recorded string) {
			b.entry("removal", removal(digest, recorded), nil)
			b.edit(b.slug+"/rounds/3/feedback.json", `"unanimous":false`, `"unanimous":true`)
		}, "does not say what its tables give"},
	} {
		t.Run(name, func(t *testing.T) {
			b := press(t, nil)
			digest, recorded := redact(t, b)
			of.entry(b, digest, recorded)
			b.seal()
			_, err := Run(t.Context(), b.files, Options{})
			var f *Fault
			if !errors.As(err, &f) || !strings.Contains(err.Error(), of.want) {
				t.Errorf("%v, want %q", err, of.want)
			}
		})
	}
}
