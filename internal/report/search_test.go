package report_test

import (
	"slices"
	"strings"
	"testing"

	"delfi/internal/consultation"
	"delfi/internal/ledger/leaf"
	"delfi/internal/search"
)

// found gives the kinds and pages of what a search finds, sorted.
func (w *town) found(words string) []string {
	w.t.Helper()
	q, err := search.Parse(words)
	w.must(err)
	p, err := w.Search.Find(w.t.Context(), search.Request{Query: q})
	w.must(err)
	var out []string
	for _, h := range p.Hits {
		path, _, _ := strings.Cut(strings.TrimPrefix(h.Path, "/consultations/"+slug), "#c-")
		out = append(out, string(h.Kind)+" "+path)
	}
	slices.Sort(out)
	return out
}

// What the acts of a consultation make public is found with the act, on the page that has
// it, and what they take away is found no more, before any job has run.
func TestWhatActsMakePublicIsFound(t *testing.T) {
	w := newTown(t)
	ctx := t.Context()
	holds := func(when, words string, want ...string) {
		t.Helper()
		if got := w.found(words); !slices.Equal(got, want) {
			t.Errorf("%s: %q finds %q, want %q", when, words, got, want)
		}
	}
	holds("gathered", "alberi", "contribution /contributions", "contribution /contributions")
	holds("gathered", "piazza", "consultation ")
	holds("gathered", "giunta", "consultation ")
	w.play(2, 0)
	holds("after a round", "fontana", "contribution /contributions", "item /rounds/2#a2")
	w.play(3, 0)
	holds("after another", "fontana", "contribution /contributions", "item /rounds/3#a2")
	w.must(w.Consultations.Conclude(ctx, w.facilitator, slug, "fine"))
	w.Drain(w.t)
	w.forgo()
	w.must(w.Consultations.Publish(ctx, w.administrator, slug, consultation.OpinionTexts{Summary: "Una **teleferica**."}))
	holds("published", "fontana", "contribution /contributions", "item /opinion#a2")
	holds("published", "teleferica", "opinion /opinion")
	c := w.consultation()
	o, _, err := w.Reports.Of(ctx, c.ID)
	w.must(err)
	reason := ""
	for _, i := range o.Items {
		for _, r := range i.History {
			for _, one := range r.Reasons {
				reason = one.Text
			}
		}
	}
	if reason == "" {
		t.Fatal("nobody gave a reason")
	}
	holds("published", `"`+reason+`"`, "opinion /opinion")
	w.must(w.Reports.RemoveReason(ctx, w.moderator, slug, leaf.Digest([]byte(reason)), "GDPR art. 17"))
	holds("in the next version", `"`+reason+`"`)
	holds("in the next version", "teleferica", "opinion /opinion")
	for _, one := range o.Contributions {
		if strings.Contains(one.Body, "fontana") {
			w.must(w.Contributions.Remove(ctx, w.moderator, slug, one.ID, "GDPR art. 17"))
		}
	}
	holds("at once", "fontana", "item /opinion#a2")
}
