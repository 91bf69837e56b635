package page

import (
	"cmp"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"delfi/internal/fault"
	"delfi/internal/prose"
	"delfi/web/page/form"
)

// Form is what a person sent, character by character: a form that fails is
// shown again from it with nothing lost.
type Form struct{ values url.Values }

// Form reads the request's body: 413 when it is larger than the limit, 422 when
// it is no form or not text. The query is not part of it.
func (q *Request) Form() (Form, error) {
	if q.R.PostForm == nil && q.unread == nil { // the library would make a second copy of it, with the query
		q.R.PostForm, q.file, q.unread = form.Read(q.R.Body, q.R.Header.Get("Content-Type"), q.app.opts.MaxBody, q.visit.route.File > 0)
	}
	return Form{values: q.R.PostForm}, q.unread
}

// Uploaded gives the file that came with the form, which is read once, after Form; nil
// without one.
func (q *Request) Uploaded() *form.File { return q.file }

// Value gives a field's first value as sent, or "".
func (f Form) Value(name string) string { return f.values.Get(name) }

// Version is the version of what the page of a form showed, in the field of that name: a form
// that does not say it was sent by no page of ours, or by one that is cut off, and is
// compared all the same.
func (f Form) Version(name string) string { return cmp.Or(f.Value(name), prose.Unsaid) }

// Mendable gives the fault that the person can mend; nil for any other error.
func Mendable(err error) *fault.Fault {
	var f *fault.Fault
	if errors.As(err, &f) && (f.Kind == fault.Invalid || f.Kind == fault.Conflict) {
		return f
	}
	return nil
}

// Values gives every value of a field, in the order sent.
func (f Form) Values(name string) []string { return f.values[name] }

// Fields calls visit with every field but those of the names without, as they were sent,
// by name.
func (f Form) Fields(visit func(name, value string), without ...string) {
	for _, name := range slices.Sorted(maps.Keys(f.values)) {
		if slices.Contains(without, name) {
			continue
		}
		for _, v := range f.values[name] {
			visit(name, v)
		}
	}
}

// Names gives the fields that begin with a prefix, in order.
func (f Form) Names(prefix string) []string {
	var out []string
	for name := range f.values {
		if strings.HasPrefix(name, prefix) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// Has tells whether the field was sent: a ticked box, a pressed button.
func (f Form) Has(name string) bool { return f.values.Has(name) }

// Contains tells whether value is one of the field's.
func (f Form) Contains(name, value string) bool {
	for _, v := range f.values[name] {
		if v == value {
			return true
		}
	}
	return false
}

// Int gives a field's whole number; false when there is none.
func (f Form) Int(name string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(f.Value(name)))
	return n, err == nil
}
