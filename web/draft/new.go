package draft

import (
	"errors"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/draft/form"
	"delfi/internal/consultation/draft/template"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/web/page"
	"delfi/web/ui"
)

// newView is the page of a draft that is not there yet.
type newView struct {
	Administration uuid.UUID
	Choices        []account.Administration // where the actor is an administrator
	Form           draft.Form
	Variant        string
	Templates      []template.Template // of the choices
	Template       string              // id of the one to begin with; "" for a variant's proposal
	Document       string              // as it was pasted
	Fault          *fault.Fault
}

func (v newView) form() draft.Form { return v.Form }

func (v newView) lacks(string) bool { return false }

func (v newView) problems(q *page.Request) ui.Problems {
	return named(q, v.Form, v.Fault).Label("template", q.T("draft.from"))
}

func (v newView) frame(q *page.Request) ui.Frame {
	title := q.T("draft.new")
	return ui.Frame{Title: title, Section: ui.Desk, Crumbs: []ui.Crumb{{Label: q.T("staff.desks.title"), Path: "/desk"}, {Label: title}}}
}

func (d room) begin(q *page.Request) error {
	own, err := d.administered(q)
	if err != nil {
		return err
	}
	v := newView{Administration: own[0].ID, Choices: own, Form: draft.Form{Language: q.Lang}, Variant: string(protocol.VariantClassical)}
	if v.Templates, err = d.choices(q, own); err != nil {
		return err
	}
	for _, t := range v.Templates {
		if t.ID.String() == q.Query("template") {
			v.Template, v.Administration, v.Form.Language = t.ID.String(), t.Administration, t.Form.Language
		}
	}
	return q.Render(200, newPage(v))
}

func (d room) create(q *page.Request) error {
	sent, err := q.Form()
	if err != nil {
		return err
	}
	own, err := d.administered(q)
	if err != nil {
		return err
	}
	v := newView{Administration: own[0].ID, Choices: own, Variant: sent.Value("variant"), Document: sent.Value("document")}
	if v.Templates, err = d.choices(q, own); err != nil {
		return err
	}
	v.Template = sent.Value("template")
	if id, err := uuid.Parse(sent.Value("administration")); err == nil {
		v.Administration = id
	}
	v.Form = draft.Form{Title: sent.Value("title"), Slug: sent.Value("slug"), Language: sent.Value("language")}
	document, err := brought(q, v.Document)
	if err == nil {
		v.Document = document
		err = d.made(q, &v)
	}
	if err != nil {
		if errors.As(err, &v.Fault) && v.Fault.Kind == fault.Invalid {
			return q.Render(422, newPage(v))
		}
		return err
	}
	q.Flash("draft.stored")
	return q.Redirect("/desk/" + v.Form.Slug + "/draft/" + string(form.StepQuestion))
}

// made creates the draft that the page asks for, and gives it the address that it has now.
func (d room) made(q *page.Request, v *newView) error {
	var err error
	switch {
	case v.Document != "":
		v.Form, err = v.Form.Import(v.Document)
	case v.Template != "":
		v.Form, err = d.fromTemplate(q, v)
	case v.Variant == "":
		err = fault.Bad(fault.Field{Name: "variant", Code: "required", Message: "choose a variant"})
	default:
		v.Form = v.Form.Begin(protocol.Variant(v.Variant))
	}
	if err != nil {
		return err
	}
	c, err := d.Drafts.Create(q.Context(), q.Actor, v.Administration, v.Form)
	if err == nil {
		v.Form.Slug = c.Slug
	}
	return err
}
