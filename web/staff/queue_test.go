package staff_test

import (
	"cmp"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"delfi/internal/moderation"
	"delfi/internal/pseudonym"
	"delfi/internal/space"
	"delfi/web/webtest"
)

// TestQueue walks two moderators through the queue: claims, a merge, a colleague who was
// quicker, undo, tabs, search; then an appeal, a second moderator's decision, and rules.
func TestQueue(t *testing.T) {
	h := webtest.Open(t).Play(t)
	site := h.Site(t)
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ok(h.Consultations.CloseRound(t.Context(), h.Person(t, "paolo"), webtest.Gathering, 1, "Basta."))
	ok(h.Jobs.Drain(t.Context()))
	marta, davide, giulia := site.As(t, h.Person(t, "marta")), site.As(t, h.Person(t, "davide")), site.As(t, h.Person(t, "giulia"))
	queue := at(webtest.Gathering, "/contributions")
	posted := func(b *webtest.Browser, status int, path string, form url.Values) webtest.Response {
		t.Helper()
		got := b.Post(t, path, form)
		if got.Status != status {
			t.Fatalf("%s %v: %d %s", path, form, got.Status, got.Text("main"))
		}
		return got
	}

	got := marta.Get(t, queue)
	waiting := got.Count("input[type=checkbox][name=c]")
	c := func(n int) string { return got.Page.Find("input[type=checkbox][name=c]").Eq(n).AttrOr("value", "") }
	if !strings.Contains(got.Text("h1"), "da esaminare") || waiting < 4 || !strings.Contains(got.Text(".dlf-tabs [aria-current]"), "Da esaminare") {
		t.Fatalf("%q, %d, %q", got.Text("h1"), waiting, got.Text(".dlf-tabs [aria-current]"))
	}
	word := strings.Fields(got.Page.Find(".dlf-queue-line [lang]").First().Text())[1]
	found := marta.Get(t, queue+"?q="+url.QueryEscape(strings.ToUpper(word)))
	if n := found.Count("input[type=checkbox][name=c]"); n == 0 || n == waiting {
		t.Errorf("%d of %d hold %q", n, waiting, word)
	}

	// A claim is seen by the colleague, who is refused.
	took := posted(marta, 303, at(webtest.Gathering, "/claims"), url.Values{"act": {"take"}, "c": {c(0), c(1)}})
	page := marta.Get(t, took.Location)
	if !strings.Contains(page.Text("#work"), "Lo stai esaminando tu") || page.Count(".dlf-src article") != 2 || page.Count("svg.dlf-lineage") != 1 || page.Count("button[value=release]") == 0 {
		t.Errorf("taken: %s", page.Text("#work"))
	}
	if theirs := davide.Get(t, queue).Text(".dlf-grid2"); !strings.Contains(theirs, "Lo sta esaminando Marta Gibellini") {
		t.Errorf("Davide sees %s", theirs)
	}
	refused := posted(davide, 409, at(webtest.Gathering, "/claims"), url.Values{"act": {"take"}, "c": {c(1)}})
	if !strings.Contains(refused.Text("[role=alert]"), "Marta Gibellini") {
		t.Errorf("Davide is told %s", refused.Text("[role=alert]"))
	}
	reject := url.Values{"act": {"reject"}, "c": {c(1)}, "seen_" + c(1): {"0"}, "rule": {"1.3"}, "reason": {"Fuori tema."}}
	posted(davide, 409, queue, reject)
	posted(marta, 303, at(webtest.Gathering, "/claims"), url.Values{"act": {"release"}, "c": {c(0), c(1)}})

	// Without a rule nothing is done, and everything typed stays.
	merge := url.Values{"act": {"merge"}, "c": {c(0), c(1)}, "seen_" + c(0): {"0"}, "seen_" + c(1): {"0"}, "destination": {"new"}, "text": {"Più tigli."}, "reason": {"La stessa idea."}}
	bad := posted(marta, 422, queue, merge)
	if bad.Count("#errors a[href='#f-rule']") != 1 || bad.Page.Find("[name=text]").Text() != "Più tigli." || bad.Count("select[name=rule] option") != 7 || bad.Count("select[name=rule] option[selected]") != 0 {
		t.Errorf("refused: %s", bad.Text("#errors"))
	}
	merge.Set("rule", "1.6")
	done := posted(marta, 303, queue, merge)
	if !strings.Contains(done.Location, "?c=") || !strings.HasSuffix(done.Location, "#work") {
		t.Errorf("the next group is not shown: %s", done.Location)
	}
	page = marta.Get(t, done.Location)
	if !strings.Contains(page.Text(".dlf-done"), "si può fino alle") || page.Count(".dlf-src article") == 0 || page.Count("input[type=checkbox][name=c]") != waiting-2 {
		t.Errorf("done: %q, %d are left of %d", page.Text(".dlf-done"), page.Count("input[type=checkbox][name=c]"), waiting)
	}

	// The second moderator is told who did what when, and keeps what was typed.
	late := posted(davide, 409, queue, reject)
	if text := late.Text("[role=alert]"); !strings.Contains(text, "Marta Gibellini") || !strings.Contains(text, "Contributi uniti") || !strings.Contains(text, " alle ") {
		t.Errorf("Davide is told %q", text)
	}
	if late.Page.Find("[name=reason]").AttrOr("value", "") != "Fuori tema." {
		t.Error("the reason that was typed is gone")
	}

	// Undone: they wait again; undone twice it says so.
	undo := page.Page.Find(".dlf-done form").AttrOr("action", "")
	posted(marta, 303, undo, nil)
	if n := marta.Get(t, queue).Count("input[type=checkbox][name=c]"); n != waiting {
		t.Errorf("%d wait after the undo, of %d", n, waiting)
	}
	if text := posted(davide, 409, undo, nil).Text("[role=alert]"); !strings.Contains(text, "già stato annullato") {
		t.Errorf("undone twice: %q", text)
	}

	// Left out, found under its tab, put back. What is left out leads to the next, too, of
	// those that were searched for.
	reject.Set("seen_"+c(1), "2")
	if one := posted(marta, 303, queue+"?q="+url.QueryEscape(word), reject); strings.Contains(one.Location, "c=") != (marta.Get(t, queue+"?q="+url.QueryEscape(word)).Count("input[type=checkbox][name=c]") > 0) ||
		!strings.Contains(one.Location, "q="+url.QueryEscape(word)) {
		t.Errorf("the search is lost: %s", one.Location)
	}
	if begin := marta.Get(t, queue).Page.Find(".dlf-grid2 a.btn").AttrOr("href", ""); !strings.HasSuffix(begin, "#work") || marta.Get(t, begin).Count(".dlf-src article") == 0 {
		t.Errorf("the queue begins at %q", begin)
	}
	out := marta.Get(t, queue+"?state=rejected&c="+c(1))
	if out.Count("input[type=checkbox][name=c]") != 1 || out.Count("button[value=requeue]") != 1 || out.Count("button[value=merge]")+out.Count("button[value=reject]") != 0 {
		t.Errorf("left out: %s", out.Text("#work"))
	}
	back := url.Values{"act": {"requeue"}, "c": {c(1)}, "seen_" + c(1): {"3"}, "rule": {"1.3"}, "reason": {"Da rivedere."}}
	posted(marta, 303, queue, back)
	reject.Set("seen_"+c(1), "4")
	posted(marta, 303, queue, reject)

	// Its author appeals; Marta reads it and does not decide; Davide does.
	found2, err := h.Consultations.Find(t.Context(), h.Person(t, "marta"), webtest.Gathering)
	ok(err)
	alias, id := author(t, h, found2.ID, c(1))
	fates, err := h.Moderation.Fates(t.Context(), space.Contribution, found2.Space, []uuid.UUID{id})
	ok(err)
	ok(h.Moderation.Raise(t.Context(), alias, fates[0].Act.ID, id, "È la domanda stessa."))
	if link := marta.Get(t, queue).Text(".dlf-more-links"); strings.Contains(link, "uno in attesa") {
		t.Errorf("before the hour the queue says %q", link)
	}
	ok(h.Jobs.Do(t.Context(), moderation.Opening{}))
	if link := marta.Get(t, queue).Text(".dlf-more-links"); !strings.Contains(link, "uno in attesa") {
		t.Errorf("the queue says %q", link)
	}
	appeals := at(webtest.Gathering, "/appeals")
	own := marta.Get(t, appeals)
	if own.Count("main form") != 0 || !strings.Contains(own.Text("main"), "3. Resta sulla domanda: «Fuori tema.»") || !strings.Contains(own.Text("main"), "L’atto è tuo") || !strings.Contains(own.Text("main"), "È la domanda stessa.") {
		t.Errorf("Marta reads %s", own.Text("main"))
	}
	decide := url.Values{"appeal": {fates[0].Act.ID.String()}, "subject": {c(1)}, "outcome": {"upheld"}, "words": {"Ha ragione."}}
	posted(marta, 403, appeals, decide)
	blank := posted(davide, 422, appeals, url.Values{"appeal": decide["appeal"], "subject": decide["subject"], "words": {"Parole."}})
	if blank.Count("#errors a") != 1 || blank.Page.Find("[name=words]").AttrOr("value", "") != "Parole." || blank.Count("input[name=outcome][checked]") != 0 {
		t.Errorf("refused: %s", blank.Text("main"))
	}
	posted(davide, 303, appeals, decide)
	if text := davide.Get(t, appeals).Text("main"); !strings.Contains(text, "Accolto") || !strings.Contains(text, "Ha ragione.") {
		t.Errorf("decided: %s", text)
	}
	if first := marta.Get(t, queue).Page.Find(".dlf-tag").First().Text(); first != "ricorso accolto" {
		t.Errorf("the queue marks %q", first)
	}

	// The administrator gives the space its own rules.
	rules := at(webtest.Gathering, "/rules")
	form := giulia.Get(t, rules)
	if form.Page.Find("[name=title_1]").AttrOr("value", "") != "Rispetta le persone" || form.Count("[name^=title_]") != 8 {
		t.Errorf("the form begins with %q", form.Page.Find("[name=title_1]").AttrOr("value", ""))
	}
	same := url.Values{"version": {"1"}}
	form.Page.Find("main form [name^=title_], main form [name^=words_]").Each(func(_ int, f *goquery.Selection) {
		same.Set(f.AttrOr("name", ""), cmp.Or(f.AttrOr("value", ""), f.Text()))
	})
	if got := posted(giulia, 409, rules, same); !strings.Contains(got.Text("main"), "non è cambiato nulla") {
		t.Errorf("the standing rules anew: %s", got.Text("main"))
	}
	posted(giulia, 422, rules, url.Values{"version": {"1"}, "title_1": {"Con garbo"}})
	posted(giulia, 409, rules, url.Values{"version": {"7"}, "title_1": {"Con garbo"}, "words_1": {"Niente offese."}})
	posted(giulia, 303, rules, url.Values{"version": {"1"}, "title_1": {"Con garbo"}, "words_1": {"Niente offese."}})
	posted(marta, 409, queue, reject) // it cites a rule that is no more
	if n := marta.Get(t, queue+"?c="+c(1)).Count("select[name=rule] option"); n != 2 {
		t.Errorf("%d rules to choose from", n)
	}
}

// author finds the alias that wrote a contribution, among those of the demonstration.
func author(t *testing.T, h *webtest.House, consultation uuid.UUID, contribution string) (pseudonym.Alias, uuid.UUID) {
	t.Helper()
	for n := range 60 {
		alias, err := h.Panel.Alias(t.Context(), h.Panelist(t, n), consultation)
		if err != nil {
			continue // not enrolled here
		}
		own, err := h.Contributions.Own(t.Context(), alias, consultation)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range own {
			if c.ID.String() == contribution {
				return alias, c.ID
			}
		}
	}
	t.Fatal("nobody wrote it")
	return pseudonym.Alias{}, uuid.Nil
}
