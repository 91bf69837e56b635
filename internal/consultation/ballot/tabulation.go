package ballot

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/ledger/leaf"
	"delfi/internal/postgres"
	"delfi/internal/pseudonym"
)

// said is one reason as the closing reads it, with the value beside it.
type said struct {
	text   string
	answer delphi.Answer
}

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

	reasons    map[uuid.UUID][]said
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

// why is one reason's digest.
type why struct {
	item   int32
	digest [32]byte
}

func newVotes(p delphi.Protocol, items []consultation.Item) *votes {
	v := &votes{at: make(map[uuid.UUID]int, len(items)), reasons: map[uuid.UUID][]said{}}
	for n, i := range items {
		v.names, v.at[i.ID] = append(v.names, i.ID.String()), n
	}
	for _, g := range p.Panel.Groups {
		v.groups = append(v.groups, g.ID)
	}
	return v
}

// paper is an opened ballot with its panelist's group.
type paper struct {
	panelist pseudonym.Panelist
	group    string
	sheet    sheet
}

// answers fills b with what the paper says of the items in play; answers to
// others are gone with their items.
func (v *votes) answers(b *delphi.Ballot, p paper) {
	b.Panelist, b.Group, b.Answers = string(p.panelist[:]), p.group, b.Answers[:0]
	for _, e := range p.sheet.entries {
		n, inPlay := v.at[e.item]
		if !inPlay {
			continue
		}
		a := e.answer(v.names[n])
		if e.reason != "" {
			a.Reason = leaf.Digest([]byte(e.reason))
		}
		b.Answers = append(b.Answers, a)
	}
}

// keep notes a counted ballot, and the one before it where there is one.
func (v *votes) keep(p paper, before *paper) error {
	mark, err := hex.DecodeString(p.sheet.mark(p.group))
	if err != nil {
		return err
	}
	group := slices.Index(v.groups, p.group)
	if group < 0 || group > 255 {
		return fmt.Errorf("a ballot is of an unknown group %q", p.group)
	}
	v.people = append(v.people, vote{
		panelist: p.panelist, seed: p.sheet.seed(), mark: [32]byte(mark), group: uint8(group),
		stayed: before != nil, why: int32(len(v.why)),
	})
	v.now = v.row(v.now, p.sheet)
	if before != nil {
		v.before = v.row(v.before, before.sheet)
	} else {
		v.before = v.row(v.before, sheet{})
	}
	for _, e := range p.sheet.entries {
		n, inPlay := v.at[e.item]
		if !inPlay || e.reason == "" {
			continue
		}
		digest, err := hex.DecodeString(leaf.Digest([]byte(e.reason)))
		if err != nil {
			return err
		}
		v.why = append(v.why, why{item: int32(n), digest: [32]byte(digest)})
		v.reasons[e.item] = append(v.reasons[e.item], said{text: e.reason, answer: e.answer(v.names[n])})
	}
	v.superseded = append(v.superseded, p.sheet.superseded...)
	return nil
}

// row appends one person's values by item.
func (v *votes) row(to []uint8, s sheet) []uint8 {
	from := len(to)
	to = slices.Grow(to, len(v.names))[:from+len(v.names)]
	clear(to[from:])
	for _, e := range s.entries {
		if n, inPlay := v.at[e.item]; inPlay {
			to[from+n] = e.value
		}
	}
	return to
}

// ballot fills b with what was kept of one person's ballot.
func (v *votes) ballot(b *delphi.Ballot, person int) {
	p := &v.people[person]
	v.fill(b, p, v.now, person)
	last := len(v.why)
	if person+1 < len(v.people) {
		last = int(v.people[person+1].why)
	}
	for _, w := range v.why[p.why:last] {
		name := v.names[w.item]
		n := slices.IndexFunc(b.Answers, func(a delphi.Answer) bool { return a.Item == name })
		b.Answers[n].Reason = hex.EncodeToString(w.digest[:])
	}
}

// previous fills b with their ballot of the round before; nil when there is none.
func (v *votes) previous(b *delphi.Ballot, person int) *delphi.Ballot {
	p := &v.people[person]
	if !p.stayed {
		return nil
	}
	v.fill(b, p, v.before, person)
	return b
}

func (v *votes) fill(b *delphi.Ballot, p *vote, values []uint8, person int) {
	b.Panelist, b.Group, b.Answers = string(p.panelist[:]), v.groups[p.group], b.Answers[:0]
	for n, value := range values[person*len(v.names) : (person+1)*len(v.names)] {
		if value != 0 {
			b.Answers = append(b.Answers, entry{value: value}.answer(v.names[n]))
		}
	}
}

// answer is an entry as the engine counts it.
func (e entry) answer(item string) delphi.Answer {
	if e.value == cannotJudge {
		return delphi.Answer{Item: item, CannotJudge: true}
	}
	return delphi.Answer{Item: item, Value: int(e.value)}
}

// counted is a round that was counted: what it says, and all that its leaves are
// made from.
type counted struct {
	closing delphi.Closing
	votes   *votes
	assign  func(delphi.Closing) (*delphi.Assignment, error)
}

// tabulated streams the ballots of a closing round beside those of the answering
// round before it, both in the order of panelists' ids, and counts them.
func (s *Service) tabulated(ctx context.Context, safe *pseudonym.Safe, c consultation.Consultation, round consultation.Round, items []consultation.Item) (counted, error) {
	t, err := delphi.NewTabulator(c.Protocol, round.Number, engineItems(items), safe.Order("stayers", round.ID[:]))
	if err != nil {
		return counted{}, err
	}
	out := counted{votes: newVotes(c.Protocol, items), assign: t.Assign}
	var now, before delphi.Ballot
	pair := func(p, q *paper) error {
		var current, previous *delphi.Ballot
		if p != nil {
			out.votes.answers(&now, *p)
			current = &now
		}
		if q != nil {
			out.votes.answers(&before, *q)
			previous = &before
		}
		if err := t.Add(current, previous); err != nil || p == nil {
			return err
		}
		return out.votes.keep(*p, q)
	}
	err = s.opened(ctx, safe, c.ID, round.ID, true, func(now iter.Seq2[paper, error]) error {
		previous, ok := previousAnswering(c, round)
		if !ok {
			return merge(now, func(func(paper, error) bool) {}, pair)
		}
		return s.opened(ctx, safe, c.ID, previous.ID, false, func(before iter.Seq2[paper, error]) error {
			return merge(now, before, pair)
		})
	})
	if err != nil {
		return counted{}, fmt.Errorf("tabulating round %d: %w", round.Number, err)
	}
	out.closing, err = t.Close(enrolled(c, round))
	return out, err
}

// merge walks two streams that ascend by panelist, and visits each panelist once
// with what each stream has of them.
func merge(now, before iter.Seq2[paper, error], visit func(p, q *paper) error) error {
	nextNow, stopNow := iter.Pull2(now)
	defer stopNow()
	nextBefore, stopBefore := iter.Pull2(before)
	defer stopBefore()
	p, perr, more := nextNow()
	q, qerr, left := nextBefore()
	for more || left {
		if err := errors.Join(perr, qerr); err != nil {
			return err
		}
		order := 0
		switch {
		case !left:
			order = -1
		case !more:
			order = 1
		default:
			order = slices.Compare(p.panelist[:], q.panelist[:])
		}
		var err error
		switch {
		case order < 0:
			err = visit(&p, nil)
		case order > 0:
			err = visit(nil, &q)
		default:
			err = visit(&p, &q)
		}
		if err != nil {
			return err
		}
		if order <= 0 {
			p, perr, more = nextNow()
		}
		if order >= 0 {
			q, qerr, left = nextBefore()
		}
	}
	return nil
}

// opened gives the opened ballots of a round in the order of panelists' ids, in a
// transaction of its own: a connection reads one stream at a time.
func (s *Service) opened(ctx context.Context, safe *pseudonym.Safe, consultation, round uuid.UUID, reasons bool, work func(iter.Seq2[paper, error]) error) error {
	return s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if err := steady(ctx, tx); err != nil {
			return err
		}
		return work(func(yield func(paper, error) bool) {
			err := eachBallot(ctx, tx, consultation, round, func(p pseudonym.Panelist, group string, sealed []byte) error {
				sh, err := unseal(safe, p, round, sealed, reasons)
				if err != nil {
					return err
				}
				if !yield(paper{panelist: p, group: group, sheet: sh}, nil) {
					return errStopped
				}
				return nil
			})
			if err != nil && !errors.Is(err, errStopped) {
				yield(paper{}, err)
			}
		})
	})
}

// errStopped ends a stream that nobody reads any more.
var errStopped = errors.New("the reader has stopped")

// unseal opens and reads one ballot.
func unseal(safe *pseudonym.Safe, p pseudonym.Panelist, round uuid.UUID, sealed []byte, reasons bool) (sheet, error) {
	plain, err := safe.Open(p, round, pseudonym.BallotBlob, sealed)
	if err != nil {
		return sheet{}, err
	}
	return decode(plain, reasons)
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
