package draft

import (
	"cmp"
	"errors"
	"maps"
	"math"
	"slices"
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
	paste, unread := pasted(v.Pasted, max(rows(sent, "given"), before.Count("given")))
	typed, at := typedIn(v, before, sent, paste)
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
func typedIn(v view, before draft.Form, sent page.Form, paste string) (f draft.Form, at string) {
	f, step := before, v.Step
	if step == form.StepVariant || step == form.StepSummary {
		return f, ""
	}
	for _, list := range lists[step] {
		if n := rows(sent, list); n > 0 {
			f = f.With(list, n)
		}
	}
	// As the page showed the draft: what it chose there has its figures typed already.
	shown := f.TypeAll(f.Fields(step), func(path string) ([]string, bool) { return sent.Values(was + path), sent.Has(was + path) })
	for range 2 { // the first time, kinds, rules and languages; the second, the fields that they have
		f = f.TypeAll(f.Fields(step), func(path string) ([]string, bool) { return lines(sent.Values(path)), sent.Has(path) })
		f = f.Fit(shown)
	}
	if step == form.StepStaff {
		f = v.staffed(f, sent)
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

// pasted reads statements that are to be added to so many; a text that shows nothing is refused,
// and so are more statements than a draft gives.
func pasted(typed string, given int) (string, *fault.Fault) {
	var bad []fault.Field
	text := prose.Field{Name: "paste", Max: pasteMost}.Read(typed, &bad)
	if n := form.Statements(text); n > 0 && given+n > form.ItemsMost {
		bad = append(bad, fault.Field{Name: "paste", Code: "too_many_items", Message: "the statements are more than a draft gives", Args: map[string]any{"max": form.ItemsMost}})
	}
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

// staffed reads who steers, of those whom the page offers: a form without anybody ticked names nobody.
func (v view) staffed(f draft.Form, sent page.Form) draft.Form {
	f.Offices = maps.Clone(f.Offices)
	if sent.Has("staff") {
		f.Moderators, f.Facilitators = sent.Values("moderators"), sent.Values("facilitators")
		f.Offices = map[string]string{}
	}
	for _, one := range slices.Concat(v.Moderators, v.Facilitators) {
		if office := sent.Value("office_" + one.ID.String()); office != "" && f.Offices != nil {
			f.Offices[one.ID.String()] = office
		}
	}
	return f
}

// rows counts the rows of a list that a form has; 0 for a form without them.
func rows(sent page.Form, list string) int {
	n := 0
	for _, name := range sent.Names(list + "[") {
		number, _, _ := strings.Cut(strings.TrimPrefix(name, list+"["), "]")
		if i, err := strconv.Atoi(number); err == nil && i >= 0 && i < math.MaxInt {
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
