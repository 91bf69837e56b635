package draft

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"delfi/internal/consultation"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/draft/form"
	"delfi/internal/fault"
	"delfi/web/i18n"
	"delfi/web/page"
)

// brought is the document that came with a form: its file, else what was pasted.
func brought(q *page.Request, pasted string) (string, error) {
	file := q.Uploaded()
	if file == nil {
		return pasted, nil
	}
	b, err := io.ReadAll(io.LimitReader(file, MostFile))
	if err != nil || len(b) == 0 {
		return pasted, err
	}
	return string(b), nil
}

// export sends the protocol document of a consultation: canonical where it is whole, else as
// far as it is written.
func (d room) export(q *page.Request) error {
	c, err := d.Consultations.Desk(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return err
	}
	document := c.Protocol.Canonical()
	if c.Stage == consultation.Draft && c.Protocol.Version == 0 {
		f, err := d.Drafts.Form(q.Context(), q.Actor, c.Slug)
		if err != nil {
			return err
		}
		document = []byte(f.Plan().Indented())
	}
	q.W.Header().Set("Content-Disposition", `attachment; filename="`+c.Slug+`.json"`)
	return q.Bytes(http.StatusOK, "application/json", document)
}

// duplicate makes another draft with the words and rules of a consultation.
func (d room) duplicate(q *page.Request) error {
	c, err := d.Drafts.Duplicate(q.Context(), q.Actor, q.Param("slug"), func(title string) string { return q.T("draft.copy_of", "title", title) })
	if err != nil {
		return err
	}
	q.Flash("draft.duplicated")
	return q.Redirect("/desk/" + c.Slug + "/draft/" + string(form.StepQuestion))
}

// replace puts a document that was brought in the place of the draft's own.
func (d room) replace(q *page.Request) error {
	sent, err := q.Form()
	if err != nil {
		return err
	}
	v, err := d.stored(q, form.StepSummary)
	if err != nil {
		return d.frozen(q, form.StepSummary, sent, err)
	}
	before := v.Form
	if v.Document, err = brought(q, sent.Value("document")); err != nil {
		return err
	}
	if v.Form, err = v.Form.Import(v.Document); err != nil {
		v.Version = sent.Value("version")
		if errors.As(err, &v.Fault) && v.Fault.Kind == fault.Invalid {
			return q.Render(http.StatusUnprocessableEntity, stepPage(v))
		}
		return err
	}
	return d.keep(q, v, before, sent, "")
}

// promised fills the words and the term of a commitment from the template that the draft names,
// where nothing is written yet.
func promised(f draft.Form) draft.Form {
	name := f.Value("reply.template")
	for field, key := range map[string]string{
		"commitment_quotation": "draft.template." + name + ".quotation", "commitment_act": "draft.template." + name + ".act",
	} {
		if strings.TrimSpace(f.Value(field)) == "" && i18n.Known(key) {
			f = f.Type(field, []string{i18n.Words(f.Language, key)})
		}
	}
	if name == "dibattito-pubblico" {
		f = f.Type("reply.n", []string{"2"}).Type("reply.unit", []string{"month"})
	}
	return f
}
