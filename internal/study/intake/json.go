package intake

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/delphi/canonical"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/fault"
	"delfi/internal/study"
	"delfi/internal/study/source"
)

// The parts of a study in JSON.
type (
	jsonItem struct {
		ID    string `json:"id"`
		Kind  string `json:"kind"`
		NewIn int    `json:"new_in"` // the answering round, from 1, that it joined in; 0 for the first
	}
	jsonBallot struct {
		Panelist string
		Group    string
		Answers  []jsonAnswer
	}
	jsonAnswer struct {
		Item        string `json:"item"`
		Value       int    `json:"value"`
		CannotJudge bool   `json:"cannot_judge"`
		Never       bool   `json:"never"`
		Low         int    `json:"low"`
		High        int    `json:"high"`
		Criteria    []int  `json:"criteria"`
	}
)

// document reads one study in JSON as it streams by.
type document struct {
	*canonical.Reader
	name      string
	study     *study.Study
	panelists names
	item      map[string]int
	group     map[string]int
	whole     bool
	tally     *table.Tally // of the round in hand: it holds which answers fit
}

// counting calls step with how much was read.
type counting struct {
	in   io.Reader
	read int64
	step func(read int64)
}

func (c *counting) Read(b []byte) (int, error) {
	n, err := c.in.Read(b)
	c.read += int64(n)
	c.step(c.read)
	return n, err
}

// ReadJSON reads a study in JSON, with its own protocol. A fault gives line and
// column; one of the protocol where that begins, and its field.
func ReadJSON(name string, in io.Reader, o study.Options, step func(read int64)) (*study.Study, error) {
	d := &document{name: name, Reader: canonical.NewReader(&counting{in: in, step: step}, math.MaxInt64), study: &study.Study{}, whole: o.Whole}
	if err := d.read(); err != nil {
		return nil, d.wrong(err)
	}
	s := d.study
	if len(s.Rounds) == 0 {
		return nil, source.Bad(name, "empty", "has no rounds")
	}
	s.People = d.panelists.all()
	if s.Enrolled != nil {
		seen := make([]int, len(s.Groups))
		for _, g := range s.Group {
			seen[g]++
		}
		for g, n := range s.Enrolled {
			if n < seen[g] {
				return nil, source.Bad(name, "enrolled", fmt.Sprintf("enrolled: %d in group %q, of which %d people answered: count all who could answer, in every group", n, s.Protocol.Panel.Groups[g].ID, seen[g]))
			}
		}
	}
	s.Span()
	s.Patterns()
	near(s, &d.panelists, "panelist", func(at source.Spot) source.Place { return source.Place{Line: int(at.Line)} })
	return s, nil
}

// wrong puts the fault of a JSON text into the form of an input's.
func (d *document) wrong(err error) error {
	var f *canonical.Fault
	if !errors.As(err, &f) {
		return err
	}
	words := f.What
	switch {
	case f.Code == canonical.Early:
		words = "the document ends too early"
	case f.Code == canonical.Type:
		words = fmt.Sprintf("%s must be %s, not %s", f.Path, f.Want, f.Found)
	case f.Path != "":
		words = f.Path + ": " + f.What
	}
	return source.Bad(d.name, string(f.Code), fmt.Sprintf("line %d, column %d: %s", f.Line, f.Column, words))
}

// line is the one that the reader stands in.
func (d *document) line() int {
	line, _ := d.Place()
	return line
}

// fault is one where the reader stands.
func (d *document) fault(code, format string, args ...any) error {
	line, column := d.Place()
	return source.Bad(d.name, code, fmt.Sprintf("line %d, column %d: %s", line, column, fmt.Sprintf(format, args...)))
}

func (d *document) read() error {
	seen := map[string]bool{}
	err := d.Object(func(key string) error {
		if seen[key] {
			return d.fault("duplicate", "%q is given twice", key)
		}
		switch key {
		case "protocol":
			seen[key] = true
			return d.protocol()
		case "items":
			seen[key] = true
			return d.items(seen["protocol"])
		case "enrolled":
			seen[key] = true
			return d.enrolled(seen["protocol"])
		case "rounds":
			seen[key] = true
			return d.rounds(seen["protocol"] && seen["items"])
		}
		return d.fault("unknown", "%q is no field of a study: protocol, items, enrolled, rounds", source.Shortened(key))
	})
	if err != nil {
		return err
	}
	return d.End()
}

func (d *document) protocol() error {
	if err := d.Next(); err != nil {
		return err
	}
	line, column := d.Place()
	raw, err := d.Raw(protocol.Longest)
	if err != nil {
		return err
	}
	p, err := protocol.ParseStudy(raw)
	var f *fault.Fault
	if errors.As(err, &f) {
		var fields []fault.Field
		for _, x := range f.Fields {
			fields = append(fields, fault.Field{Name: d.name, Code: x.Code, Message: fmt.Sprintf("protocol from line %d, column %d: %s: %s", line, column, x.Name, x.Message)})
		}
		return fault.Bad(fields...)
	}
	if err != nil {
		return err
	}
	if p.Standing() {
		return d.fault("standing", "a standing round is measured release by release, which needs its ticks: measure it as a table with a column of releases (tick, panelist, group, item, value), or measure answer rounds")
	}
	if d.whole {
		// The gate on valid answers stays the protocol's.
		p.Disclosure = protocol.Disclosure{MinN: p.Disclosure.MinN, GroupN: 1, ExtremesN: 1, PairsT: 1, Small: protocol.SmallThirds}
	}
	d.study.Protocol, d.study.First, d.group = p, 1, map[string]int{}
	for p.Round(d.study.First).Kind != delphi.AnswerRound {
		d.study.First++
	}
	for i, g := range p.Panel.Groups {
		d.group[g.ID] = i
		d.study.Groups = append(d.study.Groups, g.ID)
	}
	d.named(p)
	return nil
}

// named calls groups by their names in the protocol's first language, where no two
// have the same.
func (d *document) named(p protocol.Protocol) {
	names := make([]string, len(p.Panel.Groups))
	for i, g := range p.Panel.Groups {
		if len(p.Languages) > 0 {
			names[i] = source.Clean(g.Name[p.Languages[0]])
		}
		if names[i] == "" || slices.Contains(names[:i], names[i]) {
			return
		}
	}
	d.study.Groups = names
}

func (d *document) items(protocol bool) error {
	if !protocol {
		return d.fault("order", "items come after the protocol")
	}
	s := d.study
	d.item = map[string]int{}
	scales := true
	err := d.List(func(n int) error {
		var it jsonItem
		if err := d.Value(&it); err != nil {
			return err
		}
		k, ok := s.Protocol.Kind(it.Kind)
		_, twice := d.item[it.ID]
		switch {
		case n == itemsMost:
			return d.fault("items", "there are more than %d items", itemsMost)
		case len(it.ID) > source.Longest:
			return d.fault("items", "item %d: the id is longer than %d bytes", n+1, source.Longest)
		case twice || it.ID == "":
			return d.fault("items", "item %d: the id %q is empty or there twice: give each item one of its own", n+1, it.ID)
		case !ok:
			return d.fault("items", "item %d: %q is no item kind of the protocol: give the id of one", n+1, source.Shortened(it.Kind))
		case it.NewIn < 0:
			return d.fault("items", "item %d: new_in is %d: give the number of a round, from 1", n+1, it.NewIn)
		}
		scales = scales && k.Kind == delphi.ScaleForm
		d.item[it.ID] = n
		s.Items = append(s.Items, it.ID)
		s.Kinds = append(s.Kinds, delphi.Item{ID: it.ID, Kind: it.Kind})
		s.Scales = append(s.Scales, protocolScale(k))
		s.News = append(s.News, max(0, it.NewIn-1))
		return nil
	})
	if err == nil && !scales {
		s.Raw = [][][]delphi.Answer{}
	}
	return err
}

func (d *document) enrolled(protocol bool) error {
	if !protocol {
		return d.fault("order", "enrolled comes after the protocol")
	}
	d.study.Enrolled = make([]int, len(d.group))
	return d.Object(func(id string) error {
		var n int
		if err := d.Value(&n); err != nil {
			return err
		}
		g, ok := d.group[id]
		if !ok || n < 0 {
			return d.fault("enrolled", "group %q: needs the id of a group of the protocol and a number of people", source.Shortened(id))
		}
		d.study.Enrolled[g] = n
		return nil
	})
}

func (d *document) rounds(ready bool) error {
	if !ready {
		return d.fault("order", "rounds come after protocol and items")
	}
	s := d.study
	return d.List(func(int) error {
		number := len(s.Rounds) + 1
		if s.Protocol.Round(s.First+number-1).Kind != delphi.AnswerRound {
			return d.fault("rounds", "the protocol has no answering round %d: plan it in the protocol's rounds, or leave its ballots out", number)
		}
		s.Rounds = append(s.Rounds, number)
		s.Answers = append(s.Answers, nil)
		s.Came = append(s.Came, map[int32]bool{})
		if s.Raw != nil {
			s.Raw = append(s.Raw, nil)
			if err := d.expects(number); err != nil {
				return err
			}
		}
		return d.round(number - 1)
	})
}

// expects begins the tally that answers of a round are tried on.
func (d *document) expects(number int) error {
	s := d.study
	var items []delphi.Item
	for i, item := range s.Kinds {
		if s.News[i] < number {
			items = append(items, item)
		}
	}
	var err error
	if d.tally, err = table.NewTally(s.Protocol, s.First+number-1, items); err != nil {
		return d.fault("items", "%v", err)
	}
	return nil
}

// round reads {"ballots": […]}, ballot by ballot.
func (d *document) round(r int) error {
	seen := map[int]bool{}
	return d.Object(func(key string) error {
		if key != "ballots" {
			return d.fault("unknown", "a round holds ballots and nothing else")
		}
		return d.List(func(int) error {
			b, err := d.given()
			if err != nil {
				return err
			}
			return d.ballot(r, b, seen)
		})
	})
}

// given reads a ballot, of no more answers than there are items.
func (d *document) given() (b jsonBallot, err error) {
	err = d.Object(func(key string) error {
		switch key {
		case "panelist":
			return d.Value(&b.Panelist)
		case "group":
			return d.Value(&b.Group)
		case "answers":
			return d.List(func(n int) error {
				if n == len(d.study.Items) {
					return d.fault("ballot", "a ballot has more answers than there are items")
				}
				var a jsonAnswer
				err := d.Value(&a)
				b.Answers = append(b.Answers, a)
				return err
			})
		}
		return d.fault("unknown", "unknown field %q: a ballot has panelist, group and answers", source.Shortened(key))
	})
	return b, err
}

// protocolScale is the scale of a kind of the study's own protocol.
func protocolScale(k delphi.ItemKind) study.Scale {
	c := study.Scale{Kind: k.Kind, Source: study.Declared}
	switch k.Kind {
	case delphi.ScaleForm:
		c.From, c.To = 1, k.Points
	case delphi.EstimateForm:
		c.From, c.To, c.Step, c.Unit, c.Never = k.Min, k.Max, k.Grid, k.Unit, k.Never
	}
	return c
}

// answer is an answer as the engine counts it. A study has neither reasons nor
// confidences: nothing measures them.
func (a jsonAnswer) answer() delphi.Answer {
	return delphi.Answer{
		Item: a.Item, Value: a.Value, CannotJudge: a.CannotJudge, Never: a.Never, Low: a.Low, High: a.High, Criteria: a.Criteria,
	}
}

func (d *document) ballot(r int, b jsonBallot, seen map[int]bool) error {
	s := d.study
	g, ok := d.group[b.Group]
	switch {
	case !ok || b.Panelist == "":
		return d.fault("ballot", "a ballot needs a panelist and a group of the protocol, not %q", source.Shortened(b.Group))
	case len(b.Panelist) > source.Longest:
		return d.fault("ballot", "the panelist's name is longer than %d bytes", source.Longest)
	}
	p, known := d.panelists.number(b.Panelist)
	if !known {
		p = d.panelists.add(b.Panelist, source.Clean(b.Panelist), source.Spot{Line: int32(d.line()), Column: 1})
	}
	if p == len(s.Group) {
		s.Group = append(s.Group, int32(g))
	}
	if s.Group[p] != int32(g) {
		return d.fault("group", "panelist %q was in another group before: groups form one partition", b.Panelist)
	}
	if seen[p] {
		return d.fault("duplicate", "panelist %q has two ballots in this round", b.Panelist)
	}
	seen[p] = true
	answers := make([]delphi.Answer, 0, len(b.Answers))
	for _, a := range b.Answers {
		i, ok := d.item[a.Item]
		if !ok {
			return d.fault("item", "item %q is not among the items", source.Shortened(a.Item))
		}
		if s.News[i] > r {
			return d.fault("item", "item %q is answered before it joined", a.Item)
		}
		if s.Raw != nil {
			answers = append(answers, a.answer())
			continue
		}
		k, _ := s.Protocol.Kind(s.Kinds[i].Kind)
		v := a.Value
		switch {
		case a.CannotJudge && k.CannotJudge:
			v = study.CannotJudge
		case a.CannotJudge:
			return d.fault("value", "panelist %q, item %q: cannot judge, which the item's kind does not allow: give it cannot_judge: true, or leave the answer out", b.Panelist, a.Item)
		case a.Value < 1 || a.Value > k.Points:
			return d.fault("value", "panelist %q, item %q: %d does not lie on the scale 1-%d: leave the answer out where there is none", b.Panelist, a.Item, a.Value, k.Points)
		}
		if !s.Set(r, i, p, v) {
			return d.fault("duplicate", "panelist %q answers item %q twice", b.Panelist, a.Item)
		}
	}
	if len(b.Answers) == 0 {
		s.Came[r][int32(p)] = true
	}
	if s.Raw != nil {
		if err := d.tally.Add(delphi.Ballot{Panelist: b.Panelist, Group: b.Group, Answers: answers}); err != nil {
			return d.fault("value", "panelist %q: %s", b.Panelist, strings.TrimPrefix(err.Error(), "delphi: "))
		}
		for len(s.Raw[r]) <= p {
			s.Raw[r] = append(s.Raw[r], nil)
		}
		s.Raw[r][p] = answers
	}
	return nil
}
