package drawing

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/panel/draw"
	"delfi/internal/platform/postgres"
)

// Public is the draw of a group as pages show it.
type Public struct {
	Group string
	Name  string // of the group, in the language of the consultation
	Draw  *Draw  // nil before its list is fixed
}

// Shown gives the groups of a consultation that are drawn, in the order of the protocol, each
// with its draw; none of a consultation that nobody reads yet.
func (s *Service) Shown(ctx context.Context, actor account.Actor, consultation uuid.UUID) ([]Public, error) {
	var out []Public
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		g, err := s.owner(ctx, tx, actor, consultation, false)
		if err != nil || !g.Public {
			return err
		}
		out, err = shown(ctx, tx, g, consultation)
		return err
	})
	return out, err
}

// Desk is Shown for whoever may draw; Forbidden, or Conflict, as the owner says.
func (s *Service) Desk(ctx context.Context, actor account.Actor, consultation uuid.UUID) ([]Public, error) {
	var out []Public
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		g, err := s.owner(ctx, tx, actor, consultation, false)
		if err != nil {
			return err
		}
		if g.Refused != nil {
			return g.Refused
		}
		out, err = shown(ctx, tx, g, consultation)
		return err
	})
	return out, err
}

func shown(ctx context.Context, tx *postgres.Tx, g Ground, consultation uuid.UUID) ([]Public, error) {
	all, err := findDraws(ctx, tx, consultation)
	if err != nil {
		return nil, err
	}
	var out []Public
	for _, group := range g.Groups {
		p := Public{Group: group, Name: g.Names[group]}
		if i := slices.IndexFunc(all, func(d Draw) bool { return d.Group == group }); i >= 0 {
			p.Draw = &all[i]
		}
		out = append(out, p)
	}
	return out, nil
}

// Held gives a consultation's draws that were drawn, also those that were withdrawn then, by
// group.
func Held(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) ([]Draw, error) {
	all, err := findDraws(ctx, tx, consultation)
	return slices.DeleteFunc(all, func(d Draw) bool { return !d.drawn }), err
}

// File is a public file of a draw, for the record.
type File struct {
	Path string // beneath draws/, "residents/roll.csv"
	Text []byte
}

// Files gives the public files of a consultation's draws: the list from when it is fixed,
// rule and portfolio from the commitment on, the result from the draw on.
func Files(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) ([]File, error) {
	all, err := findDraws(ctx, tx, consultation)
	if err != nil {
		return nil, err
	}
	var out []File
	for _, d := range all {
		add := func(name string, text []byte) { out = append(out, File{Path: d.Group + "/" + name, Text: text}) }
		add("roll.csv", d.Roll.CSV())
		if d.CommittedAt.IsZero() {
			continue
		}
		add("rule.json", d.Rule.Canonical())
		if d.Rule.Crossing() {
			add("portfolio", d.Portfolio.Text())
		}
		if d.drawn {
			add("result.json", d.Result.Canonical())
		}
	}
	return out, nil
}

// Own is how a signed-in person stands on the list of a draw. It says nothing of others.
type Own struct {
	Unsaid  bool // the provider attested no code
	Listed  bool
	Place   draw.Place
	Chance  float64 // under the rule; 0 before there is one
	Drawn   bool
	Reserve int  // place among the reserves, from 1; 0 for none
	Admits  bool // they may enrol
}

// Own finds the actor on a list. It only reads. Unavailable without the key of the tickets,
// Conflict "draw_keyless" once that is destroyed.
func (s *Service) Own(ctx context.Context, actor account.Actor, d Draw) (Own, error) {
	code := normal(s.code(actor))
	if code == "" {
		return Own{Unsaid: true}, nil
	}
	key, err := s.key(ctx, d)
	if err != nil {
		return Own{}, err
	}
	place, listed := d.Roll.Find(draw.NewTicket(key, []byte(code)))
	if !listed {
		return Own{}, nil
	}
	out := Own{Listed: true, Place: place}
	if !d.CommittedAt.IsZero() {
		out.Chance = d.Chances().Of(place.N)
	}
	if d.drawn {
		out.Drawn, out.Reserve = d.Result.Drawn(place.N), d.Result.Reserve(place.N)
	}
	out.Admits = d.admits(place.N)
	return out, nil
}

// Admit lets the actor into a group that is drawn, in the transaction of their enrolment:
// Conflict "draw_open" before the draw, Forbidden "draw_no_code" or "not_drawn", Conflict
// "draw_taken" where somebody is enrolled with the ticket. It says nothing of other groups.
func (s *Service) Admit(ctx context.Context, tx *postgres.Tx, actor account.Actor, consultation uuid.UUID, group string) error {
	g, err := s.owner(ctx, tx, actor, consultation, false)
	if err != nil || !slices.Contains(g.Groups, group) {
		return err
	}
	d, err := find(ctx, tx, consultation, group)
	if fault.KindOf(err) == fault.NotFound || err == nil && d.State() != Drawn {
		return errUndrawn
	}
	if err != nil {
		return err
	}
	own, err := s.Own(ctx, actor, d)
	switch {
	case err != nil:
		return err
	case own.Unsaid:
		return errNoCode
	case !own.Admits:
		return errNotDrawn
	}
	free, err := take(ctx, tx, consultation, group, own.Place.N)
	if err == nil && !free {
		return errTaken
	}
	return err
}
