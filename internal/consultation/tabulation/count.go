package tabulation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/ballot/payload"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/ledger/leaf"
	"delfi/internal/pseudonym"
)

// votes is what a closing keeps of each ballot that it has counted, and no more:
// enough to find the tables that hold it, and what its leaves are salted with.
// A hundred thousand ballots of twenty items take some 15 MB.
type votes struct {
	names  []string          // of items, as the engine knows them
	at     map[uuid.UUID]int // of an item among the names
	groups []string
	people []vote
	now    []uint8 // by person and item: 0 for none, cannotJudge
	before []uint8 // of the previous answering round
	why    []why   // in the order of people

	reasons    map[uuid.UUID][]feedback.Raw
	superseded [][32]byte
}

// vote is one person's.
type vote struct {
	panelist pseudonym.Panelist
	seed     leaf.Seed
	mark     [32]byte
	group    uint8 // among the groups
	stayed   bool  // answered the previous round too
	why      int32 // the first of their reasons
}

// why is one reason's digest, and the side that it argues.
type why struct {
	item   int32
	argues delphi.Side
	digest [32]byte
}

func newVotes(p protocol.Protocol, items []consultation.Item) *votes {
	v := &votes{at: make(map[uuid.UUID]int, len(items)), reasons: map[uuid.UUID][]feedback.Raw{}}
	for n, i := range items {
		v.names, v.at[i.ID] = append(v.names, i.ID.String()), n
	}
	for _, g := range p.Panel.Groups {
		v.groups = append(v.groups, g.ID)
	}
	return v
}

// paper is an opened ballot with its panelist's group.
type opened struct {
	panelist pseudonym.Panelist
	group    string
	payload  payload.Payload
	seed     leaf.Seed // these two where leaves are made: see draw
	mark     [32]byte
}

// draw notes what the paper's leaves are salted with, and its mark; of is the round.
func (p *opened) draw(m *marker, of string) {
	p.seed = p.payload.Seed()
	m.given = p.payload.AppendGiven(m.given[:0], m.name)
	p.mark = m.Mark(p.seed, p.payload.Part.Digests(of), p.group, m.given)
}

// marker makes marks one after the other.
type marker struct {
	leaf.Marker
	given []leaf.Given
	names map[uuid.UUID]string
}

func (m *marker) name(item uuid.UUID) string {
	name, known := m.names[item]
	if !known {
		if m.names == nil {
			m.names = map[uuid.UUID]string{}
		}
		name = item.String()
		m.names[item] = name
	}
	return name
}

// answers fills b with what the paper says of the items in play; answers to
// others are gone with their items.
func (v *votes) answers(b *delphi.Ballot, p *opened) {
	b.Panelist, b.Group, b.Answers = string(p.panelist[:]), p.group, b.Answers[:0]
	for _, e := range p.payload.Entries {
		n, inPlay := v.at[e.Item]
		if !inPlay {
			continue
		}
		a := e.Answer(v.names[n])
		if e.Reason != "" {
			a.Reason, a.Argues = leaf.Digest([]byte(e.Reason)), e.Argues
		}
		b.Answers = append(b.Answers, a)
	}
}

// keep notes a counted ballot, and the values of the one before it, by item; nil
// where there is none.
func (v *votes) keep(p *opened, before []uint8) error {
	group := slices.Index(v.groups, p.group)
	if group < 0 || group > 255 {
		return fmt.Errorf("a ballot is of an unknown group %q", p.group)
	}
	v.people = append(v.people, vote{
		panelist: p.panelist, seed: p.seed, mark: p.mark, group: uint8(group),
		stayed: before != nil, why: int32(len(v.why)),
	})
	v.now = v.row(v.now, p.payload)
	if before != nil {
		v.before = append(v.before, before...)
	} else {
		v.before = append(v.before, make([]uint8, len(v.names))...)
	}
	for _, e := range p.payload.Entries {
		n, inPlay := v.at[e.Item]
		if !inPlay || e.Reason == "" {
			continue
		}
		v.why = append(v.why, why{item: int32(n), argues: e.Argues, digest: sha256.Sum256([]byte(e.Reason))})
		told := e.Answer(v.names[n])
		told.Argues = e.Argues
		v.reasons[e.Item] = append(v.reasons[e.Item], feedback.Raw{Text: e.Reason, Answer: told})
	}
	v.superseded = append(v.superseded, p.payload.Superseded...)
	return nil
}

// row appends one person's values by item.
func (v *votes) row(to []uint8, s payload.Payload) []uint8 {
	from := len(to)
	to = slices.Grow(to, len(v.names))[:from+len(v.names)]
	clear(to[from:])
	for _, e := range s.Entries {
		if n, inPlay := v.at[e.Item]; inPlay {
			to[from+n] = e.Value
		}
	}
	return to
}

// ballot fills b with what was kept of one person's ballot.
func (v *votes) ballot(b *delphi.Ballot, person int) {
	p := &v.people[person]
	v.fill(b, p.panelist, p.group, v.values(v.now, person))
	last := len(v.why)
	if person+1 < len(v.people) {
		last = int(v.people[person+1].why)
	}
	for _, w := range v.why[p.why:last] {
		name := v.names[w.item]
		n := slices.IndexFunc(b.Answers, func(a delphi.Answer) bool { return a.Item == name })
		b.Answers[n].Reason, b.Answers[n].Argues = hex.EncodeToString(w.digest[:]), w.argues
	}
}

// previous fills b with their ballot of the round before; nil when there is none.
func (v *votes) previous(b *delphi.Ballot, person int) *delphi.Ballot {
	p := &v.people[person]
	if !p.stayed {
		return nil
	}
	v.fill(b, p.panelist, p.group, v.values(v.before, person))
	return b
}

// values gives one person's.
func (v *votes) values(of []uint8, person int) []uint8 {
	return of[person*len(v.names) : (person+1)*len(v.names)]
}

func (v *votes) fill(b *delphi.Ballot, panelist pseudonym.Panelist, group uint8, values []uint8) {
	b.Panelist, b.Group, b.Answers = string(panelist[:]), v.groups[group], b.Answers[:0]
	for n, value := range values {
		if value != 0 {
			b.Answers = append(b.Answers, payload.Entry{Value: value}.Answer(v.names[n]))
		}
	}
}

// counted is a round that was counted: what it says, and all that its leaves are
// made from.
type counted struct {
	closing table.Closing
	votes   *votes
	assign  func(table.Closing) (*table.Assignment, error)
}

// past is what earlier answering rounds are read for: their values, by panelist. Of
// several rounds the last valid answer to each item stands.
type past struct {
	of     map[pseudonym.Panelist]int32
	groups []uint8
	values []uint8 // by person and item in play
}

// tabulated reads the ballots of the answering rounds before a closing round, then
// streams those of the closing one beside them, and counts them.
func (s *Service) tabulated(ctx context.Context, safe *pseudonym.Safe, c consultation.Consultation, round consultation.Round, items []consultation.Item) (counted, error) {
	t, err := table.NewTabulator(c.Protocol, round.Number, engineItems(items), safe.Order("stayers", round.ID[:]))
	if err != nil {
		return counted{}, err
	}
	out := counted{votes: newVotes(c.Protocol, items), assign: t.Assign}
	before, older := newPast(), newPast()
	last, _ := ballot.Previous(c, round)
	for _, r := range c.Rounds {
		keep := older.merge
		if r.ID == last.ID {
			keep = before.merge
		} else if r.Number >= last.Number || r.Kind != delphi.AnswerRound || r.State != consultation.RoundReleased {
			continue
		}
		if err := s.decrypt(ctx, safe, r, false, func(p *opened) error { return keep(out.votes, p) }); err != nil {
			return counted{}, fmt.Errorf("reading round %d: %w", r.Number, err)
		}
	}
	var now, previous, earlier delphi.Ballot
	err = s.decrypt(ctx, safe, round, true, func(p *opened) error {
		out.votes.answers(&now, p)
		was, values := before.take(out.votes, &previous, p.panelist)
		old, _ := older.take(out.votes, &earlier, p.panelist)
		if err := t.Add(&now, was, old); err != nil {
			return err
		}
		return out.votes.keep(p, values)
	})
	// Who is left did not answer this round.
	for panelist := range before.of {
		was, _ := before.take(out.votes, &previous, panelist)
		old, _ := older.take(out.votes, &earlier, panelist)
		err = errors.Join(err, t.Add(nil, was, old))
	}
	for panelist := range older.of {
		old, _ := older.take(out.votes, &earlier, panelist)
		err = errors.Join(err, t.Add(nil, nil, old))
	}
	if err != nil {
		return counted{}, fmt.Errorf("tabulating round %d: %w", round.Number, err)
	}
	out.closing, err = t.Close(enrolled(c, round))
	return out, err
}

func newPast() *past { return &past{of: map[pseudonym.Panelist]int32{}} }

// merge reads one ballot.
func (b *past) merge(v *votes, p *opened) error {
	group := slices.Index(v.groups, p.group)
	if group < 0 || group > 255 {
		return fmt.Errorf("a ballot is of an unknown group %q", p.group)
	}
	at, known := b.of[p.panelist]
	if !known {
		b.of[p.panelist] = int32(len(b.groups))
		b.groups = append(b.groups, uint8(group))
		b.values = v.row(b.values, p.payload)
		return nil
	}
	values := v.values(b.values, int(at))
	for _, e := range p.payload.Entries {
		if n, inPlay := v.at[e.Item]; inPlay && e.Value != 0 && e.Value != payload.CannotJudge {
			values[n] = e.Value
		}
	}
	return nil
}

// take fills a ballot with one panelist's values, which it gives as well, and forgets
// whose they are; nil where there are none.
func (b *past) take(v *votes, into *delphi.Ballot, panelist pseudonym.Panelist) (*delphi.Ballot, []uint8) {
	at, known := b.of[panelist]
	if !known {
		return nil, nil
	}
	delete(b.of, panelist)
	values := v.values(b.values, int(at))
	v.fill(into, panelist, b.groups[at], values)
	return into, values
}

// enrolled gives the people enrolled at a round's closing by group; a round of a
// protocol's group has a number for each.
func enrolled(c consultation.Consultation, round consultation.Round) []int {
	out := make([]int, len(c.Protocol.Panel.Groups))
	copy(out, round.Enrolled)
	return out
}

func engineItems(items []consultation.Item) []delphi.Item {
	out := make([]delphi.Item, len(items))
	for n, i := range items {
		out[n] = delphi.Item{ID: i.ID.String(), Kind: i.Kind, New: i.New}
	}
	return out
}
