package participate

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/web/page"
	"delfi/web/participate/order"
	"delfi/web/ui"
)

// press is the button with which a form was sent: what it does, and about which
// statement or page.
type press struct{ verb, about string }

// pressed reads the button of a form.
func pressed(form page.Form) press {
	verb, about, _ := strings.Cut(form.Value("act"), " ")
	return press{verb, about}
}

// on tells whether the button is about an item.
func (b press) on(i consultation.Item) bool { return b.about == strconv.Itoa(i.Number) }

// moves tells whether the button changes a ranking on its page.
func (b press) moves() bool {
	switch b.verb {
	case "up", "down", "end", "order", "part":
		return true
	}
	return false
}

// sentForm is a form with some fields as package answer reads them.
type sentForm struct {
	page.Form
	instead map[string]string
}

// Value is a field's value.
func (f sentForm) Value(name string) string {
	if v, ok := f.instead[name]; ok {
		return v
	}
	return f.Form.Value(name)
}

// reading turns a form into answers, or names each field that must be mended.
type reading struct {
	p         *paperView
	form      page.Form
	button    press
	questions map[uuid.UUID]answer.Question
	out       ballot.Answers
	bad       []fault.Field
}

// read reads what was sent about some of the round's questions.
func (p *paperView) read(form page.Form, sent []screen) (ballot.Answers, error) {
	r := &reading{p: p, form: form, button: pressed(form), questions: p.questions()}
	for _, s := range sent {
		kind, err := p.Codecs.Number(s.Kind.ID)
		if err != nil {
			return r.out, err
		}
		switch s.Form {
		case delphi.ChoiceForm:
			r.choice(s, kind)
		case delphi.SelectionForm:
			r.selection(s, kind)
		case delphi.RankingForm:
			r.ranking(s, kind)
		default:
			r.statement(s, kind)
		}
	}
	if len(r.bad) > 0 {
		return r.out, fault.Bad(r.bad...)
	}
	return r.out, nil
}

// item reads what a form says of one item.
func (r *reading) item(form answer.Form, i consultation.Item, kind int) {
	a, bad := r.p.Codecs.Read(form, kind, r.questions[i.ID])
	r.take(i, a, bad)
}

func (r *reading) take(i consultation.Item, a answer.Sent, bad []fault.Field) {
	r.bad = append(r.bad, bad...)
	switch a.Item = i.ID.String(); {
	case a.Cleared:
		r.out.Cleared = append(r.out.Cleared, a.Item)
	case a.Given:
		a.Language = r.p.Language
		r.out.Given = append(r.out.Given, a.Answer)
	}
}

// statement reads a question of one item. A form that was emptied takes its answer out.
func (r *reading) statement(s screen, kind int) {
	i := s.Items[0]
	q := r.questions[i.ID]
	if r.form.Value(q.Field()) == keep || r.button.verb == keep && r.button.on(i) {
		a, bad := r.kept(i)
		a.Reason, a.Argues = r.form.Value(q.ReasonField()), delphi.Side(r.form.Value(q.ArguesField()))
		r.take(i, a, append(bad, r.p.Codecs.Check(kind, &a.Answer, q)...))
		return
	}
	a, bad := r.p.Codecs.Read(r.form, kind, q)
	if !a.Given && emptied(r.form, s, q) {
		a.Cleared = true
	}
	r.take(i, a, bad)
}

// emptied tells whether a form that says nothing of an item shows that nothing is meant.
func emptied(form page.Form, s screen, q answer.Question) bool {
	switch s.Form {
	case delphi.CriteriaForm:
		for _, c := range s.Kind.Criteria {
			if form.Value(q.Field(c)) == answer.Cleared {
				return true
			}
		}
	case delphi.EstimateForm:
		return form.Has(q.Field())
	case delphi.DateForm:
		return form.Has(q.Field("year"))
	case delphi.TextForm:
		return form.Has(q.ReasonField())
	}
	return false
}

// kept is an item's answer of the round before.
func (r *reading) kept(i consultation.Item) (answer.Sent, []fault.Field) {
	last, ok := r.p.Last[i.ID]
	if !ok {
		return answer.Sent{}, []fault.Field{{Name: answerField(i), Code: "nothing_kept", Message: "there is no earlier answer to keep: choose one"}}
	}
	return answer.Sent{Answer: last, Given: true}, nil
}

// words moves what was said of a list to the item that bears it.
func (r *reading) words(s screen, bearer consultation.Item, instead map[string]string) {
	for _, i := range s.Items {
		instead[reasonField(i)], instead[arguesField(i)] = "", ""
	}
	instead[reasonField(bearer)], instead[arguesField(bearer)] = r.form.Value(s.reasonField()), r.form.Value(s.arguesField())
}

// missed moves the fault of words beside no answer to the field in which a list is answered.
func (r *reading) missed(bearer consultation.Item, field string) {
	for n := range r.bad {
		if f := &r.bad[n]; f.Name == answerField(bearer) && f.Code == "value_missing" {
			f.Name = field
		}
	}
}

// problems are what is to be mended in the form: what an item bears for its list stands
// in the list's fields.
func (p *paperView) problems(q *page.Request, err error) ui.Problems {
	var f *fault.Fault
	if !errors.As(err, &f) || f == nil {
		return ui.Problems{}
	}
	told := *f
	told.Fields = slices.Clone(f.Fields)
	for _, s := range p.screens() {
		for _, i := range s.Items {
			if !s.list() || s.Form == delphi.SelectionForm {
				continue
			}
			for n := range told.Fields {
				switch told.Fields[n].Name {
				case reasonField(i):
					told.Fields[n].Name = s.reasonField()
				case arguesField(i):
					told.Fields[n].Name = s.arguesField()
				}
			}
		}
	}
	return ui.ProblemsOf(&told).Labelled(p.labels(q))
}

// choice reads the one item of a list that is chosen.
func (r *reading) choice(s screen, kind int) {
	bearer := s.Items[0]
	v := r.form.Value(s.choiceField())
	known := v == "" || v == answer.Unable || v == answer.Cleared
	for _, i := range s.Items {
		if v == strconv.Itoa(i.Number) {
			bearer, known = i, true
		}
	}
	if !known {
		r.bad = append(r.bad, fault.Field{Name: s.choiceField(), Code: "unknown_option", Message: "choose one of the list"})
		return
	}
	form := sentForm{r.form, map[string]string{}}
	r.words(s, bearer, form.instead)
	for _, i := range s.Items {
		r.item(form, i, kind)
	}
	r.missed(bearer, s.choiceField())
}

// selection reads the boxes of a list that are ticked. The others were seen once any is,
// or once it was said that none is meant; a list without any tick is taken out.
func (r *reading) selection(s screen, kind int) {
	form := sentForm{r.form, map[string]string{}}
	if r.button.verb == keep && r.button.on(s.Items[0]) {
		for name, v := range r.p.fields(s, r.p.Last) {
			form.instead[name] = v
		}
		for _, i := range s.Items {
			form.instead[reasonField(i)], form.instead[arguesField(i)] = r.form.Value(reasonField(i)), r.form.Value(arguesField(i))
			if _, ok := form.instead[answerField(i)]; !ok {
				form.instead[answerField(i)] = ""
			}
		}
	}
	ticked, nobody := 0, form.Value(s.nobodyField()) == answer.Yes
	for _, i := range s.Items {
		if form.Value(answerField(i)) == answer.Yes {
			ticked++
		}
	}
	if nobody && ticked > 0 {
		r.bad = append(r.bad, fault.Field{Name: s.nobodyField(), Code: "some_or_none", Message: "you chose some too: leave them, or this, out"})
		return
	}
	for _, i := range s.Items {
		q := r.questions[i.ID]
		switch {
		case nobody || ticked > 0:
			form.instead[q.SeenField()] = answer.Yes
		default:
			form.instead[q.SeenField()] = ""
			if form.Value(q.ReasonField()) == "" && r.form.Has(q.SeenField()) {
				r.take(i, answer.Sent{Cleared: true}, nil)
				continue
			}
		}
		r.item(form, i, kind)
	}
}

// ranking reads the places of a list, after the move that the button makes.
func (r *reading) ranking(s screen, kind int) {
	o, ok := r.places(s)
	if !ok {
		return
	}
	form := sentForm{r.form, map[string]string{}}
	bearer, shown := s.Items[0], false
	for n, i := range s.Items {
		shown = shown || r.form.Has(answerField(i)) || r.form.Has(wasField(i))
		if form.instead[answerField(i)] = ""; o[n] > 0 {
			form.instead[answerField(i)] = strconv.Itoa(o[n])
		}
	}
	for n := len(s.Items) - 1; n >= 0; n-- {
		if o[n] > 0 {
			bearer = s.Items[n]
		}
	}
	r.words(s, bearer, form.instead)
	for n, i := range s.Items {
		if o[n] == 0 && (o.Placed() > 0 || form.Value(reasonField(i)) == "") {
			if shown {
				r.take(i, answer.Sent{Cleared: true}, nil)
			}
			continue
		}
		r.item(form, i, kind)
	}
	r.missed(bearer, answerField(s.Items[0]))
}

// places are those of a ranking once the sent numbers hold and the button's move is made;
// false where a number is none, or two items have one.
func (r *reading) places(s screen) (order.Order, bool) {
	if r.button.verb == keep && r.button.on(s.Items[0]) {
		return placesOf(s, r.p.Last), true
	}
	o, asked, ok := placesSent(r.form, s), map[int]int{}, true
	for n, i := range s.Items {
		place := 0
		if v := r.form.Value(answerField(i)); v != "" {
			var err error
			if place, err = strconv.Atoi(v); err != nil || place < 1 || place > len(s.Items) {
				ok = false
				r.bad = append(r.bad, fault.Field{
					Name: answerField(i), Code: "out_of_scale", Message: "choose a place of the list", Args: map[string]any{"min": 1, "max": len(s.Items)},
				})
				continue
			}
		} else if !r.form.Has(answerField(i)) {
			continue
		}
		if place != o[n] {
			asked[n] = place
		}
	}
	if !ok {
		return nil, false
	}
	set, bad := o.Set(asked)
	if len(bad) > 0 && r.button.verb != "part" {
		for _, t := range bad {
			r.bad = append(r.bad, fault.Field{
				Name: answerField(s.Items[t.Second]), Code: "same_place", Message: "another item has this place too: give each its own",
				Args: map[string]any{"place": asked[t.Second], "other": s.Items[t.First].Text},
			})
		}
		return nil, false
	}
	if len(bad) > 0 { // one after the other, as they stand in the page
		later := map[int]int{}
		for _, t := range bad {
			later[t.Second] = asked[t.Second]
			delete(asked, t.Second)
		}
		set, _ = o.Set(asked)
		for n := range s.Items {
			if place, ok := later[n]; ok {
				set, _ = set.Set(map[int]int{n: min(place+1, len(set))})
			}
		}
	}
	for n, i := range s.Items {
		if !r.button.on(i) {
			continue
		}
		switch r.button.verb {
		case "up":
			set = set.Up(n)
		case "down":
			set = set.Down(n)
		case "end":
			set = set.End(n)
		}
	}
	return set, true
}
