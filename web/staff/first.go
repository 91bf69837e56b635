package staff

import (
	"strings"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/web/page"
	"delfi/web/ui"
)

// firstView is the form of the first administration, as it was typed.
type firstView struct {
	Code string
	Data account.Administration
	ui.Problems
}

func (d room) first(q *page.Request) error {
	open, err := d.Accounts.FirstOpen(q.Context())
	if err != nil {
		return err
	}
	if !open {
		return fault.New(fault.NotFound, "no_page", "there is no such page")
	}
	return q.Render(200, firstPage(firstView{}))
}

// found makes the first administration, and leads to its page.
func (d room) found(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v := firstView{Code: form.Value("code"), Data: readData(form)}
	v.Data.Slug = form.Value("slug")
	a, err := d.Accounts.FoundFirst(q.Context(), q.Actor, v.Code, v.Data)
	if v.Problems = ui.ProblemsOf(err); v.Any() {
		v.Problems = v.Labelled(labels(q))
		return q.Render(422, firstPage(v))
	}
	if err != nil {
		return err
	}
	q.Flash("administration.done.founded")
	return q.Redirect("/administrations/" + a.Slug)
}

// readData takes what a body says of itself as it was typed; an address is one line, which
// its field wraps.
func readData(form page.Form) account.Administration {
	return account.Administration{Name: form.Value("name"), Address: strings.Join(strings.FieldsFunc(form.Value("address"), lineEnd), " "), IPA: form.Value("ipa"), Mail: form.Value("mail")}
}

func lineEnd(r rune) bool { return r == '\r' || r == '\n' }

// labels name each field as the forms do.
func labels(q *page.Request) map[string]string {
	out := map[string]string{}
	for _, name := range []string{"code", "slug", "name", "address", "ipa", "mail", "person", "role", "consultation"} {
		out[name] = q.T("administration.field." + name)
	}
	return out
}
