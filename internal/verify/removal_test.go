package verify

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"delfi/internal/consultation/feedback"
	"delfi/internal/ledger/leaf"
	"delfi/internal/report/schema"
	"delfi/internal/verify/source"
)

// redact takes the text of reason n out of round 3's feedback document and out of the
// opinion, whose next version is recorded; it gives the text's digest and the hash
// under which the document was recorded.
func redact(t *testing.T, b *book, n int) (digest, recorded string) {
	t.Helper()
	name := b.slug + "/rounds/3/feedback.json"
	recorded = b.shown
	var f feedback.Document
	if err := json.Unmarshal(b.files[name].Data, &f); err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(f.Items, func(i feedback.ItemResult) bool { return len(i.Reasons) > 0 })
	text := f.Items[at].Reasons[n].Text
	digest = leaf.Digest([]byte(text))
	stub := func(all []feedback.Reason) {
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
	var o schema.Opinion
	first := b.files[b.slug+"/opinion.json"].Data
	if err := json.Unmarshal(first, &o); err != nil {
		t.Fatal(err)
	}
	for n := range o.Items {
		for _, all := range [][]schema.Reason{o.Items[n].Dissent.Against, o.Items[n].Dissent.For, o.Items[n].Dissent.Unsaid} {
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
	o.Version++
	b.tells(&o)
	second := b.canonical(o)
	b.put(b.slug+"/opinion.json", second)
	b.entry("opinion", map[string]any{"role": "system", "version": o.Version, "hash": leaf.Digest(second), "previous": leaf.Digest(first)}, nil)
	return digest, recorded
}

// reopinionLast brings the entry of the opinion's second version into line with it.
func (b *book) reopinionLast() {
	digest := leaf.Digest(b.files[b.slug+"/opinion.json"].Data)
	b.rewrite(b.find("opinion", 1), func(body map[string]any) { body["hash"] = digest })
}

// removal is the entry's figures, which bind what is left of round 3's document.
func removal(b *book, digest, recorded string) map[string]any {
	return map[string]any{
		"kind": "reason", "role": "moderator", "digest": digest, "ground": "art. 17 GDPR",
		"documents": []string{recorded}, "afterwards": []string{leaf.Digest(b.files[b.slug+"/rounds/3/feedback.json"].Data)},
	}
}

// TestAReasonRemovedByLawLeavesARecordThatHolds, and that says how many are gone; a
// second removal binds what both left.
func TestAReasonRemovedByLawLeavesARecordThatHolds(t *testing.T) {
	b := press(t, nil)
	for n := range 2 {
		digest, recorded := redact(t, b, n)
		b.entry("removal", removal(b, digest, recorded), map[string]string{"name": "Ada", "reason": "art. 17 GDPR"})
		b.seal()
		r, err := Run(t.Context(), b.files, Options{})
		if err != nil || r.Reasons != n+1 {
			t.Errorf("%d stubs, %v", r.Reasons, err)
		}
	}
}

// TestAReasonIsNotRemovedInSilence: without its entry, or under another's, the
// document is one that was falsified; and so is whatever changes beside it, before
// the log is signed anew or after.
func TestAReasonIsNotRemovedInSilence(t *testing.T) {
	const three = "tigli/rounds/3/feedback.json"
	for name, of := range map[string]struct {
		entry func(b *book, digest, recorded string)
		after func(b *book) // without a key
		want  string
	}{
		"without an entry": {entry: func(*book, string, string) {}, want: "(feedback) recorded"},
		"another reason's entry": {entry: func(b *book, _, recorded string) {
			b.entry("removal", removal(b, leaf.Digest([]byte("altro")), recorded), nil)
		}, want: "removed without an entry of the log"},
		"a figure changed with it": {entry: func(b *book, digest, recorded string) {
			b.edit(three, `"unanimous":false`, `"unanimous":true`)
			b.entry("removal", removal(b, digest, recorded), nil)
		}, want: "does not say what its tables give"},
		"a mark of dissent changed after it": {entry: func(b *book, digest, recorded string) {
			b.entry("removal", removal(b, digest, recorded), nil)
		}, after: func(b *book) { b.edit(three, `"outside":false`, `"outside":true`) }, want: "(removal) recorded"},
		"what the first of two removals left": {entry: func(b *book, digest, recorded string) {
			b.entry("removal", removal(b, digest, recorded), nil)
			first := b.files[three].Data
			digest, recorded = redact(t, b, 1)
			b.entry("removal", removal(b, digest, recorded), nil)
			b.put(three, first)
		}, want: "(removal) recorded"},
		"a removal that binds nothing": {entry: func(b *book, digest, recorded string) {
			body := removal(b, digest, recorded)
			delete(body, "afterwards")
			b.entry("removal", body, nil)
		}, want: "does not bind what it left"},
		"a removal from what was never recorded": {entry: func(b *book, digest, _ string) {
			b.entry("removal", removal(b, digest, strings.Repeat("ab", 32)), nil)
		}, want: "from a document that the log does not know"},
		"other words in the minority report": {entry: func(b *book, digest, recorded string) {
			body := removal(b, digest, recorded)
			body["minority"] = leaf.Digest([]byte("Chi è contro chiede […]."))
			b.entry("removal", body, nil)
			b.edit(b.slug+"/opinion.json", minorityText, "Nessuno è contro […].")
			b.reopinionLast()
		}, want: "the minority report is not the one that the panel read"},
	} {
		t.Run(name, func(t *testing.T) {
			b := press(t, nil)
			digest, recorded := redact(t, b, 0)
			of.entry(b, digest, recorded)
			b.seal()
			if of.after != nil {
				of.after(b)
			}
			_, err := Run(t.Context(), b.files, Options{})
			var f *source.Fault
			if !errors.As(err, &f) || !strings.Contains(err.Error(), of.want) {
				t.Errorf("%v, want %q", err, of.want)
			}
		})
	}
}

// TestAMinorityReportMayLoseWordsByLaw, and no others.
func TestAMinorityReportMayLoseWordsByLaw(t *testing.T) {
	b := press(t, nil)
	digest, recorded := redact(t, b, 0)
	body := removal(b, digest, recorded)
	body["minority"] = leaf.Digest([]byte("Chi è contro chiede […]."))
	b.entry("removal", body, nil)
	b.edit(b.slug+"/opinion.json", minorityText, "Chi è contro chiede […].")
	b.reopinionLast()
	b.seal()
	if _, err := Run(t.Context(), b.files, Options{}); err != nil {
		t.Error(err)
	}
}
