package draft

import (
	"errors"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/draft/template"
	"delfi/internal/fault"
	"delfi/web/page"
	"delfi/web/ui"
)

// nameMost is how long the name of a template may be.
const nameMost = template.NameMost

// keepView is the page on which a draft is kept as a template.
type keepView struct {
	Consultation consultation.Consultation
	Name         string
	Problems     ui.Problems
	Fault        *fault.Fault // of no field
}

// templatesView lists an administration's templates.
type templatesView struct {
	account.Administration
	Templates []template.Template
}

// removeView stands before a template is removed.
type removeView struct {
	account.Administration
	template.Template
}

// saving is the page on which a consultation is kept as a template.
func (d room) saving(q *page.Request) error {
	v, err := d.keeping(q)
	if err != nil {
		return err
	}
	v.Name = v.Consultation.Title
	return q.Render(200, keepPage(v))
}

func (d room) keeping(q *page.Request) (keepView, error) {
	c, err := d.Consultations.Desk(q.Context(), q.Actor, q.Param("slug"))
	if err == nil && !consultation.CanDraft(q.Actor, c.Administration) {
		err = consultation.WrongRole(consultation.ActCreate)
	}
	return keepView{Consultation: c}, err
}

// save keeps a consultation as a template.
func (d room) save(q *page.Request) error {
	sent, err := q.Form()
	if err != nil {
		return err
	}
	v, err := d.keeping(q)
	if err != nil {
		return err
	}
	v.Name = sent.Value("template_name")
	_, err = d.Templates.Save(q.Context(), q.Actor, v.Consultation.Slug, v.Name)
	var f *fault.Fault
	switch {
	case err == nil:
	case errors.As(err, &f) && f.Kind == fault.Invalid:
		v.Problems = ui.ProblemsOf(f).Labelled(map[string]string{"template_name": q.T("draft.template_name")})
		return q.Render(422, keepPage(v))
	case errors.As(err, &f) && f.Kind == fault.Conflict:
		v.Fault = f
		return q.Render(409, keepPage(v))
	default:
		return err
	}
	own, err := d.administered(q)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(own, func(a account.Administration) bool { return a.ID == v.Consultation.Administration })
	q.Flash("draft.template_kept")
	return q.Redirect("/administrations/" + own[at].Slug + "/templates")
}

// administration is the one that the address names, where the actor writes drafts.
func (d room) administration(q *page.Request) (account.Administration, error) {
	own, err := d.administered(q)
	if err != nil {
		return account.Administration{}, err
	}
	at := slices.IndexFunc(own, func(a account.Administration) bool { return a.Slug == q.Param("slug") })
	if at < 0 {
		return account.Administration{}, fault.New(fault.NotFound, "not_found", "there is no such administration")
	}
	return own[at], nil
}

// templates lists the templates of an administration.
func (d room) templates(q *page.Request) error {
	a, err := d.administration(q)
	if err != nil {
		return err
	}
	all, err := d.Templates.Listed(q.Context(), q.Actor, a.ID)
	if err != nil {
		return err
	}
	return q.Render(200, templatesPage(templatesView{a, all}))
}

// removal says what removing a template does.
func (d room) removal(q *page.Request) error {
	a, id, err := d.addressed(q)
	if err != nil {
		return err
	}
	t, err := d.Templates.Find(q.Context(), q.Actor, id)
	if err == nil && t.Administration != a.ID {
		err = fault.New(fault.NotFound, "no_template", "there is no such template")
	}
	if err != nil {
		return err
	}
	return q.Render(200, removePage(removeView{a, t}))
}

// remove takes a template away.
func (d room) remove(q *page.Request) error {
	a, id, err := d.addressed(q)
	if err != nil {
		return err
	}
	if err := d.Templates.Remove(q.Context(), q.Actor, a.ID, id); err != nil {
		return err
	}
	q.Flash("draft.template_removed")
	return q.Redirect("/administrations/" + a.Slug + "/templates")
}

// addressed gives the administration and the template that the address names.
func (d room) addressed(q *page.Request) (account.Administration, uuid.UUID, error) {
	a, err := d.administration(q)
	if err != nil {
		return a, uuid.Nil, err
	}
	id, err := uuid.Parse(q.Param("template"))
	if err != nil || id.String() != q.Param("template") {
		return a, id, fault.New(fault.NotFound, "no_template", "there is no such template")
	}
	return a, id, nil
}

// choices are the templates of the administrations for which the reader may write drafts.
func (d room) choices(q *page.Request, own []account.Administration) ([]template.Template, error) {
	var all []template.Template
	for _, a := range own {
		of, err := d.Templates.Listed(q.Context(), q.Actor, a.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, of...)
	}
	return all, nil
}

// starts offers the templates; the first option is to begin with a variant's proposal.
func (v newView) starts(q *page.Request) []ui.Option {
	all := []ui.Option{{Value: "", Label: q.T("draft.from_variant"), Chosen: v.Template == ""}}
	for _, t := range v.Templates {
		o := ui.Option{Value: t.ID.String(), Label: t.Name, Hint: variantName(q, t.Form), Chosen: v.Template == t.ID.String()}
		for _, a := range v.Choices {
			if len(v.Choices) > 1 && a.ID == t.Administration {
				o.Hint += " · " + a.Name
			}
		}
		all = append(all, o)
	}
	return all
}

// fromTemplate gives the form of a draft that begins with the template that was chosen: one of
// the administration whose draft it is.
func (d room) fromTemplate(q *page.Request, v *newView) (draft.Form, error) {
	unknown := fault.Bad(fault.Field{Name: "template", Code: "unknown_option", Message: "choose one of the administration's templates"})
	at := slices.IndexFunc(v.Templates, func(t template.Template) bool {
		return t.ID.String() == v.Template && t.Administration == v.Administration
	})
	if at < 0 {
		return v.Form, unknown
	}
	f, err := d.Templates.Form(q.Context(), q.Actor, v.Templates[at].ID, v.Form.Title, v.Form.Slug)
	if fault.KindOf(err) == fault.NotFound { // removed meanwhile
		err = unknown
	}
	return f, err
}

func (v keepView) frame(q *page.Request) ui.Frame {
	title := q.T("draft.keep_title")
	return ui.Frame{Title: title, Section: ui.Desk, Owner: v.Consultation.AdministrationName, Crumbs: []ui.Crumb{
		{Label: q.T("staff.desks.title"), Path: "/desk"}, {Label: v.Consultation.Title, Path: "/desk/" + v.Consultation.Slug, Lang: v.Consultation.Language}, {Label: title},
	}}
}

func (v templatesView) frame(q *page.Request) ui.Frame {
	title := q.T("draft.templates")
	return ui.Frame{Title: title, Section: ui.Desk, Owner: v.Name, Crumbs: []ui.Crumb{{Label: q.T("staff.desks.title"), Path: "/desk"}, {Label: title}}}
}

func (v removeView) frame(q *page.Request) ui.Frame {
	title := q.T("draft.remove_title")
	return ui.Frame{Title: title, Section: ui.Desk, Owner: v.Administration.Name, Crumbs: []ui.Crumb{
		{Label: q.T("staff.desks.title"), Path: "/desk"}, {Label: q.T("draft.templates"), Path: "/administrations/" + v.Slug + "/templates"}, {Label: title},
	}}
}
