package draft

import (
	"cmp"
	"errors"
	"strconv"
	"strings"

	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/draft/form"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/prose"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/ui"
)

func (d room) step(q *page.Request) error {
	v, err := d.stored(q, draft.Step(q.Param("step")))
	if err != nil {
		return err
	}
	return q.Render(200, stepPage(v))
}

func (d room) store(q *page.Request) error {
	sent, err := q.Form()
	if err != nil {
		return err
	}
	v, err := d.stored(q, draft.Step(q.Param("step")))
	if err != nil {
		return d.frozen(q, v.Step, sent, err)
	}
	before := v.Form
	v.Pasted = sent.Value("paste")
	paste, unread := pasted(v.Pasted)
	typed, at := typedIn(v.Step, before, sent, paste)
	if v.Form = typed; unread != nil {
		v.Fault, v.Version = unread, sent.Value("version")
		return q.Render(422, stepPage(v))
	}
	if v.Step == form.StepVariant {
		variant := protocol.Variant(sent.Value("variant"))
		if v.Losing = before.Loses(variant); len(v.Losing) > 0 && sent.Value("lose") != string(variant) {
			v.Form = before.Type("variant", []string{string(variant)})
			v.Fault = fault.Bad(fault.Field{Name: "lose", Code: "lose_needed", Message: "another variant takes things away: say that it may"})
			return q.Render(422, stepPage(v))
		}
		v.Form, v.Losing = before, nil
		if string(variant) != before.Plan().Text("variant") {
			v.Form = before.Change(variant)
		}
	}
	return d.keep(q, v, before, sent, at)
}

// keep stores what was typed, or shows the page again with why not; at is the field to go on in,
// "" for none.
func (d room) keep(q *page.Request, v view, before draft.Form, sent page.Form, at string) error {
	version := cmp.Or(sent.Value("version"), prose.Unsaid)
	c, err := d.Drafts.Edit(q.Context(), q.Actor, v.Consultation.Slug, v.Step, v.Form, version)
	switch {
	case errors.As(err, &v.Fault) && v.Fault.Code == "draft_changed":
		v.Stale = &ui.Staleness{Fault: v.Fault, Changes: ui.Changes(v.changes(q, before)...), Theirs: v.path(v.Step)}
		v.Fault = nil
		return q.Render(409, stepPage(v))
	case fault.KindOf(err) == fault.Conflict:
		return d.frozen(q, v.Step, sent, err)
	case fault.KindOf(err) == fault.Invalid:
		v.Version = sent.Value("version")
		return q.Render(422, stepPage(v))
	case err != nil:
		return err
	}
	v.Consultation = c
	q.Flash("draft.stored")
	switch {
	case at != "":
		return q.Redirect(v.path(v.Step) + "#" + ui.ID(at))
	case sent.Value("do") == "template":
		return q.Redirect(v.path(v.Step) + "#" + ui.ID("commitment_quotation"))
	case sent.Value("do") == "rule":
		return q.Redirect(v.path(v.Step) + "#" + ui.ID("consensus.rule"))
	case sent.Value("do") == "back":
		return q.Redirect(v.path(cmp.Or(v.before(), v.Step)))
	case sent.Value("do") == "stay":
		return q.Redirect(v.path(v.Step))
	}
	return q.Redirect(v.path(v.next()))
}

// frozen is the page of an edit that came after the announcement.
func (d room) frozen(q *page.Request, step draft.Step, sent page.Form, err error) error {
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != fault.Conflict {
		return err
	}
	title := q.T("draft.step." + string(step))
	l := ui.Lost{Fault: f, Next: "/desk/" + q.Param("slug"), Frame: ui.Frame{
		Title: title, Section: ui.Desk, Crumbs: []ui.Crumb{{Label: q.T("staff.desks.title"), Path: "/desk"}, {Label: title}},
	}}
	sent.Fields(func(name, value string) {
		if p, _, _ := dossier.FieldAt(name); p.Step == step && strings.TrimSpace(value) != "" {
			l.Texts = append(l.Texts, ui.Typed{Label: dossier.FieldName(q, name, 1), Text: value})
		}
	})
	return q.Render(409, ui.LostPage(l))
}

// lists are the lists of rows of each step.
var lists = map[draft.Step][]string{
	form.StepPanel: {"panel.groups"}, form.StepItems: {"item_kinds", "given"}, form.StepRounds: {"rounds"},
}

// typedIn puts what a step's form says into a draft, and does what its button asks for with a
// row; at is the field to go back to, "" for none.
func typedIn(step draft.Step, before draft.Form, sent page.Form, paste string) (f draft.Form, at string) {
	f = before
	if step == form.StepVariant || step == form.StepSummary {
		return f, ""
	}
	for _, list := range lists[step] {
		if n := rows(sent, list); n > 0 {
			f = f.With(list, n)
		}
	}
	shown := f // as the page showed the draft: what it chose there has its figures typed already
	for _, name := range sent.Names(was) {
		shown = shown.Type(strings.TrimPrefix(name, was), sent.Values(name))
	}
	for range 2 { // the first time, kinds, rules and languages; the second, the fields that they have
		for _, path := range f.Fields(step) {
			if sent.Has(path) {
				f = f.Type(path, lines(sent.Values(path)))
			}
		}
		f = f.Fit(shown)
	}
	if step == form.StepStaff {
		f = staffed(f, sent)
	}
	if step == form.StepQuestion && sent.Value("do") == "template" {
		f = promised(f)
	}
	return moved(f, sent, paste)
}

// was begins the names of fields that say which choice the page showed.
const was = "was:"

// pasteMost is how much may be pasted at once, in characters.
const pasteMost = 200_000

// pasted reads statements that are to be added; a text that shows nothing is refused.
func pasted(typed string) (string, *fault.Fault) {
	var bad []fault.Field
	text := prose.Field{Name: "paste", Max: pasteMost}.Read(typed, &bad)
	if len(bad) > 0 {
		return "", fault.Bad(bad...)
	}
	return text, nil
}

// lines are values with one kind of line break.
func lines(values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strings.ReplaceAll(v, "\r\n", "\n")
	}
	return out
}

// staffed reads who steers: a form without anybody ticked names nobody.
func staffed(f draft.Form, sent page.Form) draft.Form {
	if sent.Has("staff") {
		f.Moderators, f.Facilitators = sent.Values("moderators"), sent.Values("facilitators")
		f.Offices = map[string]string{}
	}
	for _, name := range sent.Names("office_") {
		if office := sent.Value(name); office != "" && f.Offices != nil {
			f.Offices[strings.TrimPrefix(name, "office_")] = office
		}
	}
	return f
}

// mostRows bounds the rows that a form adds at once.
const mostRows = 1001

// rows counts the rows of a list that a form has; 0 for a form without them.
func rows(sent page.Form, list string) int {
	n := 0
	for _, name := range sent.Names(list + "[") {
		number, _, _ := strings.Cut(strings.TrimPrefix(name, list+"["), "]")
		if i, err := strconv.Atoi(number); err == nil && i >= 0 && i < mostRows {
			n = max(n, i+1)
		}
	}
	return n
}

// moved does what a button asks for: "add:rounds", "remove:rounds[1]", "up:given[2]".
func moved(f draft.Form, sent page.Form, paste string) (draft.Form, string) {
	act, target, _ := strings.Cut(sent.Value("do"), ":")
	list, rest, _ := strings.Cut(target, "[")
	n, _ := strconv.Atoi(strings.TrimSuffix(rest, "]"))
	first := map[string]string{"panel.groups": "panel.groups[].id", "item_kinds": "item_kinds[].kind", "given": "given[].text", "rounds": "rounds[].kind"}[list]
	if paste != "" {
		at := len(f.Items)
		f = f.Paste(paste, sent.Value("paste_kind"))
		if act == "" || act == "stay" {
			return f, form.In("given[].text", min(at, len(f.Items)-1))
		}
	}
	if first == "" {
		return f, ""
	}
	switch act {
	case "add":
		f = f.Add(list)
		return f, form.In(first, f.Count(list)-1)
	case "remove":
		f = f.Remove(list, n)
		if f.Count(list) == 0 {
			return f, list
		}
		return f, form.In(first, min(n, f.Count(list)-1))
	case "up":
		return f.Move(list, n, -1), form.In(first, max(0, n-1))
	case "down":
		return f.Move(list, n, 1), form.In(first, min(n+1, f.Count(list)-1))
	case "form":
		return f, form.In(first, n)
	}
	return f, ""
}
