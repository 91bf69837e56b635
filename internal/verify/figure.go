package verify

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/ledger/leaf"
	"delfi/internal/verify/replay"
	"delfi/internal/verify/source"
)

// feedback is step 7 for one closing: its document is the recorded one, its
// reasons are those whose digests are leaves, and every figure, verdict and
// proposal is what the engine computes from the tables. digest is the recorded one, and
// of makes one of a text.
func (c *check) feedback(r *reading, dir string, now *closing, e replay.Record, digest string, of func([]byte) string) error {
	file := dir + "feedback.json"
	text, err := c.documentOf(r, file, &now.feedback)
	if err != nil {
		return err
	}
	now.hash = digest
	// A document from which the law took a reason has other bytes than were recorded at
	// its closing: those that the last removal left.
	left, cut := c.log.acts.Left(r.id, digest)
	if cut {
		e, digest = left.By, left.After
	}
	if err := c.recorded(r, file, of(text), digest, e); err != nil {
		return err
	}
	r.closings = append(r.closings, *now)
	told := map[string][]feedback.Reason{}
	for _, i := range now.feedback.Items {
		b := bearer{name: i.Item.String(), called: fmt.Sprintf("item %d", i.Number), outside: beyond(r.protocol, i)}
		if err := c.reasons(r, file, b, i.Reasons, now.Tables, left.Gone); err != nil {
			return err
		}
		told[b.name] = i.Reasons
	}
	for _, l := range now.feedback.Lists {
		if err := c.reasons(r, file, bearer{name: l.Kind, called: "the list " + l.Kind}, l.Reasons, now.Tables, left.Gone); err != nil {
			return err
		}
		told[l.Kind] = l.Reasons
	}
	computed := feedback.Of(r.protocol, now.items, r.upTo(now.round), told)
	return c.same(r.path(file), text, computed, "the document does not say what its tables give, at")
}

// upTo gives the closings that the engine measures with the last one: those of the
// answering rounds so far, or the releases of a standing one.
func (r *reading) upTo(w *replay.Round) []table.Closing {
	var out []table.Closing
	for _, e := range r.closings {
		if w.Kind != delphi.StandingKind || e.round == w {
			out = append(out, e.Closing)
		}
	}
	return out
}

// bearer is an item or a list, as its tables of reasons name it.
type bearer struct {
	name    string
	called  string // in the words of a fault
	outside int    // people who answered outside the middle half, at most
}

// reasons compares the texts beside an item or a list with the digests of its tables R;
// gone are the digests of those that were removed by law.
func (c *check) reasons(r *reading, file string, b bearer, reasons []feedback.Reason, tables []table.Table, gone []string) error {
	name := "R/" + b.name + "/"
	bad := func(what, found, expected string) error {
		return &source.Fault{File: r.path(file), Table: strings.TrimSuffix(name, "/"), What: what, Found: found, Expected: expected}
	}
	left := map[string]int{}
	for _, t := range tables {
		end, ok := strings.CutPrefix(t.ID, name)
		if !ok {
			continue
		}
		for n, v := range t.Values {
			left[end+" "+v] += t.Counts[n]
		}
	}
	if r.protocol.Feedback.Reasons == "none" && len(reasons) == 0 {
		return nil
	}
	outside := 0
	for n, w := range reasons {
		end := sideTable(w)
		key := end + " " + leaf.Digest([]byte(w.Text))
		if w.Removed != "" {
			if w.Text != "" || !slices.Contains(gone, w.Removed) {
				return bad(fmt.Sprintf("reason %d of %s is removed without an entry of the log that says so", n+1, b.called), w.Removed, "a removal by law")
			}
			key = end + " " + w.Removed
			c.result.Reasons++
		}
		if w.Lang != "" && !slices.Contains(r.protocol.Languages[1:], w.Lang) {
			return bad(fmt.Sprintf("reason %d of %s is in a language that is no further one of the protocol", n+1, b.called), w.Lang, strings.Join(r.protocol.Languages, ", "))
		}
		if left[key] == 0 {
			return bad(fmt.Sprintf("reason %d of %s is not one that a ballot gave: no leaf has its digest, with the side that it is said to argue", n+1, b.called), source.Short(w.Text), "a text whose digest the table has")
		}
		left[key]--
		c.result.Texts++
		if w.Outside {
			outside++
		}
	}
	for _, key := range slices.Sorted(maps.Keys(left)) {
		if left[key] > 0 {
			return bad(fmt.Sprintf("a reason of %s is left out", b.called), fmt.Sprintf("%d reasons", len(reasons)), "also the one with the digest "+strings.TrimSpace(key))
		}
	}
	if outside > b.outside {
		return bad(fmt.Sprintf("more reasons of %s are from outside the middle half than people answered there", b.called), fmt.Sprint(outside), fmt.Sprintf("at most %d", b.outside))
	}
	return nil
}

// sideTable gives the end of the name of the table that a reason is told to come from:
// its side, else its place, else "unsaid".
func sideTable(w feedback.Reason) string {
	switch {
	case w.Side != "":
		return string(w.Side)
	case w.Place != "" && w.Place != table.NoPlace:
		return string(w.Place)
	}
	return "unsaid"
}

// beyond counts the people whose answers lie outside the middle half. Whose
// reasons they are no table tells.
func beyond(p protocol.Protocol, i feedback.ItemResult) int {
	f := i.Figures
	q1, ok1 := f.Q1.Float()
	q3, ok3 := f.Q3.Float()
	if f.Thirds || f.Camps(i.Verdict) || !ok1 || !ok3 {
		return 0
	}
	k, _ := p.Kind(i.Kind) // the reader of items saw that it exists
	n := 0
	for place, count := range f.Histogram {
		v := float64(place + 1)
		switch {
		case k.Kind != delphi.EstimateForm && k.Kind != delphi.DateForm:
		case place == k.Steps():
			v = math.Inf(1) // "never" lies above every value
		default:
			v = float64(k.Min + place*k.Grid)
		}
		if v < q1 || v > q3 {
			n += count
		}
	}
	return n
}
