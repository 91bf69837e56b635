package participate

import (
	"strconv"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/delphi"
	"delfi/web/dossier"
	"delfi/web/participate/order"
)

// screen is one question of a form: a statement, or all statements of a kind that are
// answered as one list.
type screen struct {
	Items []consultation.Item // at least one; of a list all
	Kind  delphi.ItemKind
	Form  delphi.Form // that the kind takes in this round
}

// list tells whether the screen's items are answered together.
func (s screen) list() bool {
	return s.Form.Listed()
}

// sided tells whether a reason can argue for or against what is asked.
func (s screen) sided() bool {
	return s.Form == delphi.ScaleForm || s.Form == delphi.CriteriaForm || s.Form == delphi.SelectionForm
}

// beside tells whether what the panel answered stands beside the question.
func (s screen) beside() bool {
	switch s.Form {
	case delphi.EstimateForm, delphi.DateForm, delphi.ChoiceForm, delphi.SelectionForm:
		return true
	}
	return false
}

// number is that of its statement, or of the first of them.
func (s screen) number() int { return s.Items[0].Number }

// Names of the fields of a list as a whole, beside those of its items (package answer).
func (s screen) choiceField() string { return answer.Question{Kind: s.Kind.ID}.ListField() }
func (s screen) nobodyField() string { return "nobody_" + s.Kind.ID } // of a selection: none of these
func (s screen) reasonField() string {
	if !s.list() || s.Form == delphi.SelectionForm {
		return reasonField(s.Items[0])
	}
	return listReason + s.Kind.ID
}
func (s screen) arguesField() string {
	if !s.list() || s.Form == delphi.SelectionForm {
		return arguesField(s.Items[0])
	}
	return listArgues + s.Kind.ID
}

// What the names of the words about a list, and of their side, begin with.
const (
	listReason = "list_reason_"
	listArgues = "list_argues_"
)

// wasField holds the place that an item of a ranking has on the page.
func wasField(i consultation.Item) string { return "was_" + strconv.Itoa(i.Number) }

// screens are the round's questions, a list where its first item stands.
func (p *paperView) screens() []screen {
	if p.parted != nil {
		return p.parted
	}
	p.parted = make([]screen, 0, len(p.Items))
	for _, items := range dossier.Group(p.View, p.Round.Number, p.Items, func(i consultation.Item) string { return i.Kind }) {
		p.parted = append(p.parted, p.screenOf(items...))
	}
	return p.parted
}

// screenOf is the question of statements that are answered together.
func (p *paperView) screenOf(items ...consultation.Item) screen {
	kind := items[0].Kind
	return screen{Items: items, Kind: p.ItemKind(kind), Form: p.FormIn(kind, p.Round.Number)}
}

// shown are the questions of this page.
func (p *paperView) shown() []screen {
	all := p.screens()
	switch {
	case p.All:
		return all
	case p.At >= 1 && p.At <= len(all):
		return all[p.At-1 : p.At]
	}
	return nil
}

// given tells whether a question has its answer in the working copy. A ranking has it
// once everything has a place.
func (p *paperView) given(s screen) bool {
	n := p.answered(s, p.Draft)
	return n > 0 && (s.Form != delphi.RankingForm || n == len(s.Items))
}

// answered counts the items of a question that have an answer among some.
func (p *paperView) answered(s screen, among map[uuid.UUID]delphi.Answer) int {
	n := 0
	for _, i := range s.Items {
		if _, ok := among[i.ID]; ok {
			n++
		}
	}
	return n
}

// done counts the questions that have an answer in the working copy.
func (p *paperView) done() int {
	n := 0
	for _, s := range p.screens() {
		if p.given(s) {
			n++
		}
	}
	return n
}

// undone is the place of the first question without an answer; 0 when all have one.
func (p *paperView) undone() int {
	for k, s := range p.screens() {
		if !p.given(s) {
			return k + 1
		}
	}
	return 0
}

// state is what became of a question in the working copy: kept, changed, given (nothing
// to compare with), partial (a ranking that is not whole) or blank.
func (p *paperView) state(s screen) string {
	last := p.answered(s, p.Last) > 0
	switch n := p.answered(s, p.Draft); {
	case n == 0:
		return "blank"
	case !p.given(s):
		return "partial"
	case !last || s.Form == delphi.TextForm:
		return "given"
	}
	for _, i := range s.Items {
		a, now := p.Draft[i.ID]
		b, then := p.Last[i.ID]
		if now != then || !same(a, b) {
			return "changed"
		}
	}
	return "kept"
}

// questions are the round's items as package answer asks them.
func (p *paperView) questions() map[uuid.UUID]answer.Question {
	if p.asks == nil {
		p.asks = make(map[uuid.UUID]answer.Question, len(p.Items))
		for n, q := range ballot.Questions(p.Items) {
			p.asks[p.Items[n].ID] = q
		}
	}
	return p.asks
}

// fields are those of a question's form that hold its answers among some.
func (p *paperView) fields(s screen, among map[uuid.UUID]delphi.Answer) map[string]string {
	out := map[string]string{}
	kind, err := p.Codecs.Number(s.Kind.ID)
	if err != nil {
		return out
	}
	questions := p.questions()
	selected := 0
	for _, i := range s.Items {
		a, ok := among[i.ID]
		if !ok {
			continue
		}
		for name, v := range p.Codecs.Fields(kind, &a, questions[i.ID]) {
			if s.list() && s.Form != delphi.SelectionForm { // the words are the list's
				switch name {
				case reasonField(i):
					name = s.reasonField()
				case arguesField(i):
					name = s.arguesField()
				}
			}
			out[name] = v
		}
		selected += a.Value
	}
	if s.Form == delphi.SelectionForm && selected == 0 && p.answered(s, among) > 0 {
		out[s.nobodyField()] = answer.Yes
	}
	return out
}

// value is what a field of a question shows: what was just sent, else the working copy.
// The last round's answer is never in it.
func (p *paperView) value(s screen, name string) string {
	if p.Sent != nil {
		return p.Sent.Value(name)
	}
	if p.held == nil {
		p.held = map[string]map[string]string{}
	}
	key := s.Items[0].ID.String()
	if p.held[key] == nil {
		p.held[key] = p.fields(s, p.Draft)
	}
	return p.held[key][name]
}

// placesOf gives a ranking's places among some answers.
func placesOf(s screen, among map[uuid.UUID]delphi.Answer) order.Order {
	return order.Of(len(s.Items), func(n int) int { return among[s.Items[n].ID].Value })
}

// places are those of a ranking on this page.
func (p *paperView) places(s screen) order.Order {
	if p.Sent == nil {
		return placesOf(s, p.Draft)
	}
	return placesSent(p.Sent, s)
}

// placesSent are the places that a page showed whose form was sent.
func placesSent(form answer.Form, s screen) order.Order {
	return order.Of(len(s.Items), func(n int) int {
		place, err := strconv.Atoi(form.Value(wasField(s.Items[n])))
		if err != nil {
			return 0
		}
		return place
	})
}

// shuffled gives the items of a list in an order of the reader's own, by a keyed hash, so
// that none is first for everyone.
func (p *paperView) shuffled(s screen) []int {
	return order.Shuffled(p.Shuffle, len(s.Items), func(n int) []byte { return s.Items[n].ID[:] })
}
