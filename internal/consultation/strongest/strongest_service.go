package strongest

import (
	"context"
	"slices"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/feedback"
	"delfi/internal/consultation/feedback/archive"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/ledger/leaf"
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
)

// Service has the use cases.
type Service struct {
	db     *postgres.DB
	record *ledger.Service
}

// New makes the service.
func New(db *postgres.DB, l *ledger.Service) *Service { return &Service{db: db, record: l} }

// Desk is the options of a consultation with the arguments that its last round gave.
type Desk struct {
	Consultation consultation.Consultation
	Round        int                   // that gave the arguments; 0 before any has
	Options      []feedback.ItemResult // as that round asked them
	Cases        []Case                // that hold, with their words where the law left them
	Refused      error                 // why the reader marks nothing now; nil where they may
}

// Desk gives the arguments to one of the consultation's staff.
func (s *Service) Desk(ctx context.Context, actor account.Actor, slug string) (Desk, error) {
	c, err := lifecycle.Desk(ctx, s.db, actor, slug)
	if err != nil {
		return Desk{}, err
	}
	out := Desk{Consultation: c}
	_, out.Refused = CanMark(actor, c)
	last := c.LastReleased()
	if last == nil {
		return out, nil
	}
	out.Round = last.Number
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		d, err := optionsOf(ctx, tx, *last)
		if err != nil {
			return err
		}
		entries, err := s.record.ActsOf(ctx, tx, c.ID, string(consultation.ActMark))
		if err != nil {
			return err
		}
		out.Options, out.Cases = d, Read(entries)
		found, err := words(ctx, tx, c, out.Cases)
		for _, one := range found {
			at := slices.IndexFunc(out.Cases, func(o Case) bool { return o.Item == one.Item && o.Side == one.Side })
			out.Cases[at] = one
		}
		return err
	})
	return out, err
}

// optionsOf gives what a round's document says of its options, which are judged on criteria.
func optionsOf(ctx context.Context, tx *postgres.Tx, r consultation.Round) ([]feedback.ItemResult, error) {
	d, _, err := archive.Find(ctx, tx, r.ID)
	if err != nil || d == nil {
		return nil, err
	}
	return slices.DeleteFunc(d.Items, func(i feedback.ItemResult) bool { return len(i.Criteria) == 0 }), nil
}

// Find gives the marks of a consultation that hold, each with its words from the document of the
// round that gave them; those whose words the law removed are left out.
func Find(ctx context.Context, tx *postgres.Tx, record *ledger.Service, c consultation.Consultation) ([]Case, error) {
	if !Weighs(c) {
		return nil, nil
	}
	entries, err := record.ActsOf(ctx, tx, c.ID, string(consultation.ActMark))
	if err != nil {
		return nil, err
	}
	return words(ctx, tx, c, Read(entries))
}

// words gives marks with their words, but those whose words the law removed.
func words(ctx context.Context, tx *postgres.Tx, c consultation.Consultation, all []Case) ([]Case, error) {
	var out []Case
	options := map[int][]feedback.ItemResult{} // by round
	for _, one := range all {
		r := c.Round(one.Round)
		if r == nil {
			continue
		}
		if _, read := options[one.Round]; !read {
			asked, err := optionsOf(ctx, tx, *r)
			if err != nil {
				return nil, err
			}
			options[one.Round] = asked
		}
		for _, i := range options[one.Round] {
			if i.Number != one.Item {
				continue
			}
			if found, stands := one.Found(i.Reasons); stands {
				out = append(out, found)
			}
		}
	}
	return out, nil
}

// Mark is an argument that the facilitator holds for the strongest of its side.
type Mark struct {
	Item     int // number of the option
	Side     delphi.Side
	Argument string // digest of its words; None takes the mark of the side back
	Reason   string
	Seen     string // the digest that was marked when the form was read; None for none
}

// maxReason is how long the public reason may be, in characters.
const maxReason = 600

// Mark marks an argument of the last round as the strongest of its side of an option, in the
// place of the one that was, with a public reason (facilitator). The same again changes
// nothing. Invalid names the fields "argument" and "reason"; Conflict "case_changed" when
// somebody marked another in the meantime.
func (s *Service) Mark(ctx context.Context, actor account.Actor, slug string, m Mark) error {
	return lifecycle.Act(ctx, s.db, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		by, err := CanMark(actor, *c)
		if err != nil {
			return err
		}
		last := c.LastReleased()
		options, err := optionsOf(ctx, tx, *last)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(options, func(i feedback.ItemResult) bool { return i.Number == m.Item })
		if at < 0 || !slices.Contains(Sides, m.Side) {
			return consultation.ErrNoItem
		}
		entries, err := s.record.ActsOf(ctx, tx, c.ID, string(consultation.ActMark))
		if err != nil {
			return err
		}
		now := marked(Read(entries), m.Item, m.Side)
		if now == m.Argument {
			return nil // pressed twice
		}
		var bad []fault.Field
		reason := prose.Field{Name: "reason", Max: maxReason, Needed: true}.Read(m.Reason, &bad)
		if m.Argument != None && !slices.ContainsFunc(options[at].Reasons, func(r feedback.Reason) bool {
			return r.Side == m.Side && r.Text != "" && leaf.Digest([]byte(r.Text)) == m.Argument
		}) {
			bad = append(bad, fault.Field{Name: "argument", Code: "choose_argument", Message: "choose an argument of this side"})
		}
		switch {
		case len(bad) > 0:
			return fault.Bad(bad...)
		case now != m.Seen:
			return fault.New(fault.Conflict, "case_changed", "somebody marked another argument in the meantime")
		}
		e := ledger.Entry{
			Consultation: c.ID, Type: ledger.Act, Kind: string(consultation.ActMark), Role: string(by.Role), Name: by.Name,
			Target: consultation.Item{Number: m.Item}.Target(), Reason: reason,
		}
		e.Body, e.Texts = ledger.Split(map[string]any{"item": m.Item, "round": last.Number, "side": string(m.Side), "argument": m.Argument})
		return s.record.Append(ctx, tx, e)
	})
}

// marked is the digest of the argument that is marked of a side; None for none.
func marked(all []Case, item int, side delphi.Side) string {
	for _, c := range all {
		if c.Item == item && c.Side == side {
			return c.Digest
		}
	}
	return None
}

// Marked is the digest of the argument that is marked of a side of an option; None for none.
func (d Desk) Marked(item int, side delphi.Side) string { return marked(d.Cases, item, side) }
