package tabulation

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// A standing round is counted at each of its releases, and between two of them few
// ballots change. What one release read is kept for the next, in the memory of the
// process that made it and nowhere else: the database holds nothing that says who
// changed when. Which ballots changed is told by the versions of their rows, which
// Postgres names anew at every write: ballots of other names than before are read
// and opened, all others are not. Another process, or one that was started again,
// reads everything once.
//
//	versions of rows ─► those that differ ─► opened ─► taken from the tally, added
//	                                                           │
//	                    what is shown of a release ◄───────────┘
//
// It is not kept beyond the round, nor beyond the key (see Service.New), nor when
// it would be large.
const (
	keptBytes = 64 << 20       // of all rounds of a process
	keptFor   = 24 * time.Hour // without a release
	// piece is how many changed ballots are asked for at once.
	piece = 1000
)

// tracker is what a process remembers of a standing round's ballots.
type tracker struct {
	consultation uuid.UUID
	people       map[pseudonym.Panelist]int32 // place among the voters
	voters       []voter
	codecs       *answer.Set
	items        []uuid.UUID
	kinds        []int                // by item, among the codecs
	place        map[uuid.UUID]uint16 // among items
	groups       []string
	since        [][]int // by item, then by the number of releases there were: answers given or changed then
	lists        [][]int // by kind, the same of people's latest answers in a list that is answered as one
	answers      int     // of all voters
	tally        *table.Tally
	asked        []delphi.Item // what tally counts
	called       []string      // see names
	idle         *time.Timer
}

// voter is one person's ballot.
type voter struct {
	panelist pseudonym.Panelist
	version  version
	group    uint8
	there    bool // in the last reading
	counted  bool
	answers  []trackedAnswer
	values   []byte // of the answers, one after the other, as their codecs write them
}

// trackedAnswer is an answer without its reason.
type trackedAnswer struct{ item, since uint16 }

// version names one version of a row: who wrote it, and where it lies. A row that
// was written again has another one.
type version struct {
	xid, page uint32
	line      uint16
}

func newTracker(consultation uuid.UUID, codecs *answer.Set) *tracker {
	return &tracker{consultation: consultation, codecs: codecs, lists: make([][]int, codecs.Len()), people: map[pseudonym.Panelist]int32{}, place: map[uuid.UUID]uint16{}}
}

// size is about how many bytes it takes.
func (m *tracker) size() int { return 184*len(m.voters) + (8+m.codecs.Width())*m.answers }

// trackers are those of a process. A release takes one out while it works on it,
// so that two of one round do not meet: the second reads for itself.
type trackers struct {
	mu   sync.Mutex
	of   map[uuid.UUID]*tracker // by round
	over map[uuid.UUID]bool     // consultations whose key is gone
}

func (s *trackers) take(c consultation.Consultation, round consultation.Round) *tracker {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.of[round.ID]
	if m == nil {
		return newTracker(c.ID, answer.For(c.Protocol, round.Kind))
	}
	m.idle.Stop()
	delete(s.of, round.ID)
	return m
}

func (s *trackers) give(round uuid.UUID, m *tracker) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over[m.consultation] || m.size() > keptBytes {
		return
	}
	total := m.size()
	for _, o := range s.of {
		total += o.size()
	}
	if s.of == nil || total > keptBytes {
		clear(s.of) // the latest round is the likeliest to be the next
		s.of = map[uuid.UUID]*tracker{}
	}
	s.of[round] = m
	m.idle = time.AfterFunc(keptFor, func() { s.drop(round) })
}

// drop forgets a round.
func (s *trackers) drop(round uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.of, round)
}

// end forgets a consultation for good: its key is gone.
func (s *trackers) end(consultation uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over == nil {
		s.over = map[uuid.UUID]bool{}
	}
	s.over[consultation] = true
	for round, m := range s.of {
		if m.consultation == consultation {
			delete(s.of, round)
		}
	}
}

// interim counts the standing ballots before the deadline: those that changed since
// this process' last release are read, and taken into what it remembers.
func (s *Service) interim(ctx context.Context, safe *pseudonym.Safe, c consultation.Consultation, round consultation.Round, items []consultation.Item, earlier []table.Closing, people []int) (table.Closing, error) {
	m := s.trackers.take(c, round)
	if asked := engineItems(items); !slices.Equal(m.asked, asked) {
		m.asked, m.called, m.tally = asked, nil, nil
	}
	// Whatever fails leaves m half changed: it is not given back then.
	if err := s.catchUp(ctx, safe, round, m); err != nil {
		return table.Closing{}, fmt.Errorf("reading standing answers: %w", err)
	}
	if err := m.recount(c.Protocol, round.Number); err != nil {
		return table.Closing{}, fmt.Errorf("counting standing answers: %w", err)
	}
	closing, err := table.Release(c.Protocol, m.tally, people, m.changed(c.Protocol, feedback.LastShown(earlier)), false)
	if err == nil {
		s.trackers.give(round.ID, m)
	}
	return closing, err
}

// catchUp makes m what the ballots of its round are.
func (s *Service) catchUp(ctx context.Context, safe *pseudonym.Safe, round consultation.Round, m *tracker) error {
	tried := false
	return s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if tried {
			// What the first attempt took for read may not be.
			asked := m.asked
			*m = *newTracker(m.consultation, m.codecs)
			m.asked = asked
		}
		tried = true
		if err := steady(ctx, tx); err != nil {
			return err
		}
		changed, err := m.compare(func(visit func(pseudonym.Panelist, version) error) error {
			return ballotVersions(ctx, tx, round.ID, visit)
		})
		if err != nil {
			return err
		}
		return decryptEach(ctx, safe, m.codecs, round, false, func(ctx context.Context, take visitor) error {
			if len(changed) > len(m.voters)/4 {
				// So many are found sooner by reading all. Who did not change is counted
				// again, which changes nothing.
				return eachBallot(ctx, tx, m.consultation, round.ID, take)
			}
			for some := range slices.Chunk(changed, piece) {
				if err := someBallots(ctx, tx, m.consultation, round.ID, some, take); err != nil {
					return err
				}
			}
			return nil
		}, m.note)
	})
}

// compare finds who changed by the versions of all rows, and forgets who is gone.
func (m *tracker) compare(read func(visit func(pseudonym.Panelist, version) error) error) ([][]byte, error) {
	for i := range m.voters {
		m.voters[i].there = false
	}
	var changed [][]byte
	err := read(func(p pseudonym.Panelist, v version) error {
		at, known := m.people[p]
		if !known {
			at = int32(len(m.voters))
			m.people[p] = at
			m.voters = append(m.voters, voter{panelist: p})
		}
		one := &m.voters[at]
		one.there = true
		if !known || one.version != v {
			one.version = v
			changed = append(changed, p[:])
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := len(m.voters) - 1; i >= 0; i-- {
		if m.voters[i].there {
			continue
		}
		if err := m.count(&m.voters[i], -1); err != nil {
			return nil, err
		}
		delete(m.people, m.voters[i].panelist)
		last := len(m.voters) - 1
		if i < last {
			m.voters[i] = m.voters[last]
			m.people[m.voters[i].panelist] = int32(i)
		}
		m.voters[last] = voter{}
		m.voters = m.voters[:last]
	}
	return changed, nil
}

// note puts the answers of an opened ballot in the place of its panelist's earlier ones.
func (m *tracker) note(p *opened) error {
	at, known := m.people[p.panelist]
	if !known {
		return fmt.Errorf("a ballot was read that was not there a moment before")
	}
	one := &m.voters[at]
	if err := m.count(one, -1); err != nil {
		return err
	}
	group := slices.Index(m.groups, p.group)
	if group < 0 {
		group = len(m.groups)
		m.groups = append(m.groups, p.group)
	}
	one.group, one.counted, one.answers, one.values = uint8(group), true, one.answers[:0], one.values[:0]
	for i := range p.payload.Entries {
		e := &p.payload.Entries[i]
		item, known := m.place[e.Item]
		if !known {
			item = uint16(len(m.items))
			m.place[e.Item] = item
			m.items, m.kinds, m.since = append(m.items, e.Item), append(m.kinds, e.Kind), append(m.since, nil)
		}
		one.answers = append(one.answers, trackedAnswer{item: item, since: e.Since})
		codec, from := m.codecs.Codec(e.Kind), len(one.values)
		one.values = slices.Grow(one.values, codec.Width())[:from+codec.Width()]
		codec.Encode(one.values[from:], &e.Answer)
	}
	return m.count(one, 1)
}

// count adds a voter to the counts, or takes them away.
func (m *tracker) count(v *voter, by int) error {
	if !v.counted {
		return nil
	}
	m.answers += by * len(v.answers)
	var latest map[int]uint16 // by kind; most rounds ask no list
	for _, a := range v.answers {
		m.since[a.item] = adding(m.since[a.item], a.since, by)
		if kind := m.kinds[a.item]; m.listed(kind) {
			if latest == nil {
				latest = map[int]uint16{}
			}
			latest[kind] = max(latest[kind], a.since)
		}
	}
	for kind, since := range latest {
		m.lists[kind] = adding(m.lists[kind], since, by)
	}
	if m.tally == nil {
		return nil // counted whole later: see recount
	}
	var b delphi.Ballot
	m.fill(&b, v, m.names())
	if by < 0 {
		return m.tally.Remove(b)
	}
	return m.tally.Add(b)
}

// names gives the items' as the engine knows them, "" for those that are not asked.
func (m *tracker) names() []string {
	if len(m.called) == len(m.items) {
		return m.called
	}
	m.called = make([]string, len(m.items))
	for _, i := range m.asked {
		id, err := uuid.Parse(i.ID)
		if at, answered := m.place[id]; err == nil && answered {
			m.called[at] = i.ID
		}
	}
	return m.called
}

// fill makes b what the voter says of the items that are asked.
func (m *tracker) fill(b *delphi.Ballot, v *voter, names []string) {
	b.Group, b.Answers = m.groups[v.group], b.Answers[:0]
	values := v.values
	for _, a := range v.answers {
		codec := m.codecs.Codec(m.kinds[a.item])
		one := delphi.Answer{Item: names[a.item]}
		if codec.Decode(values[:codec.Width()], &one) && one.Item != "" {
			b.Answers = append(b.Answers, one)
		}
		values = values[codec.Width():]
	}
}

// recount makes the tally anew where there is none: at first, and when other items
// are asked than before.
func (m *tracker) recount(p protocol.Protocol, round int) error {
	if m.tally != nil {
		return nil
	}
	t, err := table.NewTally(p, round, m.asked)
	if err != nil {
		return err
	}
	var b delphi.Ballot
	names := m.names()
	for i := range m.voters {
		if !m.voters[i].counted {
			continue
		}
		m.fill(&b, &m.voters[i], names)
		if err := t.Add(b); err != nil {
			return err
		}
	}
	m.tally = t
	return nil
}

// listed tells whether a kind's items are answered and released as one list.
func (m *tracker) listed(kind int) bool {
	form := m.codecs.Form(kind)
	return form == delphi.RankingForm || form == delphi.ChoiceForm
}

// changed counts, for each item and each list that is asked, the people who gave or
// changed an answer since its last release.
func (m *tracker) changed(p protocol.Protocol, shown map[string]int) map[string]int {
	out := map[string]int{}
	count := func(name string, since []int, last int) {
		for at, n := range since {
			if n > 0 && at >= last {
				out[name] += n
			}
		}
	}
	for at, name := range m.names() {
		if name != "" && !m.listed(m.kinds[at]) {
			kind := p.ItemKinds[m.kinds[at]]
			count(name, m.since[at], shown[table.Subject(p, delphi.Item{ID: name, Kind: kind.ID})])
		}
	}
	for kind, since := range m.lists {
		id := p.ItemKinds[kind].ID
		count(id, since, shown[id])
	}
	return out
}

// adding counts at a place of a list that grows.
func adding(counts []int, at uint16, by int) []int {
	for int(at) >= len(counts) {
		counts = append(counts, 0)
	}
	counts[at] += by
	return counts
}
