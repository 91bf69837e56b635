package study

import (
	"delfi/internal/delphi"
	"delfi/internal/delphi/table"
)

// ballot gives what a panelist said in a round; false when nothing. The answers
// are written into room, so that a crowd needs no memory of its own.
func (s *Study) ballot(round, panelist int, room []delphi.Answer) (delphi.Ballot, []delphi.Answer, bool) {
	room = room[:0]
	group := s.Protocol.Panel.Groups[s.Group[panelist]].ID
	if s.Raw != nil {
		answers := s.Raw[round]
		if panelist >= len(answers) || answers[panelist] == nil {
			return delphi.Ballot{}, room, false
		}
		return delphi.Ballot{Panelist: s.People[panelist], Group: group, Answers: answers[panelist]}, room, true
	}
	for i, item := range s.Kinds {
		switch v := s.Answer(round, i, panelist); v {
		case Missing:
		case CannotJudge:
			room = append(room, delphi.Answer{Item: item.ID, CannotJudge: true})
		default:
			a := delphi.Answer{Item: item.ID}
			a.Value, a.Never = s.Scales[i].counted(v)
			room = append(room, a)
		}
	}
	return delphi.Ballot{Panelist: s.People[panelist], Group: group, Answers: room}, room, len(room) > 0 || s.delivered(round, panelist)
}

// earlier gathers the valid answers that a panelist gave before a round, the last
// one to each item; false when there are none.
func (s *Study) earlier(before, panelist int, room []delphi.Answer) (delphi.Ballot, []delphi.Answer, bool) {
	room = room[:0]
	for i := range s.Kinds {
		for r := before - 1; r >= 0; r-- {
			if a, ok := s.valid(r, i, panelist); ok {
				room = append(room, a)
				break
			}
		}
	}
	return delphi.Ballot{Panelist: s.People[panelist], Group: s.Protocol.Panel.Groups[s.Group[panelist]].ID, Answers: room}, room, len(room) > 0
}

// valid gives a panelist's answer to an item in a round, unless they cannot judge.
func (s *Study) valid(round, item, panelist int) (delphi.Answer, bool) {
	id := s.Kinds[item].ID
	if s.Raw != nil {
		if answers := s.Raw[round]; panelist < len(answers) {
			for _, a := range answers[panelist] {
				if a.Item == id {
					return a, !a.CannotJudge
				}
			}
		}
		return delphi.Answer{}, false
	}
	v := s.Answer(round, item, panelist)
	a := delphi.Answer{Item: id}
	if v > 0 {
		a.Value, a.Never = s.Scales[item].counted(v)
	}
	return a, v > 0
}

// delivered says whether a panelist delivered a ballot without an answer, which only
// a study in JSON can tell.
func (s *Study) delivered(round, panelist int) bool {
	return round < len(s.Came) && s.Came[round][int32(panelist)]
}

// Closings tabulates round after round. step is called with the part done, 0..1.
func (s *Study) Closings(step func(done float64)) ([]table.Closing, error) {
	enrolled := make([]int, len(s.Protocol.Panel.Groups))
	for _, g := range s.Group {
		enrolled[g]++
	}
	if s.Enrolled != nil {
		enrolled = s.Enrolled
	}
	if s.Protocol.Standing() {
		return s.releases(enrolled, step)
	}
	var out []table.Closing
	var now, before, long []delphi.Answer
	total := float64(len(s.Rounds) * max(1, len(s.People)))
	for r := range s.Rounds {
		var items []delphi.Item
		for i, item := range s.Kinds {
			if s.plays(r, i) {
				item.New = s.News[i] == r && r > 0
				items = append(items, item)
			}
		}
		// Which stayers are left out matters to nobody who holds the answers.
		t, err := table.NewTabulator(s.whole(s.Protocol), s.First+r, items, nil)
		if err != nil {
			return nil, err
		}
		for p := range s.People {
			var current, previous, older *delphi.Ballot
			var b, old, oldest delphi.Ballot
			var ok bool
			if b, now, ok = s.ballot(r, p, now); ok {
				current = &b
			}
			if r > 0 {
				if old, before, ok = s.ballot(r-1, p, before); ok {
					previous = &old
				}
			}
			if r > 1 {
				if oldest, long, ok = s.earlier(r-1, p, long); ok {
					older = &oldest
				}
			}
			if err := t.Add(current, previous, older); err != nil {
				return nil, err
			}
			if p%4096 == 0 {
				step((float64(r*len(s.People) + p)) / total)
			}
		}
		c, err := t.Close(enrolled)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	step(1)
	return out, nil
}

// releases makes a closing of each release of a standing round: of the answers that
// stand then, exact, since who measures holds them.
func (s *Study) releases(enrolled []int, step func(done float64)) ([]table.Closing, error) {
	p := s.whole(s.Protocol)
	var out []table.Closing
	var room []delphi.Answer
	for r := range s.Rounds {
		t, err := table.NewTally(p, s.First, s.Kinds)
		if err != nil {
			return nil, err
		}
		for who := range s.People {
			var b delphi.Ballot
			var ok bool
			if b, room, ok = s.ballot(r, who, room); !ok {
				continue
			}
			if err := t.Add(b); err != nil {
				return nil, err
			}
		}
		c, err := table.Release(p, t, enrolled, nil, true)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
		step(float64(r+1) / float64(len(s.Rounds)))
	}
	return out, nil
}
