package staff

import (
	"slices"
	"strconv"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/web/page"
	"delfi/web/ui"
	"delfi/web/ui/chart"
)

// What a statement becomes, in the editor's first question.
const (
	becomesOne   = "one"
	becomesSplit = "split"
	becomesMerge = "merge"
)

// editorView is the form of a statement's new words, open in the statement's card.
type editorView struct {
	On        decisionView
	Becomes   string
	Change    string // editorial or substantive
	Parts     int    // fields for new words
	Texts     []string
	With      []string            // ids of the statements that are merged with it
	Others    []consultation.Item // with which it can be merged
	LeftOut   string
	Reason    string
	Seen      string // version of the decision that the editor shows
	Problems  ui.Problems
	Confirmed bool // the statement has new words already: this writes them again
}

// typedEditor reads the editor's form.
func typedEditor(form page.Form) editorView {
	e := editorView{Becomes: form.Value("becomes"), Change: form.Value("change"), With: form.Values("with"), LeftOut: form.Value("left_out"), Reason: form.Value("reason"), Parts: 1}
	switch e.Becomes {
	case becomesSplit:
		e.Parts = 2
		if n, err := strconv.Atoi(form.Value("parts")); err == nil {
			e.Parts = min(max(n, 2), consultation.MostParts)
		}
	case becomesMerge:
	default:
		e.Becomes = becomesOne
	}
	if form.Value("act") == "more" {
		e.Becomes, e.Parts = becomesSplit, min(e.Parts+1, consultation.MostParts)
	}
	for n := range consultation.MostParts {
		e.Texts = append(e.Texts, form.Value(consultation.PartField(n)))
	}
	return e
}

// rewording is what the form says; an id that is none is a statement that is not there.
func (e editorView) rewording() consultation.Rewording {
	r := consultation.Rewording{Texts: e.Texts[:e.Parts], LeftOut: e.LeftOut, Reason: e.Reason, Substantive: e.Change == "substantive"}
	if e.Becomes == becomesMerge {
		for _, typed := range e.With {
			id, _ := uuid.Parse(typed)
			r.With = append(r.With, id)
		}
	}
	return r
}

// editor opens the editor in a statement's card.
func (d room) editor(q *page.Request) error {
	v, on, err := d.editing(q)
	if err != nil {
		return err
	}
	now := v.Decided[on.Item.ID]
	e := editorView{Becomes: becomesOne, Change: "editorial", Parts: 1, Texts: []string{on.Item.Text, "", "", ""}}
	if now.Decided == consultation.Reword {
		e.Reason = now.Reason
	}
	v.opens(on, e)
	return q.Render(200, deskPage(v))
}

// editing reads the desk and the statement whose words are written; Conflict where its words
// cannot change now, Forbidden to all but the facilitator.
func (d room) editing(q *page.Request) (deskView, decisionView, error) {
	v, err := d.view(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return v, decisionView{}, err
	}
	if _, _, err := v.Consultation.Deciding(q.Actor, consultation.Reword, ""); err != nil {
		return v, decisionView{}, err
	}
	all := slices.Concat(v.Decisions, v.Stable, v.Wordless, v.Done)
	i := slices.IndexFunc(all, func(d decisionView) bool {
		return d.Item.ID.String() == q.Param("item") && d.Item.State == consultation.ItemLive
	})
	if i < 0 {
		return v, decisionView{}, consultation.ErrNoItem
	}
	return v, all[i], nil
}

// opens puts the editor of a statement on the desk.
func (v *deskView) opens(on decisionView, e editorView) {
	e.On, e.Seen = on, v.Decided[on.Item.ID].Version()
	e.Confirmed = on.Item.Was != ""
	for _, i := range v.Items {
		if i.State == consultation.ItemLive && i.ID != on.Item.ID && i.Kind == on.Item.Kind && i.Was == "" && !i.New {
			e.Others = append(e.Others, i)
		}
	}
	v.Editor = &e
}

// reword confirms the new words, or shows the fields that the chosen change asks for.
func (d room) reword(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	item, err := uuid.Parse(q.Param("item"))
	if err != nil {
		return notThere()
	}
	e := typedEditor(form)
	if act := form.Value("act"); act == "update" || act == "more" {
		return d.renderEditor(q, 200, e, nil)
	}
	if e.Becomes == becomesMerge && len(e.With) == 0 {
		return d.renderEditor(q, 422, e, fault.Bad(fault.Field{Name: "with", Code: "nothing_merged", Message: "choose with what it is merged"}))
	}
	slug := q.Param("slug")
	err = d.Facilitation.Reword(q.Context(), q.Actor, slug, item, e.rewording(), seenOf(form))
	switch f := page.Mendable(err); {
	case f != nil && f.Kind == fault.Invalid:
		return d.renderEditor(q, 422, e, f)
	case f != nil:
		return d.renderEditor(q, 409, e, f)
	case err != nil:
		return err
	}
	return q.Redirect("/desk/" + slug + "?decided=" + item.String())
}

// renderEditor shows the desk with the editor as it was typed; where its words cannot change
// any more, the page that keeps them.
func (d room) renderEditor(q *page.Request, status int, e editorView, f *fault.Fault) error {
	v, on, err := d.editing(q)
	if err != nil {
		if lost := page.Mendable(err); lost != nil {
			return q.Render(409, ui.LostPage(e.lost(q, v, lost)))
		}
		return err
	}
	if f != nil && f.Kind == fault.Invalid {
		e.Problems = e.labelled(q, f)
	} else {
		v.Fault = f
	}
	v.opens(on, e)
	return q.Render(status, deskPage(v))
}

// lost keeps what was typed where the statement's words cannot change any more.
func (e editorView) lost(q *page.Request, v deskView, f *fault.Fault) ui.Lost {
	l := ui.Lost{Frame: v.frame(q), Fault: f, Next: "/desk/" + q.Param("slug")}
	for n, text := range e.Texts {
		if text != "" {
			l.Texts = append(l.Texts, ui.Typed{Label: e.partLabel(q, n), Text: text})
		}
	}
	for _, t := range []struct{ label, text string }{{q.T("staff.reword.left_out"), e.LeftOut}, {q.T("staff.reason"), e.Reason}} {
		if t.text != "" {
			l.Texts = append(l.Texts, ui.Typed{Label: t.label, Text: t.text})
		}
	}
	return l
}

func (e editorView) labelled(q *page.Request, f *fault.Fault) ui.Problems {
	p := ui.ProblemsOf(f).Labelled(map[string]string{
		"left_out": q.T("staff.reword.left_out"), "reason": q.T("staff.reason"), "with": q.T("staff.reword.with"), "becomes": q.T("staff.reword.becomes"),
	})
	for n := range e.Texts {
		p = p.Label(consultation.PartField(n), e.partLabel(q, n))
	}
	return p
}

func (e editorView) partLabel(q *page.Request, n int) string {
	if e.Parts == 1 {
		return q.T("staff.reword.text")
	}
	return q.T("staff.reword.part", "letter", letter(n))
}

// letter names a part of a split statement: a, b, c, d.
func letter(n int) string { return string(rune('a' + n)) }

func (e editorView) becoming(q *page.Request) []ui.Option {
	var all []ui.Option
	for _, b := range []string{becomesOne, becomesSplit, becomesMerge} {
		if e.Confirmed && b != becomesOne || b == becomesMerge && len(e.Others) == 0 {
			continue
		}
		all = append(all, ui.Option{Value: b, Label: q.T("staff.reword.becomes_" + b), Hint: q.T("staff.reword.becomes_" + b + "_hint"), Chosen: e.Becomes == b})
	}
	return all
}

func (e editorView) changing(q *page.Request) []ui.Option {
	var all []ui.Option
	for _, c := range []string{"editorial", "substantive"} {
		all = append(all, ui.Option{Value: c, Label: q.T("staff.reword.change_" + c), Hint: q.T("staff.reword.change_" + c + "_hint"), Chosen: e.Change == c})
	}
	return all
}

func (e editorView) others(language string) []ui.Option {
	var all []ui.Option
	for _, i := range e.Others {
		all = append(all, ui.Option{Value: i.ID.String(), Label: strconv.Itoa(i.Number) + ". " + i.Text, Lang: language, Chosen: slices.Contains(e.With, i.ID.String())})
	}
	return all
}

// lineages draw where each new statement comes from; none for an editorial change.
func (e editorView) lineages(q *page.Request) []chart.Lineage {
	if e.Becomes == becomesOne && e.Change != "substantive" {
		return nil
	}
	sources := []string{q.T("staff.synthesis.statement", "number", e.On.Item.Number)}
	if e.Becomes == becomesMerge {
		for _, i := range e.Others {
			if slices.Contains(e.With, i.ID.String()) {
				sources = append(sources, q.T("staff.synthesis.statement", "number", i.Number))
			}
		}
	}
	var all []chart.Lineage
	for n := range e.Parts {
		target := q.T("staff.reword.new")
		if e.Parts > 1 {
			target = q.T("staff.reword.new_part", "letter", letter(n))
		}
		all = append(all, chart.Lineage{ID: "lineage-" + strconv.Itoa(n), Title: q.T("staff.reword.lineage"), Sources: sources, Target: target})
	}
	return all
}

// opened tells whether the editor stands in a statement's card.
func (v deskView) opened(d decisionView) bool {
	return v.Editor != nil && v.Editor.On.Item.ID == d.Item.ID
}
