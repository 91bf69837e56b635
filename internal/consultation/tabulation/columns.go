package tabulation

import (
	"slices"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/consultation/ballot/payload"
	"delfi/internal/delphi"
)

// columns lay out the answers of one person to a round's items in a row of bytes of one
// length: a column for each item, as wide as its kind's codec writes an answer. Zeros are
// no answer. A hundred thousand rows of twenty points take 2 MB.
type columns struct {
	codecs *answer.Set
	names  []string          // of items, as the engine knows them
	at     map[uuid.UUID]int // of an item among the names
	kinds  []int             // by item, among the codecs
	from   []int             // where each column begins, and where the last one ends
	none   []byte            // the row of no answers
}

func newColumns(codecs *answer.Set, items []consultation.Item) (columns, error) {
	c := columns{codecs: codecs, at: make(map[uuid.UUID]int, len(items)), from: []int{0}}
	for n, i := range items {
		kind, err := codecs.Number(i.Kind)
		if err != nil {
			return columns{}, err
		}
		c.names, c.at[i.ID], c.kinds = append(c.names, i.ID.String()), n, append(c.kinds, kind)
		c.from = append(c.from, c.from[n]+codecs.Codec(kind).Width())
	}
	c.none = make([]byte, c.from[len(items)])
	return c, nil
}

// column gives that of an item in a row.
func (c *columns) column(row []byte, item int) []byte { return row[c.from[item]:c.from[item+1]] }

// of gives one person's row.
func (c *columns) of(rows []byte, person int) []byte {
	return rows[person*len(c.none) : (person+1)*len(c.none)]
}

// row appends one person's answers.
func (c *columns) row(to []byte, p *payload.Payload) []byte {
	to = append(to, c.none...)
	row := to[len(to)-len(c.none):]
	for i := range p.Entries {
		if n, ok := c.place(p, i); ok {
			c.codecs.Codec(c.kinds[n]).Encode(c.column(row, n), &p.Entries[i].Answer)
		}
	}
	return to
}

// place gives the item of an entry; false where it is not in play, or was asked in
// another form.
func (c *columns) place(p *payload.Payload, entry int) (int, bool) {
	e := &p.Entries[entry]
	n, inPlay := c.at[e.Item]
	return n, inPlay && p.Codecs.Form(e.Kind) == c.codecs.Form(c.kinds[n])
}

// read fills a ballot with a row's answers to some items, to all for nil, in the memory
// of those that were there.
func (c *columns) read(b *delphi.Ballot, row []byte, items []int) {
	b.Answers = b.Answers[:0]
	if items == nil {
		for n := range c.names {
			c.append(b, row, n)
		}
		return
	}
	for _, n := range items {
		c.append(b, row, n)
	}
}

func (c *columns) append(b *delphi.Ballot, row []byte, item int) {
	last := len(b.Answers)
	b.Answers = slices.Grow(b.Answers, 1)[:last+1]
	a := &b.Answers[last]
	*a = delphi.Answer{Item: c.names[item], Criteria: a.Criteria[:0]}
	if !c.codecs.Codec(c.kinds[item]).Decode(c.column(row, item), a) {
		b.Answers = b.Answers[:last]
	}
}

// merge puts the valid answers of a later ballot into a row: point by point on criteria,
// as a whole in lists.
func (c *columns) merge(row []byte, p *payload.Payload) {
	var old delphi.Answer
	for i := range p.Entries {
		e := &p.Entries[i]
		n, ok := c.place(p, i)
		if !ok || e.CannotJudge {
			continue
		}
		kind := c.kinds[n]
		column, later := c.column(row, n), e.Answer
		switch c.codecs.Form(kind) {
		case delphi.RankingForm, delphi.ChoiceForm, delphi.SelectionForm:
			if first := slices.IndexFunc(p.Entries, func(o payload.Entry) bool { return o.Kind == e.Kind }); first == i {
				c.clear(row, kind)
			}
		case delphi.CriteriaForm:
			if c.codecs.Codec(kind).Decode(column, &old) && !old.CannotJudge {
				later.Criteria = slices.Clone(later.Criteria)
				for k, v := range later.Criteria {
					if v == 0 {
						later.Criteria[k] = old.Criteria[k]
					}
				}
			}
		}
		c.codecs.Codec(kind).Encode(column, &later)
	}
}

// clear takes the answers to all items of a kind out of a row.
func (c *columns) clear(row []byte, kind int) {
	for n, k := range c.kinds {
		if k == kind {
			clear(c.column(row, n))
		}
	}
}
