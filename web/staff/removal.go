package staff

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"delfi/internal/account/office"
	"delfi/internal/consultation"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/ledger/leaf"
	"delfi/internal/report"
	"delfi/web/page"
	"delfi/web/ui"
)

// removalView is the page on which a reason's text is removed by law.
type removalView struct {
	Consultation consultation.Consultation
	Reasons      []published // all that are public and stand
	Search       string      // words that are looked for; "" for all
	Page         int         // from 1
}

const (
	// perPage is how many reasons one page of the desk has, as the public pages of all reasons.
	perPage = 50
	// soughtReasons is the kind of the cookies that have what is looked for.
	soughtReasons = "reasons"
)

// found are the reasons that have every word that is looked for.
func (v removalView) found() []published {
	words := strings.Fields(strings.ToLower(v.Search))
	return slices.DeleteFunc(slices.Clone(v.Reasons), func(r published) bool {
		text := strings.ToLower(r.Text)
		return slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
	})
}

// pages is how many pages some reasons take.
func pages(all []published) int { return max(1, (len(all)+perPage-1)/perPage) }

// here are those of some reasons that stand on this page.
func (v removalView) here(all []published) []published {
	return all[min((v.Page-1)*perPage, len(all)):min(v.Page*perPage, len(all))]
}

// path is the address of the list; turned that of one of its pages.
func (v removalView) path() string { return "/desk/" + v.Consultation.Slug + "/reasons" }

func (v removalView) turned(n int) string { return v.path() + "?page=" + strconv.Itoa(n) }

// published is a reason that stands in a feedback document.
type published struct {
	Item   int    // its statement's number; 0 for one about a list
	List   string // the kind of its list; "" for one about a statement
	Digest string
	Text   string
	Lang   string // of the text, as the document says it
}

// about names what a reason is about: a statement, or a list as a whole.
func (r published) about(q *page.Request) string {
	if r.List != "" {
		return q.T("staff.removal.list")
	}
	return q.T("staff.synthesis.statement", "number", r.Item)
}

func (v removalView) frame(q *page.Request) ui.Frame {
	return ui.Frame{
		Title: q.T("staff.removal.reason_title") + " · " + v.Consultation.Title, Section: ui.Desk, Owner: v.Consultation.AdministrationName,
		Crumbs: []ui.Crumb{
			{Label: q.T("staff.desks.title"), Path: "/desk"},
			{Label: v.Consultation.Title, Lang: v.Consultation.Language, Path: "/desk/" + v.Consultation.Slug},
			{Label: q.T("staff.removal.reason_title")},
		},
	}
}

func (d room) reason(q *page.Request) error {
	v, err := d.reasons(q)
	if err != nil {
		return err
	}
	v.Search, v.Page = q.Cookies.Sought(soughtReasons, v.Consultation.Slug), 1
	if n, err := strconv.Atoi(q.Query("page")); err == nil {
		v.Page = min(max(n, 1), pages(v.found()))
	}
	return q.Render(200, removalPage(v))
}

// findReasons keeps what is looked for among the reasons until another is, or nothing.
func (d room) findReasons(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	c, err := d.Consultations.Desk(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return err
	}
	words := form.Value("words")
	if form.Value("do") == "all" {
		words = ""
	}
	if err := q.Cookies.Seek(soughtReasons, c.Slug, words); err != nil {
		return err
	}
	return q.Redirect(removalView{Consultation: c}.path() + "#list")
}

// reasons lists every reason that is public and stands, statement by statement.
func (d room) reasons(q *page.Request) (removalView, error) {
	c, err := d.Consultations.Desk(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return removalView{}, err
	}
	v := removalView{Consultation: c}
	items, err := d.Consultations.Items(q.Context(), c.ID)
	if err != nil {
		return v, err
	}
	seen := map[published]bool{}
	add := func(one published, reason feedback.Reason) {
		one.Text = reason.Text
		if reason.Removed != "" || seen[one] {
			return
		}
		seen[one] = true
		one.Digest, one.Lang = leaf.Digest([]byte(reason.Text)), c.Lang(reason.Lang)
		v.Reasons = append(v.Reasons, one)
	}
	for _, r := range c.Rounds {
		if r.State != consultation.RoundReleased || r.Kind == delphi.Gather {
			continue
		}
		f, err := d.Archive.Feedback(q.Context(), c.ID, r.Number)
		if err != nil {
			return v, err
		}
		for _, i := range f.Items {
			at := slices.IndexFunc(items, func(it consultation.Item) bool { return it.ID == i.Item })
			for _, reason := range i.Reasons {
				one := published{}
				if at >= 0 {
					one.Item = items[at].Number
				}
				add(one, reason)
			}
		}
		for _, l := range f.Lists {
			for _, reason := range l.Reasons {
				add(published{List: l.Kind}, reason)
			}
		}
	}
	slices.SortStableFunc(v.Reasons, func(a, b published) int { return cmp.Compare(a.Item, b.Item) })
	return v, nil
}

// beforeReason is the page before a reason's text is deleted.
func (d room) beforeReason(q *page.Request) error {
	v, err := d.reasons(q)
	if err != nil {
		return err
	}
	if !contribution.CanRemove(q.Actor, v.Consultation) {
		return office.Needs(office.Moderator)
	}
	at := slices.IndexFunc(v.Reasons, func(r published) bool { return r.Digest == q.Param("reason") })
	if at < 0 {
		return notThere()
	}
	copies, err := d.copies(q, v, v.Reasons[at])
	if err != nil {
		return err
	}
	return q.Render(200, reasonPage(v.removal(q, v.Reasons[at]), copies, ""))
}

// repeated is an entry of the record that keeps the words of a reason which the law removes.
type repeated struct {
	Entry ledger.Entry
	Path  string // where its words can be changed by an act of their own, or read
}

// named says what the entry is about.
func (r repeated) named(q *page.Request) string {
	if r.Entry.Target == "" {
		return ui.Did(q, r.Entry)
	}
	return ui.Did(q, r.Entry) + ", " + ui.Target(q, r.Entry.Target)
}

// copies lists the words that the removal of a reason leaves as they are though they repeat it.
func (d room) copies(q *page.Request, v removalView, r published) ([]repeated, error) {
	entries, err := d.Record.Of(q.Context(), v.Consultation.ID)
	if err != nil {
		return nil, err
	}
	var all []repeated
	for _, e := range report.Copies(entries, r.Digest, r.Text) {
		one := repeated{Entry: e, Path: "/record/" + v.Consultation.Slug}
		switch consultation.Act(e.Kind) {
		case consultation.ActJoin:
			one.Path = "/desk/" + v.Consultation.Slug + "/joining"
		case consultation.ActBrief:
			if n, ok := strings.CutPrefix(e.Target, "round "); ok {
				one.Path = "/desk/" + v.Consultation.Slug + "/rounds/" + n + "/brief"
			}
		}
		all = append(all, one)
	}
	return all, nil
}

// removal is the page before a reason goes.
func (v removalView) removal(q *page.Request, r published) ui.Removal {
	list := v.path()
	f := v.frame(q)
	f.Crumbs[2].Path = list
	f.Crumbs = append(f.Crumbs, ui.Crumb{Label: q.T("staff.removal.button")})
	return ui.Removal{
		Frame: f, Kicker: v.Consultation.Title, KickerLang: v.Consultation.Language, Title: q.T("staff.removal.reason_before", "about", r.about(q)),
		Words: r.Text, Lang: r.Lang,
		Goes:   []string{q.T("staff.removal.words_go"), q.T("staff.removal.reason_goes")},
		Stays:  []string{q.T("staff.removal.reason_stays"), q.T("staff.removal.copies_stay"), q.T("staff.removal.trace_stays")},
		Action: list + "/" + r.Digest, Button: q.T("staff.removal.button"), Back: list, BackWords: q.T("staff.removal.reason_back"),
	}
}

// removeReason deletes a reason's text; the form comes back filled in when it cannot.
func (d room) removeReason(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, err := d.reasons(q)
	if err != nil {
		return err
	}
	digest := q.Param("reason")
	err = d.Reports.RemoveReason(q.Context(), q.Actor, v.Consultation.Slug, digest, form.Value("ground"))
	var f *fault.Fault
	at := slices.IndexFunc(v.Reasons, func(r published) bool { return r.Digest == digest })
	if errors.As(err, &f) && f.Kind == fault.Invalid {
		if at < 0 { // it was removed meanwhile
			return notThere()
		}
		copies, err := d.copies(q, v, v.Reasons[at])
		if err != nil {
			return err
		}
		before := v.removal(q, v.Reasons[at])
		before.Problems = ui.ProblemsOf(f).Labelled(map[string]string{"ground": q.T("staff.removal.ground")})
		return q.Render(422, reasonPage(before, copies, form.Value("ground")))
	}
	if err != nil {
		return err
	}
	q.Flash("staff.done.removed")
	return q.Redirect(v.path())
}
