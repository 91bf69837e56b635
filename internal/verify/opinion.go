package verify

import (
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi/table"
	"delfi/internal/ledger/leaf"
	"delfi/internal/report/schema"
	"delfi/internal/verify/joining"
	"delfi/internal/verify/source"
	"delfi/internal/verify/told"
	"delfi/internal/verify/wording"
)

// opinion is step 7 for the published opinion: it is the recorded one, and all in
// it that is computed is computed again.
func (c *check) opinion(r *reading, l Listed) error {
	if len(r.life.Opinions) == 0 {
		return nil
	}
	const file = "opinion.json"
	var o schema.Opinion
	text, err := c.documentOf(r, file, &o)
	if err != nil {
		return err
	}
	e := r.life.Opinions[len(r.life.Opinions)-1]
	if err := c.recorded(r, file, leaf.Digest(text), e.Hash, e.Record); err != nil {
		return err
	}
	if id := o.Consultation.String(); id != r.id {
		return &source.Fault{File: r.path(file), What: "the opinion is of another consultation", Found: id, Expected: r.id}
	}
	if err := r.published(&o, e.Version, e.Record.N); err != nil {
		return err
	}
	if o.Title != l.Title {
		return &source.Fault{File: listFile, What: "the list gives " + l.Slug + " another title than its opinion", Found: source.Short(l.Title), Expected: source.Short(o.Title)}
	}
	if r.unsaid, err = wording.Opinion(r.path(file), r.life, r.protocol.Languages[1:], &o); err != nil {
		return err
	}
	if err := r.statements.Opinion(r.path(file), r.life, r.protocol.Languages[1:], &o, e.Record.N); err != nil {
		return err
	}
	if err := joining.Opinion(r.path(file), r.life.Joins, &o); err != nil {
		return err
	}
	if err := r.reported(&o); err != nil {
		return err
	}
	if err := c.same(r.path(file), text, o, "the opinion does not say what the record gives, at"); err != nil {
		return err
	}
	return told.Opinion(r.path(file), r.life, r.protocol, &o, e.Record.N)
}

// published puts into an opinion what the record gives, in the place of what the
// opinion says; its words stay. It was published at an entry.
func (r *reading) published(o *schema.Opinion, version int, at int64) error {
	var documents []feedback.Document
	var closings []table.Closing
	asked := map[uuid.UUID]feedback.Asked{}
	for _, e := range r.closings {
		documents, closings = append(documents, e.feedback), append(closings, e.Closing)
		for _, a := range e.items {
			asked[a.Item] = a
		}
	}
	f := schema.FiguresOf(r.protocol, documents, closings)
	o.Version, o.Slug, o.ProtocolHash, o.Protocol = version, r.slug, r.hash, r.protocol.Canonical()
	o.Attrition, o.Suppressed, o.Lists = f.Attrition, f.Suppressed, f.Lists
	o.Reading, o.Draws = given(o.Reading, r.life.Given), r.drawnBefore(at)
	seen, numbers := map[uuid.UUID]bool{}, map[int]bool{}
	for n := range o.Items {
		i := &o.Items[n]
		rounds := i.History
		i.ItemFigures = f.Of(i.ID)
		if a, rated := asked[i.ID]; rated {
			i.Number, i.Kind = a.Number, a.Kind
		}
		if numbers[i.Number] || seen[i.ID] {
			return &source.Fault{File: r.path("opinion.json"), What: "two items of the opinion have one number", Found: fmt.Sprint(i.Number)}
		}
		seen[i.ID], numbers[i.Number] = true, true
		// Dropped or settled is what the log decided: else a verdict could be left out of
		// the summary by calling its item gone.
		i.State, i.SettledIn = string(r.life.Stands(i.Number)), r.life.Settled[i.Number]
		r.decided(i, rounds)
		i.Joined = joining.Joined(r.life, *i)
	}
	o.Summary = schema.Summarize(o.Items)
	for id := range f.Items {
		if !seen[id] {
			return &source.Fault{File: r.path("opinion.json"), What: "the opinion leaves out an item that was rated", Expected: id.String()}
		}
	}
	for n := range o.Rounds {
		r.held(&o.Rounds[n])
	}
	return nil
}

// given puts the digests of the announcement in the place of what the panel was given to
// read as the opinion has it; its words stay.
func given(rounds []schema.Document, digests []string) []schema.Document {
	var out []schema.Document
	for n, digest := range digests {
		var d schema.Document
		if n < len(rounds) {
			d = rounds[n]
		}
		d.Digest = digest
		out = append(out, d)
	}
	return out
}

// decided puts the decisions of the log beside the rounds that they followed. A
// reason that was removed by law stays as the opinion has it.
func (r *reading) decided(i *schema.Item, rounds []schema.ItemRound) {
	if r.protocol.Standing() {
		return // nothing is decided in between
	}
	for _, d := range r.life.Decisions {
		if d.Item != i.Number {
			continue
		}
		for n := range i.History {
			if i.History[n].Round != d.Round {
				continue
			}
			if d.Back {
				i.History[n].Decision = nil
				continue
			}
			reason := d.Record.Words.Reason
			if d.Record.Removed && n < len(rounds) && rounds[n].Decision != nil {
				reason = rounds[n].Decision.Reason
			}
			i.History[n].Decision = &schema.Decision{Proposed: d.Proposed, Decided: d.Decided, Reason: reason, Against: d.Proposed != d.Decided}
		}
	}
}

// held puts the participation in a round; a standing round's last release stays.
func (r *reading) held(o *schema.Round) {
	for _, e := range r.closings {
		if e.round.Number == o.Number {
			o.Enrolled, o.Answered, o.Document, o.Groups = e.Counts.Enrolled, e.Counts.Answered, e.hash, e.Counts.Groups
		}
	}
	r.briefOf(o)
	if w := r.life.Rounds[o.Number]; w != nil && w.Kind != "" {
		o.Kind = w.Kind
		if w.State == consultation.RoundReleased {
			o.State = string(w.State)
		}
	}
}
