package participate

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/participate/piece"
)

type (
	sheets = piece.Sheets[source, *derived]
	sheet  = piece.Sheet[source, *derived]
)

// source names what a sheet is drawn from: a round's items and the feedback before it as
// last read, in one language.
type source struct {
	items    *consultation.Item
	document *feedback.Document
	lang     string
}

// derived is what a document says of each question, put in order once.
type derived struct {
	items []consultation.Item // as they are read in the language
	panel *feedback.Document  // the document likewise
	told  map[uuid.UUID]told
	lists map[string][]dossier.Column // reasons about whole lists, by kind

	mu       sync.Mutex
	measured map[uuid.UUID]dossier.Measured // by a question's first item, without anybody's own answer
}

// told is what the feedback document says of one statement, its reasons in columns.
type told struct {
	feedback.ItemResult
	columns []dossier.Column
}

// sheetOf gives the sheet of a paper of a consultation, as it is read in a language.
func sheetOf(all *sheets, c consultation.Consultation, p ballot.Paper, lang string) *sheet {
	from := source{document: p.Feedback, lang: lang}
	if len(p.Items) > 0 {
		from.items = &p.Items[0]
	}
	return all.Of(from, func() *derived {
		d := &derived{items: c.Read(p.Items), panel: p.Feedback.In(c.Language), told: map[uuid.UUID]told{}, lists: map[string][]dossier.Column{}, measured: map[uuid.UUID]dossier.Measured{}}
		if p.Feedback == nil {
			return d
		}
		for _, f := range d.panel.Items {
			d.told[f.Item] = told{ItemResult: f, columns: dossier.Columns(f.Reasons)}
		}
		for _, l := range p.Feedback.Lists {
			d.lists[l.Kind] = dossier.Columns(l.Reasons)
		}
		return d
	})
}

// question gives what the document says of a question, whose entries the caller may change.
// In a standing round it says of each reader what they may see: that is not kept.
func (d *derived) question(of dossier.Question, standing bool, derive func() dossier.Measured) dossier.Measured {
	if standing {
		return derive()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	first := of.Items[0].Item
	m, ok := d.measured[first]
	if !ok {
		m = derive()
		d.measured[first] = m
	}
	m.Entries = slices.Clone(m.Entries)
	return m
}

// vary writes what a piece shows of answers.
func vary(answers ...string) string { return strings.Join(answers, "\x00") }

// flag writes that something is so.
func flag(is bool) string {
	if is {
		return "1"
	}
	return ""
}

// own is a statement as one reader is given it.
func (p *paperView) own(i consultation.Item) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		now, s, q := p.now(i), p.screenOf(i), page.From(ctx)
		last, beside, note := "", "", ""
		if a, ok := p.Last[i.ID]; ok {
			last = value(q, a)
		}
		if p.standing() {
			note = p.figuresNote(q, i.ID)
			if a, ok := p.Own(i.ID); ok {
				beside = value(q, a)
			}
		}
		_, given := p.Draft[i.ID]
		wrote := (now.Reason != "" || now.Argues != "") && p.reasons() || p.crosses(s)
		key := piece.Key{
			Part: "statement", Of: i.Number,
			Vary: vary(flag(p.All), flag(p.Last == nil), last, beside, note, flag(p.Told(i.ID)), now.Choice, flag(given), flag(wrote)),
			Own:  p.Sent != nil, // it shows what was sent, which may be anything
		}
		ask, holes := why(p, s, typed{}), []templ.Component{drawn(p, i)}
		if wrote {
			ask, holes = piece.Hole, append(holes, why(p, s, now))
		}
		return p.sheet.Paste(key, func() templ.Component { return statement(p, i, ask) }, holes...).Render(ctx, w)
	})
}

// reason is one reason, as all are given it whose draw has it.
func (p *paperView) reason(r *feedback.Given) templ.Component {
	return p.sheet.Paste(piece.Key{Part: "reason", Of: r}, func() templ.Component { return dossier.Reason(dossier.Display{Lang: p.First()}, r) })
}

// entry names an entry of a question.
type entry struct{ question, at int }

// kept is a part of a question that shows no more of answers than what varies it. What
// answers a form that must be mended is drawn as it is.
func (p *paperView) kept(part string, s screen, at int, varied string, draw templ.Component) templ.Component {
	if p.Sent != nil {
		return draw
	}
	return p.sheet.Paste(piece.Key{Part: part, Of: entry{s.number(), at}, Vary: varied}, func() templ.Component { return draw })
}

// around is a part of a question that is open for what one reader alone may have.
func (p *paperView) around(part string, s screen, varied string, own templ.Component, draw func(own templ.Component) templ.Component) templ.Component {
	if p.Sent != nil {
		return draw(own)
	}
	return p.sheet.Paste(piece.Key{Part: part, Of: entry{s.number(), 0}, Vary: varied}, func() templ.Component { return draw(piece.Hole) }, own)
}

// answerOf writes what pieces show of an answer: its value, and of one on criteria one of them.
func answerOf(a *delphi.Answer, criterion int) string {
	switch {
	case a == nil:
		return ""
	case a.CannotJudge:
		return cannotJudge
	case a.Never:
		return "never"
	case criterion < len(a.Criteria):
		return strconv.Itoa(a.Criteria[criterion])
	}
	return strconv.Itoa(a.Value)
}

// before is the reader's answer to an item in the round before; nil for none.
func (p *paperView) before(i consultation.Item) *delphi.Answer {
	if a, ok := p.Last[i.ID]; ok {
		return &a
	}
	return nil
}

// chosenOf writes which entries of a list the reader had chosen beside the panel's.
func chosenOf(m dossier.Measured) string {
	var b strings.Builder
	for _, e := range m.Entries {
		b.WriteString(answerOf(e.Own, 0) + ",")
	}
	return b.String()
}

// chosenIn writes which item of a choice was chosen.
func chosenIn(s screen, among map[uuid.UUID]delphi.Answer) string {
	for n, i := range s.Items {
		if a, ok := among[i.ID]; ok && (a.Value == 1 || a.CannotJudge) {
			return strconv.Itoa(n) + answerOf(&a, 0)
		}
	}
	return ""
}

// ownPlace writes the reader's own place of an entry of an order beside the panel's.
func ownPlace(m dossier.Measured, s screen, n int) string {
	e, ok := entryOf(m, s, n)
	return vary(flag(ok), answerOf(e.Own, 0))
}

// asksWhy asks for one's own reason.
func (p *paperView) asksWhy(s screen, written typed) templ.Component {
	if written != (typed{}) || p.crosses(s) {
		return why(p, s, written)
	}
	return p.kept("why", s, 0, "", why(p, s, written))
}
