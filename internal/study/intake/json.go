package intake

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"delfi/internal/delphi"
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
		Panelist string       `json:"panelist"`
		Group    string       `json:"group"`
		Answers  []jsonAnswer `json:"answers"`
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
	name      string
	in        *counting
	decoder   *json.Decoder
	study     *study.Study
	panelists names
	item      map[string]int
	group     map[string]int
	whole     bool
	tally     *table.Tally // of the round in hand: it knows which answers fit
}

// counting remembers where the lines of what was read begin, for the words of a
// fault: a decoder tells bytes.
type counting struct {
	in    io.Reader
	lines []int64
	read  int64
	step  func(read int64)
}

func (c *counting) Read(b []byte) (int, error) {
	n, err := c.in.Read(b)
	for i, x := range b[:n] {
		if x == '\n' {
			c.lines = append(c.lines, c.read+int64(i)+1)
		}
	}
	c.read += int64(n)
	c.step(c.read)
	return n, err
}

// ReadJSON reads a study in JSON, with its own protocol. A fault gives line and
// column; one of the protocol where that begins, and its field.
func ReadJSON(name string, in io.Reader, o study.Options, step func(read int64)) (*study.Study, error) {
	c := &counting{in: in, step: step}
	d := &document{name: name, in: c, decoder: json.NewDecoder(c), study: &study.Study{}, whole: o.Whole}
	d.decoder.DisallowUnknownFields()
	if err := d.object(); err != nil {
		return nil, err
	}
	s := d.study
	if len(s.Rounds) == 0 {
		return nil, source.Bad(name, "empty", "has no rounds")
	}
	s.People = d.panelists.list
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

// wrong is a fault where the decoder stands, or where it says.
func (d *document) wrong(code string, err error) error {
	at := d.decoder.InputOffset()
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax) && syntax.Offset != at:
		// The decoder counts a value's bytes without those of earlier tokens: scan
		// what it still holds, from where the value begins.
		held, readErr := io.ReadAll(d.decoder.Buffered())
		var value json.RawMessage
		if errors.As(errors.Join(readErr, json.Unmarshal(held, &value)), &syntax) {
			at += max(0, syntax.Offset-1)
		}
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		err = errors.New(strings.TrimPrefix(err.Error(), "json: "))
	case errors.As(err, &kind):
		err = fmt.Errorf("%s cannot be a %s: give %s", kind.Field, kind.Value, jsonForms[kind.Type.Kind()])
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		at, err = d.in.read, errors.New("the document ends too early")
	}
	return source.Bad(d.name, code, fmt.Sprintf("%s: %v", d.place(at), err))
}

// jsonForms are what is asked for, by the kind of a field.
var jsonForms = map[reflect.Kind]string{
	reflect.Int: "a whole number", reflect.String: "a text in quotation marks", reflect.Bool: "true or false",
	reflect.Slice: "a list", reflect.Struct: "an object", reflect.Map: "an object",
}

// line is the one that the decoder stands in.
func (d *document) line() int {
	line, _ := slices.BinarySearch(d.in.lines, d.decoder.InputOffset()+1)
	return line + 1
}

// place names the line and the column of a byte.
func (d *document) place(at int64) string {
	line, _ := slices.BinarySearch(d.in.lines, at+1)
	start := int64(0)
	if line > 0 {
		start = d.in.lines[line-1]
	}
	return fmt.Sprintf("line %d, column %d", line+1, at-start+1)
}

func (d *document) fault(code, format string, args ...any) error {
	return d.wrong(code, fmt.Errorf(format, args...))
}

// expect steps over a bracket.
func (d *document) expect(want json.Delim) error {
	t, err := d.decoder.Token()
	if err != nil {
		return d.wrong("syntax", err)
	}
	if t != want {
		return d.fault("syntax", "expected %v", want)
	}
	return nil
}

func (d *document) object() error {
	if err := d.expect('{'); err != nil {
		return err
	}
	seen := map[string]bool{}
	for d.decoder.More() {
		t, err := d.decoder.Token()
		if err != nil {
			return d.wrong("syntax", err)
		}
		key, _ := t.(string)
		if seen[key] {
			return d.fault("duplicate", "%q is given twice", key)
		}
		seen[key] = true
		switch key {
		case "protocol":
			err = d.protocol()
		case "items":
			err = d.items(seen["protocol"])
		case "enrolled":
			err = d.enrolled(seen["protocol"])
		case "rounds":
			err = d.rounds(seen["protocol"] && seen["items"])
		default:
			err = d.fault("unknown", "%q is no field of a study: protocol, items, enrolled, rounds", key)
		}
		if err != nil {
			return err
		}
	}
	if err := d.expect('}'); err != nil {
		return err
	}
	if _, err := d.decoder.Token(); !errors.Is(err, io.EOF) {
		return d.fault("syntax", "there is more after the end of the study")
	}
	return nil
}

func (d *document) protocol() error {
	var raw json.RawMessage
	if err := d.decoder.Decode(&raw); err != nil {
		return d.wrong("syntax", err)
	}
	p, err := protocol.ParseStudy(raw)
	var f *fault.Fault
	if errors.As(err, &f) {
		at := d.place(d.decoder.InputOffset() - int64(len(raw)))
		var fields []fault.Field
		for _, x := range f.Fields {
			fields = append(fields, fault.Field{Name: d.name, Code: x.Code, Message: fmt.Sprintf("protocol from %s: %s: %s", at, x.Name, x.Message)})
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
	var list []jsonItem
	if err := d.decoder.Decode(&list); err != nil {
		return d.wrong("items", err)
	}
	if !protocol {
		return d.fault("order", "items come after the protocol")
	}
	s := d.study
	d.item = map[string]int{}
	scales := true
	for i, it := range list {
		k, ok := s.Protocol.Kind(it.Kind)
		_, twice := d.item[it.ID]
		switch {
		case twice || it.ID == "":
			return d.fault("items", "item %d: the id %q is empty or there twice: give each item one of its own", i+1, it.ID)
		case !ok:
			return d.fault("items", "item %d: %q is no item kind of the protocol: give the id of one", i+1, it.Kind)
		case it.NewIn < 0:
			return d.fault("items", "item %d: new_in is %d: give the number of a round, from 1", i+1, it.NewIn)
		}
		scales = scales && k.Kind == delphi.ScaleForm
		d.item[it.ID] = i
		s.Items = append(s.Items, it.ID)
		s.Kinds = append(s.Kinds, delphi.Item{ID: it.ID, Kind: it.Kind})
		s.Scales = append(s.Scales, protocolScale(k))
		s.News = append(s.News, max(0, it.NewIn-1))
	}
	if !scales {
		s.Raw = [][][]delphi.Answer{}
	}
	return nil
}

func (d *document) enrolled(protocol bool) error {
	var by map[string]int
	if err := d.decoder.Decode(&by); err != nil {
		return d.wrong("enrolled", err)
	}
	if !protocol {
		return d.fault("order", "enrolled comes after the protocol")
	}
	d.study.Enrolled = make([]int, len(d.group))
	for id, n := range by {
		g, ok := d.group[id]
		if !ok || n < 0 {
			return d.fault("enrolled", "group %q: needs the id of a group of the protocol and a number of people", id)
		}
		d.study.Enrolled[g] = n
	}
	return nil
}

func (d *document) rounds(ready bool) error {
	if !ready {
		return d.fault("order", "rounds come after protocol and items")
	}
	if err := d.expect('['); err != nil {
		return err
	}
	s := d.study
	for d.decoder.More() {
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
		if err := d.round(number - 1); err != nil {
			return err
		}
	}
	return d.expect(']')
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
		return d.wrong("items", err)
	}
	return nil
}

// round reads {"ballots": […]}, ballot by ballot.
func (d *document) round(r int) error {
	if err := d.expect('{'); err != nil {
		return err
	}
	key, err := d.decoder.Token()
	if err != nil {
		return d.wrong("syntax", err)
	}
	if key != "ballots" {
		return d.fault("unknown", "a round holds ballots and nothing else")
	}
	if err := d.expect('['); err != nil {
		return err
	}
	seen := map[int]bool{}
	for d.decoder.More() {
		var b jsonBallot
		if err := d.decoder.Decode(&b); err != nil {
			return d.wrong("ballot", err)
		}
		if err := d.ballot(r, b, seen); err != nil {
			return err
		}
	}
	if err := d.expect(']'); err != nil {
		return err
	}
	return d.expect('}')
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
	if !ok || b.Panelist == "" {
		return d.fault("ballot", "a ballot needs a panelist and a group of the protocol, not %q", b.Group)
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
			return d.fault("item", "item %q is not among the items", a.Item)
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
