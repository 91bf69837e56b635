package participate

import (
	"github.com/a-h/templ"

	"delfi/internal/consultation/contribution"
	"delfi/web/page"
)

// telling is how the reasons of a public page are shown.
type telling struct {
	lang string // of the consultation, in which they are written
	desk string // page on which one is removed by law; "" for who may not
}

// telling leads whoever may remove a reason to the desk's list. Who has not signed in
// reads kept pages, which have no such link.
func (v view) telling(q *page.Request) telling {
	t := telling{lang: v.Language}
	if contribution.CanRemove(q.Actor, v.Consultation) {
		t.desk = "/desk/" + v.Slug + "/reasons"
	}
	return t
}

func (t telling) reason(r *said) templ.Component { return reason(t, r) }
