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
	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/consultation/ballot/payload"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/ledger/leaf"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// votes are what a closing keeps of each ballot that it has counted, and no more:
// enough to find the tables that hold it, and what its leaves are salted with.
// A hundred thousand ballots of twenty points take some 15 MB.
type votes struct {
	columns
	protocol protocol.Protocol
	groups   []string
	people   []vote
	now      []byte // rows of the round, by person
	before   []byte // of the previous answering round
	beside   []beside

	reasons    map[uuid.UUID][]delphi.Answer // with their words
	spoken     *table.Spoken                 // by whom they were given
	superseded [][32]byte
}

// vote is one person's.
type vote struct {
	panelist pseudonym.Panelist
	seed     leaf.Seed
	mark     [32]byte
	group    uint8 // among the groups
	stayed   bool  // answered the previous round too
	beside   int32 // the first of what stands beside their answers
}

// beside is what stands beside one answer, in the order of people.
type beside struct {
	item       int32
	confidence uint8
	reasoned   bool
	argues     delphi.Side
	digest     [32]byte // of the reason
}

func newVotes(p protocol.Protocol, round consultation.Round, items []consultation.Item) (*votes, error) {
	c, err := newColumns(answer.For(p, round.Kind), items)
	v := &votes{columns: c, protocol: p, reasons: map[uuid.UUID][]delphi.Answer{}, spoken: table.NewSpoken(p)}
	for _, g := range p.Panel.Groups {
		v.groups = append(v.groups, g.ID)
	}
	return v, err
}

// grow makes room for so many people, so that no half-filled copy stands beside the rows
// of a large round.
func (v *votes) grow(people int) {
	v.people = slices.Grow(v.people, people)
	v.now, v.before = slices.Grow(v.now, people*len(v.none)), slices.Grow(v.before, people*len(v.none))
}

// opened is an opened ballot with its panelist's group.
type opened struct {
	panelist pseudonym.Panelist
	group    string
	payload  payload.Payload
	seed     leaf.Seed // these two where leaves are made: see draw
	mark     [32]byte
}

// draw notes what the ballot's leaves are salted with, and its mark; of is the round.
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

// answers fills b with what a ballot says of the items in play; answers to
// others are gone with their items.
func (v *votes) answers(b *delphi.Ballot, p *opened) {
	b.Panelist, b.Group, b.Answers = string(p.panelist[:]), p.group, b.Answers[:0]
	for i := range p.payload.Entries {
		e := &p.payload.Entries[i]
		n, inPlay := v.at[e.Item]
		if !inPlay {
			continue
		}
		a := e.Answer
		if a.Item = v.names[n]; e.Reason != "" {
			a.Reason = leaf.Digest([]byte(e.Reason))
		}
		b.Answers = append(b.Answers, a)
	}
}

// keep notes a counted ballot, and the row of the one before it; nil where there is
// none.
func (v *votes) keep(p *opened, before []byte) error {
	group := slices.Index(v.groups, p.group)
	if group < 0 || group > 255 {
		return fmt.Errorf("a ballot is of an unknown group %q", p.group)
	}
	v.people = append(v.people, vote{
		panelist: p.panelist, seed: p.seed, mark: p.mark, group: uint8(group),
		stayed: before != nil, beside: int32(len(v.beside)),
	})
	v.now = v.row(v.now, &p.payload)
	if before != nil {
		v.before = append(v.before, before...)
	} else {
		v.before = append(v.before, v.none...)
	}
	var spoken table.Languages
	for i := range p.payload.Entries {
		e := &p.payload.Entries[i]
		n, inPlay := v.at[e.Item]
		if !inPlay || e.Reason == "" && e.Confidence == 0 {
			continue
		}
		one := beside{item: int32(n), confidence: uint8(e.Confidence), reasoned: e.Reason != "", argues: e.Argues}
		if one.reasoned {
			one.digest = sha256.Sum256([]byte(e.Reason))
			given := e.Answer
			given.Item, given.Criteria = v.names[n], slices.Clone(e.Criteria)
			v.reasons[e.Item] = append(v.reasons[e.Item], given)
			spoken |= v.spoken.Of(e.Language)
		}
		v.beside = append(v.beside, one)
	}
	v.spoken.Add(spoken)
	v.superseded = append(v.superseded, p.payload.Superseded...)
	return nil
}

// ballot fills b with what was kept of one person's answers to some items.
func (v *votes) ballot(b *delphi.Ballot, person int, items []int) {
	p := &v.people[person]
	v.fill(b, p.panelist, p.group, v.of(v.now, person), items)
	last := len(v.beside)
	if person+1 < len(v.people) {
		last = int(v.people[person+1].beside)
	}
	for i := p.beside; i < int32(last); i++ {
		o := &v.beside[i]
		name := v.names[o.item]
		n := slices.IndexFunc(b.Answers, func(a delphi.Answer) bool { return a.Item == name })
		if n < 0 {
			continue
		}
		if b.Answers[n].Confidence = int(o.confidence); o.reasoned {
			b.Answers[n].Reason, b.Answers[n].Argues = hex.EncodeToString(o.digest[:]), o.argues
		}
	}
}

// previous fills b with their answers of the round before; nil when there are none.
func (v *votes) previous(b *delphi.Ballot, person int, items []int) *delphi.Ballot {
	p := &v.people[person]
	if !p.stayed {
		return nil
	}
	v.fill(b, p.panelist, p.group, v.of(v.before, person), items)
	return b
}

func (v *votes) fill(b *delphi.Ballot, panelist pseudonym.Panelist, group uint8, row []byte, items []int) {
	b.Panelist, b.Group = string(panelist[:]), v.groups[group]
	v.read(b, row, items)
}

// counted is a round that was counted: what it says, and all that its leaves are
// made from.
type counted struct {
	closing table.Closing
	votes   *votes
	items   []delphi.Item
	assign  func(table.Closing) (*table.Assignment, error)
}

// past is what earlier answering rounds are read for: their answers, by panelist. Of
// several rounds the last valid answer to each item stands.
type past struct {
	of     map[pseudonym.Panelist]int32
	groups []uint8
	rows   []byte // by person
}

// tabulated reads the ballots of the answering rounds before a closing round, then
// streams those of the closing one beside them, and counts them.
func (s *Service) tabulated(ctx context.Context, safe *pseudonym.Safe, c consultation.Consultation, round consultation.Round, items []consultation.Item) (counted, error) {
	t, err := table.NewTabulator(c.Protocol, round.Number, engineItems(items), safe.Order("stayers", round.ID[:]))
	if err != nil {
		return counted{}, err
	}
	out := counted{items: engineItems(items), assign: t.Assign}
	if out.votes, err = newVotes(c.Protocol, round, items); err != nil {
		return counted{}, err
	}
	if err := s.roomFor(ctx, out.votes, round); err != nil {
		return counted{}, err
	}
	before, older := newPast(), newPast()
	last, _ := ballot.Previous(c, round)
	for _, r := range c.Rounds {
		keep := older.merge
		if r.ID == last.ID {
			keep = before.merge
		} else if r.Number >= last.Number || r.Kind != delphi.AnswerRound || r.State != consultation.RoundReleased {
			continue
		}
		if err := s.decrypt(ctx, safe, c.Protocol, r, false, func(p *opened) error { return keep(out.votes, p) }); err != nil {
			return counted{}, fmt.Errorf("reading round %d: %w", r.Number, err)
		}
	}
	var now, previous, earlier delphi.Ballot
	err = s.decrypt(ctx, safe, c.Protocol, round, true, func(p *opened) error {
		out.votes.answers(&now, p)
		was, row := before.take(out.votes, &previous, p.panelist)
		old, _ := older.take(out.votes, &earlier, p.panelist)
		if err := t.Add(&now, was, old); err != nil {
			return err
		}
		return out.votes.keep(p, row)
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
	out.closing.Counts.StruckOff = round.StruckOff
	return out, err
}

// roomFor grows votes to the ballots that lie in a round.
func (s *Service) roomFor(ctx context.Context, v *votes, round consultation.Round) error {
	return s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		n, err := countBallots(ctx, tx, round.ID)
		v.grow(n)
		return err
	})
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
		b.rows = v.row(b.rows, &p.payload)
		return nil
	}
	v.merge(v.of(b.rows, int(at)), &p.payload)
	return nil
}

// take fills a ballot with one panelist's answers, gives their row as well, and forgets
// whose they are; nil where there are none.
func (b *past) take(v *votes, into *delphi.Ballot, panelist pseudonym.Panelist) (*delphi.Ballot, []byte) {
	at, known := b.of[panelist]
	if !known {
		return nil, nil
	}
	delete(b.of, panelist)
	row := v.of(b.rows, int(at))
	v.fill(into, panelist, b.groups[at], row, nil)
	return into, row
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
