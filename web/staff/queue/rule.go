package queue

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"delfi/internal/account/office"
	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/internal/moderation"
	"delfi/internal/space"
	"delfi/web/page"
	"delfi/web/ui"
)

// rulesView is the page on which a space gets a new version of its rules.
type rulesView struct {
	Consultation consultation.Consultation
	Now          moderation.Rules
	Version      string            // of the rules that List was begun from
	List         []moderation.Rule // as the form has them, blank ones included
	Fault        *fault.Fault
	Problems     ui.Problems
}

// blankRules is how many empty rules stand below those in force.
const blankRules = 2

func (d room) rulesOf(q *page.Request) (rulesView, error) {
	c, err := d.Consultations.Desk(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return rulesView{}, err
	}
	v := rulesView{Consultation: c}
	if !moderation.CanRule(q.Actor, c.Administration) {
		return v, office.Needs(office.Administrator)
	}
	if c.Stage == consultation.Draft {
		return v, notThere()
	}
	v.Now, err = d.Moderation.Rules(q.Context(), c.Space)
	v.Version = strconv.Itoa(v.Now.Version)
	return v, err
}

// rules shows the rules in force as they can be changed, in the consultation's language.
func (d room) rules(q *page.Request) error {
	v, err := d.rulesOf(q)
	if err != nil {
		return err
	}
	v.List = v.inForce()
	v.pad()
	return q.Render(200, rulesPage(v))
}

// inForce are the rules in force with their words: the standing ones have them of the catalogue.
func (v rulesView) inForce() []moderation.Rule {
	var out []moderation.Rule
	for _, r := range v.Now.List {
		out = append(out, ui.Worded(v.Consultation.Language, r))
	}
	return out
}

// unchanged tells whether a form has the standing rules as they were shown in it; moderation
// compares those whose words are stored.
func (v rulesView) unchanged() bool {
	typed := slices.DeleteFunc(slices.Clone(v.List), func(r moderation.Rule) bool { return r.Title == "" && r.Words == "" })
	return v.Now.Version == moderation.Standing && slices.EqualFunc(typed, v.inForce(), func(a, b moderation.Rule) bool {
		return strings.TrimSpace(a.Title) == b.Title && strings.TrimSpace(a.Words) == b.Words
	})
}

// pad adds empty rules, as far as a version has room.
func (v *rulesView) pad() {
	for range min(blankRules, moderation.MaxRules-len(v.List)) {
		v.List = append(v.List, moderation.Rule{})
	}
}

// publishRules stores a new version; a form that is refused comes back filled in.
func (d room) publishRules(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, err := d.rulesOf(q)
	if err != nil {
		return err
	}
	q.StandsAt("/desk/" + v.Consultation.Slug + "/rules")
	for n := 1; n <= moderation.MaxRules; n++ {
		v.List = append(v.List, moderation.Rule{Title: form.Value(fmt.Sprintf("title_%d", n)), Words: form.Value(fmt.Sprintf("words_%d", n))})
	}
	seen, err := strconv.Atoi(form.Value("version"))
	if err != nil {
		seen = -1 // no page of ours sent this
	}
	if err = moderation.Unchanged(); !v.unchanged() {
		err = d.Moderation.Publish(q.Context(), q.Actor, space.Contribution, v.Consultation.Space, seen, v.Consultation.Language, v.List)
	}
	var f *fault.Fault
	switch {
	case err == nil:
		q.Flash("staff.done.ruled")
		return q.Redirect("/consultations/" + v.Consultation.Slug + "/moderation")
	case !errors.As(err, &f) || f.Kind != fault.Invalid && f.Kind != fault.Conflict:
		return err
	}
	v.Fault = f
	labels := map[string]string{}
	for i := range v.List {
		labels[fmt.Sprintf("title_%d", i+1)], labels[fmt.Sprintf("words_%d", i+1)] = q.T("staff.rules.rule_title", "number", i+1), q.T("staff.rules.rule_words", "number", i+1)
	}
	v.Problems = ui.ProblemsOf(f).Labelled(labels)
	for len(v.List) > 0 && v.List[len(v.List)-1] == (moderation.Rule{}) {
		v.List = v.List[:len(v.List)-1]
	}
	v.pad()
	if f.Kind == fault.Invalid {
		v.Version = form.Value("version")
		return q.Render(422, rulesPage(v))
	}
	return q.Render(409, rulesPage(v))
}

func (v rulesView) frame(q *page.Request) ui.Frame {
	return ui.Frame{
		Title: q.T("staff.rules.title") + " · " + v.Consultation.Title, Section: ui.Desk, Owner: v.Consultation.AdministrationName,
		Crumbs: deskCrumbs(q, v.Consultation, q.T("staff.rules.title")),
	}
}
