package joining

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/feedback"
	"delfi/internal/consultation/feedback/archive"
	"delfi/internal/consultation/joined"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/ledger/leaf"
	"delfi/internal/platform/postgres"
)

// Contributions names the place of what was contributed, among the places of what was said.
const Contributions = "contributions"

// Desk is what the page of joining statements shows.
type Desk struct {
	Consultation consultation.Consultation
	Joined       []joined.Statement  // since the last round, by number
	Items        []consultation.Item // all statements, by number, those out of play last
	Places       []Place             // of what was said, the answers in words first
	Refused      error               // why the reader may let none join now; nil where they may
}

// Place is where something was said on which a statement can rest.
type Place struct {
	Key    string              // Contributions, or the number of the item, or the id of a list's kind
	Item   feedback.ItemResult // of the last round; of a list its first item; zero for contributions
	List   bool                // answered together
	Quotes []Quote
}

// Quote is one contribution, or one reason or answer in words.
type Quote struct {
	From     string // Source.String
	Text     string // Markdown of a contribution
	Language string // "" for the consultation's first
	Alias    string // "" for a reason
	People   int    // who gave the same reason; 1 for a contribution
	Items    int    // statements that it is in already
}

// Source names what a statement rests on: a contribution, the digest of a reason, or nothing.
type Source struct {
	Contribution uuid.UUID
	Digest       string // of the reason
}

// String is the source as forms carry it; "" for nothing.
func (s Source) String() string {
	if s.Contribution != uuid.Nil {
		return "c-" + s.Contribution.String()
	}
	if s.Digest != "" {
		return "r-" + s.Digest
	}
	return ""
}

// ReadSource reads what forms carry; Invalid names the field "from".
func ReadSource(typed string) (Source, error) {
	if typed == "" {
		return Source{}, nil
	}
	kind, rest := typed[:1], typed[min(2, len(typed)):]
	switch kind {
	case "c":
		if id, err := uuid.Parse(rest); err == nil {
			return Source{Contribution: id}, nil
		}
	case "r":
		if len(rest) == len(leaf.Digest(nil)) {
			return Source{Digest: rest}, nil
		}
	}
	return Source{}, fault.Bad(fault.Field{Name: "from", Code: "no_source", Message: "is nothing that was said"})
}

// Find gives what a source says, and its place; false where it is not there, or cannot be
// rested on any more.
func (d Desk) Find(from string) (Quote, bool) {
	for _, p := range d.Places {
		if i := slices.IndexFunc(p.Quotes, func(s Quote) bool { return s.From == from }); i >= 0 {
			return p.Quotes[i], true
		}
	}
	return Quote{}, false
}

// Place gives a place by its key; false for none.
func (d Desk) Place(key string) (Place, bool) {
	i := slices.IndexFunc(d.Places, func(p Place) bool { return p.Key == key })
	if i < 0 {
		return Place{}, false
	}
	return d.Places[i], true
}

// Desk gives the staff of a consultation what joined, and what was said on which a statement
// can rest; of a consultation whose protocol lets none join, nothing was said.
func (s *Service) Desk(ctx context.Context, actor account.Actor, slug string) (Desk, error) {
	c, err := lifecycle.Desk(ctx, s.db, actor, slug)
	if err != nil {
		return Desk{}, err
	}
	d := Desk{Consultation: c, Refused: may(actor, c)}
	if c.LastReleased() == nil || c.Stage != consultation.Running {
		return d, nil
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		if d.Items, d.Joined, err = s.joined(ctx, tx, c); err != nil {
			return err
		}
		if c.Joins() == nil || len(d.Joined) > 0 {
			d.Places, err = s.places(ctx, tx, c)
		}
		return err
	})
	return d, err
}

// places gathers what was said: the answers in words of the last round, contributions, and
// the reasons by statement.
func (s *Service) places(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) ([]Place, error) {
	f, _, err := archive.Find(ctx, tx, c.LastReleased().ID)
	if err != nil {
		return nil, err
	}
	var words, others []Place
	if f != nil {
		for _, i := range f.Items {
			k, _ := c.Protocol.Kind(i.Kind)
			p := Place{Key: strconv.Itoa(i.Number), Item: i, Quotes: reasonsOf(i.Reasons)}
			switch {
			case len(p.Quotes) == 0:
			case k.Kind == delphi.TextForm:
				words = append(words, p)
			default:
				others = append(others, p)
			}
		}
		for _, l := range f.Lists {
			at := slices.IndexFunc(f.Items, func(i feedback.ItemResult) bool { return i.Kind == l.Kind })
			if all := reasonsOf(l.Reasons); len(all) > 0 && at >= 0 {
				others = append(others, Place{Key: l.Kind, Item: f.Items[at], List: true, Quotes: all})
			}
		}
	}
	written, err := s.written(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	return slices.Concat(words, written, others), nil
}

// written gives the place of contributions; none where nothing was asked for, or none is public.
func (s *Service) written(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) ([]Place, error) {
	list, _, err := s.contributions.PublicOf(ctx, tx, c)
	if f := (*fault.Fault)(nil); errors.As(err, &f) && f.Kind == fault.Conflict {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p := Place{Key: Contributions}
	for _, one := range list {
		if one.Restable() {
			p.Quotes = append(p.Quotes, contributed(one))
		}
	}
	if len(p.Quotes) == 0 {
		return nil, nil
	}
	return []Place{p}, nil
}

func contributed(c contribution.Contribution) Quote {
	return Quote{From: Source{Contribution: c.ID}.String(), Text: c.Body, Language: c.Language, Alias: c.Alias.Name, People: 1, Items: len(c.Items)}
}

// reasonsOf gives reasons whose words stand, each once, those of most people first.
func reasonsOf(reasons []feedback.Reason) []Quote {
	var out []Quote
	for _, g := range feedback.Alike(reasons) {
		if g.Removed == "" {
			out = append(out, Quote{From: Source{Digest: leaf.Digest([]byte(g.Text))}.String(), Text: g.Text, Language: g.Lang, People: g.People})
		}
	}
	slices.SortStableFunc(out, func(a, b Quote) int { return cmp.Compare(b.People, a.People) })
	return out
}
