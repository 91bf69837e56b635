package web_test

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"delfi/internal/consultation"
	"delfi/internal/consultation/draft"
	"delfi/internal/moderation"
	"delfi/web/webtest"
)

// unrefused are the forms that nobody is refused for what they filled in or for what
// somebody else did, with the reason.
var unrefused = map[string]string{
	"/sign-in/ended":                                      "the identity provider's, not a form",
	"/record/cosignatures":                                "a witness's, not a form",
	"/sign-out":                                           "a button; a session that is over is as good as ended",
	"/sign-out/everywhere":                                "a button; again, it ends nothing more",
	"/me/take-back":                                       "a button; again, nothing is left to take back",
	"/me/stay":                                            "a button; again, it changes nothing",
	"/consultations/{slug}/code/forget":                   "a button; again, nothing is left to forget",
	"/desk/{slug}/duplicate":                              "a button; it makes another draft",
	"/desk/{slug}/rolls/{group}/import":                   "a button; web/access tries it after a file was read",
	"/desk/{slug}/draws/{group}/list":                     "no draw is in the demonstration: web/draw tries its forms",
	"/desk/{slug}/draws/{group}/rule":                     "likewise",
	"/desk/{slug}/draws/{group}/commit":                   "likewise",
	"/desk/{slug}/draws/{group}/open":                     "likewise",
	"/desk/{slug}/draws/{group}/signature":                "likewise",
	"/desk/{slug}/draws/{group}/reserves":                 "likewise",
	"/desk/{slug}/draws/{group}/withdraw":                 "likewise",
	"/administrations/{slug}/templates/{template}/remove": "a button; again, nothing is left to remove",
	"/demo/{slug}/panel":                                  "the demonstration's",
	"/demo/{slug}/close":                                  "the demonstration's",
	"/consultations/{slug}/invitation":                    "no group of the demonstration is entered by invitation: web/access tries its form",
	"/desk/{slug}/invitations/{group}":                    "likewise",
	"/desk/{slug}/invitations/{group}/import":             "likewise",
	"/desk/{slug}/invitations/{group}/send":               "likewise",
	"/desk/{slug}/invitations/{group}/until":              "likewise",
	"/desk/{slug}/invitations/{group}/guests/{guest}":     "likewise",
	"/desk/{slug}/joining":                                "no statement joins in the demonstration: web/facilitator tries its form",
	"/desk/{slug}/joining/{item}/withdraw":                "likewise",
	"/consultations/{slug}/membership/{group}":            "no group of the demonstration declares itself: web/secretary tries its form",
	"/consultations/{slug}/membership/{group}/withdraw":   "likewise",
	"/desk/{slug}/secretaries/{group}":                    "likewise",
	"/desk/{slug}/applications/{group}/find":              "likewise",
	"/desk/{slug}/applications/{group}/decide":            "likewise",
	"/desk/{slug}/reasons":                                "a search refuses nothing: web/staff tries its form",
	"/desk/{slug}/arguments":                              "a search refuses nothing: web/argument tries its form",
	"/desk/{slug}/arguments/{item}/{side}":                "the demonstration has no options: web/argument tries its form",
	"/desk/{slug}/translations/{item}":                    "the demonstration is in one language: web/translation tries its form",
}

// control is one field of a form.
type control struct {
	name, kind, value string
	checked           bool
}

// crawled is a form as a crawl found it.
type crawled struct {
	id, page, action string
	controls         []control
	buttons          []control
}

// formsOf gives the forms of a page that send something.
func formsOf(p webtest.Found) []crawled {
	var all []crawled
	p.Page.Find("form").Each(func(_ int, f *goquery.Selection) {
		if !strings.EqualFold(f.AttrOr("method", ""), "post") {
			return
		}
		path, _, _ := strings.Cut(p.Path, "?")
		one := crawled{id: f.AttrOr("id", ""), page: p.Path, action: f.AttrOr("action", path)}
		inside := f.Find("input, textarea, select, button")
		if id, has := f.Attr("id"); has {
			inside = inside.AddSelection(p.Page.Find("[form='" + id + "']"))
		}
		inside.Each(func(_ int, i *goquery.Selection) {
			c := control{name: i.AttrOr("name", ""), kind: i.AttrOr("type", goquery.NodeName(i)), value: i.AttrOr("value", "")}
			_, c.checked = i.Attr("checked")
			switch {
			case goquery.NodeName(i) == "button":
				one.buttons = append(one.buttons, c)
				return
			case c.kind == "textarea":
				c.value = strings.TrimPrefix(i.Text(), "\n")
			case c.kind == "select":
				c.value = i.Find("option[selected]").AttrOr("value", "")
			}
			one.controls = append(one.controls, c)
		})
		all = append(all, one)
	})
	return all
}

// shape tells forms of one kind from others: their fields and buttons.
func (f crawled) shape(pattern string) string {
	var parts []string
	for _, c := range slices.Concat(f.controls, f.buttons) {
		parts = append(parts, ids.ReplaceAllString(c.name, "…"))
	}
	slices.Sort(parts)
	return pattern + " " + strings.Join(slices.Compact(parts), ",")
}

// asks tells whether somebody fills anything in.
func (f crawled) asks() bool {
	return slices.ContainsFunc(f.controls, func(c control) bool { return c.kind != "hidden" })
}

// filled gives the form's values as a browser sends them, each field changed.
func (f crawled) filled(change func(c control) (value string, sent bool)) url.Values {
	v := url.Values{}
	for _, c := range f.controls {
		if value, sent := change(c); sent && c.name != "" {
			v.Add(c.name, value)
		}
	}
	return v
}

// untouched sends a field as it stands.
func untouched(c control) (string, bool) {
	return c.value, c.checked || c.kind != "checkbox" && c.kind != "radio"
}

// fillings are the ways in which every form is filled in badly.
var fillings = map[string]func(control) (string, bool){
	"empty": func(c control) (string, bool) {
		return map[bool]string{true: c.value}[c.kind == "hidden"], c.kind != "checkbox" && c.kind != "radio"
	},
	"bad": func(c control) (string, bool) {
		switch c.kind {
		case "hidden":
			return c.value, true
		case "text", "textarea":
			return "\u200b", true
		case "radio", "checkbox":
			return "nothing", true
		}
		return "nothing of the kind", true
	},
	"stale": func(c control) (string, bool) {
		if c.kind == "hidden" {
			return "nothing", true
		}
		if c.kind == "text" || c.kind == "textarea" {
			return c.value + "Parole nuove.", true
		}
		return untouched(c)
	},
	"as it stands": untouched,
}

// refusals sends forms, scene by scene.
type refusals struct {
	walk
	people map[string]func() *webtest.Browser // each a browser of theirs that has just signed in
	found  map[string]string                  // pattern of a form → page on which it stands
	times  map[string]int                     // pattern → how often it was refused
	done   map[string]bool                    // shapes that were tried, by whom
	led    map[string][]string                // who → where their forms led
	all    []sending                          // every form of every scene, those that ask for something first
}

// scene crawls the site as each audience, and sends every form that asks for something
// and was not sent yet, filled in badly.
func (r *refusals) scene(who map[string]*webtest.Browser) {
	r.Helper()
	var asking, pressing []sending
	for _, name := range slices.Sorted(maps.Keys(who)) {
		for _, p := range who[name].Crawl(r.T, append([]string{"/", "/me", "/desk"}, r.led[name]...)...) {
			r.anchors(p.Path, p.Response)
			for _, f := range formsOf(p) {
				pattern := r.site.Pattern("POST", f.action)
				if pattern == "" {
					r.Errorf("%s: a form for %s, which no route takes", p.Path, f.action)
					continue
				}
				r.found[pattern] = p.Path
				key := name + " " + f.shape(pattern)
				if !f.asks() { // a button says nothing more than its address
					key = name + " " + ids.ReplaceAllString(f.action, "…")
				}
				if r.done[key] {
					continue
				}
				r.done[key] = true
				if f.asks() {
					asking = append(asking, sending{name, f, pattern})
				} else {
					pressing = append(pressing, sending{name, f, pattern})
				}
			}
		}
	}
	for _, s := range asking {
		r.send(who[s.who].Twin(), s, "empty", "bad")
		if slices.ContainsFunc(s.controls, func(c control) bool { return c.kind == "hidden" }) {
			r.send(who[s.who].Twin(), s, "stale")
		}
	}
	r.all = slices.Concat(r.all, asking, pressing)
}

// late sends every form of every scene once more, from pages that were opened long ago:
// the first time as it stood, then as it stood from another browser, then changed.
func (r *refusals) late() {
	r.Helper()
	for _, s := range r.all {
		if strings.HasPrefix(s.pattern, "/sign-out") { // leads to the provider, which is not here
			continue
		}
		for _, way := range []string{"as it stands", "as it stands", "stale"} {
			r.send(r.people[s.who](), s, way)
		}
	}
}

// sending is a form of a page that somebody reads.
type sending struct {
	who string
	crawled
	pattern string
}

// send sends a form by each of its buttons, filled in in some ways.
func (r *refusals) send(b *webtest.Browser, s sending, ways ...string) {
	r.Helper()
	buttons := s.buttons
	if len(buttons) == 0 {
		buttons = []control{{}}
	}
	for _, way := range ways {
		for _, button := range buttons {
			values := s.filled(fillings[way])
			if button.name != "" {
				values.Set(button.name, button.value)
			}
			got := b.Post(r.T, s.action, values)
			if got.Status >= 500 {
				r.Errorf("%s %s of %s: %d", s.action, way, s.who, got.Status)
			}
			if got.Location != "" && len(r.led[s.who]) < 50 {
				r.led[s.who] = append(r.led[s.who], got.Location)
			}
			if got.Status == 422 || got.Status == 409 {
				r.times[s.pattern]++
				at := fmt.Sprintf("%s (%s, %s, %s=%s)", s.action, s.who, way, button.name, button.value)
				r.check(b, at, got)
				r.switches(b, at, got)
			}
		}
	}
}

// anchors checks that every link within a page leads to one element of it, and that no id
// stands twice.
func (r *refusals) anchors(at string, got webtest.Response) {
	r.Helper()
	seen := map[string]int{}
	got.Page.Find("[id]").Each(func(_ int, e *goquery.Selection) { seen[e.AttrOr("id", "")]++ })
	for id, n := range seen {
		if n > 1 {
			r.Errorf("%s: %d elements are called %q", at, n, id)
		}
	}
	got.Page.Find("a[href^='#']").Each(func(_ int, a *goquery.Selection) {
		if id := strings.TrimPrefix(a.AttrOr("href", ""), "#"); seen[id] != 1 {
			r.Errorf("%s: a link leads to #%s, which stands %d times", at, id, seen[id])
		}
	})
	got.Page.Find("[aria-describedby], [aria-labelledby]").Each(func(_ int, e *goquery.Selection) {
		for _, id := range strings.Fields(e.AttrOr("aria-describedby", "") + " " + e.AttrOr("aria-labelledby", "")) {
			if seen[id] != 1 {
				r.Errorf("%s: %s is described by %q, which stands %d times", at, goquery.NodeName(e), id, seen[id])
			}
		}
	})
}

// fields are what somebody fills in at a place of a page.
func fields(at *goquery.Selection) *goquery.Selection {
	return at.Filter("input, textarea, select").AddSelection(at.Find("input, textarea, select"))
}

// check reads a form that came back: its summary leads to fields that say what is wrong.
func (r *refusals) check(b *webtest.Browser, at string, got webtest.Response) {
	r.Helper()
	r.anchors(at, got)
	links := got.Page.Find("#errors a")
	if got.Status == 422 && links.Length() == 0 && got.Text("main [role=alert]") == "" {
		r.Errorf("%s: refused, and the page does not say what to mend: %s", at, got.Text("main"))
	}
	if got.Status == 409 && got.Text("main [role=alert]") == "" && got.Text("main h1") == "" {
		r.Errorf("%s: stale, and the page does not say so", at)
	}
	links.Each(func(_ int, a *goquery.Selection) {
		href, text := a.AttrOr("href", ""), strings.Join(strings.Fields(a.Text()), " ")
		path, id, _ := strings.Cut(href, "#")
		if path != "" { // the page that has the fields
			there := b.Get(r.T, path)
			// Where there is nobody to choose from, the place leads to where there will be.
			if target := there.Page.Find("[id='" + id + "']"); there.Status != 200 || target.Length() != 1 || fields(target).Length()+target.Find("a").Length() == 0 {
				r.Errorf("%s: %q leads to %s: %d, %d fields", at, text, href, there.Status, fields(target).Length())
			}
			return
		}
		target := got.Page.Find("[id='" + id + "']")
		marked := false
		fields(target).AddSelection(target).Each(func(_ int, field *goquery.Selection) { // or a whole list
			if field.AttrOr("aria-invalid", "") != "true" {
				return
			}
			for _, by := range strings.Fields(field.AttrOr("aria-describedby", "")) {
				words := strings.Join(strings.Fields(got.Page.Find("[id='"+by+"']").Text()), " ")
				marked = marked || strings.HasSuffix(by, "-error") && words != "" && strings.Contains(text, words)
			}
		})
		if !marked {
			html, _ := goquery.OuterHtml(target)
			r.Errorf("%s: %q leads to %s, where no field says so: %.300s", at, text, href, html)
		}
	})
}

// TestEveryFormThatIsRefusedLeadsToItsFields crawls the site as every audience, scene by
// scene, and sends every form empty, with bad values and with what is out of date. The
// forms are those of the routes and of the pages: a new one is tried by itself, and fails
// the test as long as no page has it or nothing refuses it.
func TestEveryFormThatIsRefusedLeadsToItsFields(t *testing.T) {
	t.Parallel()
	h := webtest.Open(t).Play(t)
	h.Codes = 100000
	site := h.Site(t, playing)
	r := &refusals{walk: walk{t, h, site}, found: map[string]string{}, times: map[string]int{}, done: map[string]bool{}, led: map[string][]string{}}
	r.people = map[string]func() *webtest.Browser{"stranger": site.Stranger, "panelist": func() *webtest.Browser { return site.As(t, h.Panelist(t, 1)) }}
	for _, name := range []string{"giulia", "marta", "davide", "paolo", "anna", "karim", "lucia", "elena", "teresa"} {
		r.people[name] = func() *webtest.Browser { return r.as(name) }
	}
	who := map[string]*webtest.Browser{}
	for name, browser := range r.people {
		who[name] = browser()
	}
	r.play(who)
	r.scene(who)

	// Rounds close; of what stands on the pages by now, much is over.
	paolo, giulia, marta := h.Person(t, "paolo"), h.Person(t, "giulia"), h.Person(t, "marta")
	for slug, round := range map[string]int{webtest.Gathering: 1, webtest.Answering: 3, "consultorio": 2} {
		r.must(h.Consultations.CloseRound(t.Context(), paolo, slug, round, "Basta."))
		r.must(h.Jobs.Drain(t.Context()))
	}
	r.merge(who["marta"], webtest.Gathering)
	r.must(h.Consultations.ReleaseRound(t.Context(), marta, "sintesi", 1))
	r.must(h.Consultations.OpenRound(t.Context(), paolo, "sintesi", 2))
	r.fills(r.as("giulia"), r.complete("portici")) // the forms of its steps were sent empty, too
	r.must(h.Consultations.Announce(t.Context(), giulia, "portici"))
	for _, slug := range []string{webtest.Announced, "sospesa"} {
		r.must(h.Consultations.Withdraw(t.Context(), giulia, slug, "Un errore."))
	}
	r.scene(who)

	for _, slug := range []string{webtest.Answering, "consultorio"} {
		// To conclude as proposed takes no reason: a form sent empty may have done it.
		_ = h.Consultations.Conclude(t.Context(), paolo, slug, "Basta.")
		r.must(h.Jobs.Drain(t.Context()))
	}
	r.scene(who)
	r.late()
	r.first()
	for _, pattern := range site.Patterns("POST") {
		reason, excused := unrefused[pattern]
		switch {
		case pattern == "/desk/{slug}/looks": // on the pages for one act in twenty
		case excused && r.times[pattern] > 0:
			t.Errorf("%s was refused, though it cannot be: %s", pattern, reason)
		case !excused && r.found[pattern] == "":
			t.Errorf("%s: no page of the crawl has its form", pattern)
		case !excused && r.times[pattern] == 0:
			t.Errorf("%s (on %s) was never refused", pattern, r.found[pattern])
		}
	}
}

// play adds to the demonstration what it lacks: somebody who wrote, somebody who
// delivered, a draft that lacks nearly everything, a consultation that is suspended, a
// role that was granted here, and a consultation that is answered with codes.
func (r *refusals) play(who map[string]*webtest.Browser) {
	r.Helper()
	const gathering, answering = "/consultations/" + webtest.Gathering, "/consultations/" + webtest.Answering
	enrol := r.form(who["anna"], gathering+"/enrol", gathering+"/enrol")
	r.sent(who["anna"], enrol.action, enrol.with("read", "on"))
	r.sent(who["anna"], gathering+"/contributions", url.Values{"act": {"write"}, "body": {"Più tigli, e presto."}})
	delivered := r.sent(who["panelist"], answering+"/rounds/3", url.Values{"all": {"1"}, "act": {"deliver"}, "answer_1": {"7"}})
	r.led["panelist"] = append(r.led["panelist"], delivered.Location)
	r.sent(who["giulia"], "/desk/new", url.Values{"title": {"Solo un titolo"}, "slug": {"solo-un-titolo"}, "language": {"it"}, "variant": {"estimate"}})
	r.drafted(who["giulia"], r.complete("portici"))
	r.sent(who["giulia"], "/administrations/riva/grant", url.Values{"person": {"teresa@posta.example"}, "role": {"facilitator"}, "consultation": {"*"}})
	r.gathered("sintesi", who["karim"])
	r.gathered("sospesa", who["karim"])
	appeal := r.form(who["karim"], "/consultations/sintesi/appeals", "/consultations/sintesi/appeals")
	r.sent(who["karim"], appeal.action, appeal.with("words", "Non è così."))
	r.must(r.h.Jobs.Do(r.Context(), moderation.Opening{}))
	r.sent(who["giulia"], "/desk/sospesa/suspend", url.Values{"reason": {"Verifica."}})
	r.between("viali")
	r.led["karim"] = append(r.led["karim"], r.coded("consultorio", who["karim"], who["lucia"]))
}

// between brings a consultation between its two rounds, with a statement that waits for new
// words, one that is decided and one that is not; it gives the three.
func (w walk) between(slug string) []consultation.Item {
	w.Helper()
	const grades = `{"version": 1, "variant": "classical",
		"panel": {"groups": [{"id": "cittadini", "name": {"it": "Cittadini"}}]},
		"rounds": [{"kind": "answer", "days": 7, "min_days": 0}, {"kind": "answer", "days": 7, "min_days": 0}],
		"item_kinds": [{"id": "grado", "kind": "scale", "points": 5}],
		"consensus": {"rule": "share", "share": {"from": 4, "to": 5}}}`
	c := w.h.Ask(w.T, slug, grades, 1, draft.Item{Kind: "grado", Text: "Più alberi."}, draft.Item{Kind: "grado", Text: "Meno auto."}, draft.Item{Kind: "grado", Text: "Una piazza."})
	paolo := w.h.Person(w.T, "paolo")
	w.must(w.h.Consultations.CloseRound(w.Context(), paolo, slug, 1, "Basta."))
	w.must(w.h.Jobs.Drain(w.Context()))
	items, err := w.h.Consultations.Items(w.Context(), c.ID)
	w.must(err)
	w.must(w.h.Consultations.Decide(w.Context(), paolo, slug, items[0].ID, consultation.Reword, "È ambigua.", ""))
	w.must(w.h.Consultations.Decide(w.Context(), paolo, slug, items[1].ID, consultation.Settle, "Basta così.", ""))
	return items
}

// sent sends a form that is taken.
func (w walk) sent(b *webtest.Browser, path string, form url.Values) webtest.Response {
	w.Helper()
	got := b.Post(w.T, path, w.showing(b, path, form))
	if got.Status >= 400 {
		w.Fatalf("%s: %d %s", path, got.Status, got.Text("main"))
	}
	return got
}

// merge makes a statement of the first contribution.
func (w walk) merge(marta *webtest.Browser, slug string) {
	w.Helper()
	queue := "/desk/" + slug + "/contributions"
	c := marta.Get(w.T, queue).Page.Find("input[type=checkbox][name=c]").First().AttrOr("value", "")
	w.sent(marta, queue, url.Values{"act": {"merge"}, "rule": {"1.6"}, "c": {c}, "destination": {"new"}, "text": {"Più luce."}, "reason": {"Chiaro."}})
}

// gathered brings a consultation that is answered with codes to the end of its gather
// round, with one statement; of those enrolled the first wrote.
func (w walk) gathered(slug string, enrolled ...*webtest.Browser) {
	w.Helper()
	giulia := w.h.Person(w.T, "giulia")
	form := w.complete(slug)
	form.Set("anonymity.mode", "held-code")
	w.drafted(w.as("giulia"), form)
	w.must(w.h.Consultations.Announce(w.Context(), giulia, slug))
	at := "/consultations/" + slug
	for _, b := range enrolled {
		enrol := w.form(b, at+"/enrol", at+"/enrol")
		w.sent(b, enrol.action, enrol.with("read", "on"))
	}
	w.must(w.h.Consultations.Start(w.Context(), giulia, slug))
	w.sent(enrolled[0], at+"/contributions", url.Values{"act": {"write"}, "body": {"Più luce la sera."}})
	w.must(w.h.Consultations.CloseRound(w.Context(), w.h.Person(w.T, "paolo"), slug, 1, "Basta."))
	w.must(w.h.Jobs.Drain(w.Context()))
	w.merge(w.as("marta"), slug)
}

// coded opens the first answer round of a consultation that gathered: the first of those
// enrolled has their code in their browser, and delivered. It gives the receipt's address.
func (w walk) coded(slug string, enrolled ...*webtest.Browser) string {
	w.Helper()
	w.gathered(slug, enrolled...)
	w.must(w.h.Consultations.ReleaseRound(w.Context(), w.h.Person(w.T, "marta"), slug, 1))
	w.must(w.h.Consultations.OpenRound(w.Context(), w.h.Person(w.T, "paolo"), slug, 2))
	w.must(w.h.Jobs.Drain(w.Context()))
	at := "/consultations/" + slug
	shown := w.sent(enrolled[0], at+"/get-code", nil).Text("#code")
	if _, err := w.h.DB.Pool().Exec(`UPDATE civic.code_batch SET works_from = now() - interval '1 minute'`); err != nil {
		w.Fatal(err)
	}
	w.sent(enrolled[0], at+"/code", url.Values{"code": {strings.Join(strings.Fields(strings.ReplaceAll(shown, "-", " ")), "-")}})
	return w.sent(enrolled[0], at+"/code/rounds/2", url.Values{"all": {"1"}, "act": {"deliver"}, "answer_1": {"7"}}).Location
}

// first refuses the form of a server on which there is no administration yet.
func (r *refusals) first() {
	r.Helper()
	h := webtest.Open(r.T)
	empty := *r
	empty.h, empty.site = h, h.Site(r.T, playing)
	if _, err := h.Accounts.FirstRun(r.Context()); err != nil {
		r.Fatal(err)
	}
	giulia := empty.as("giulia")
	for _, f := range formsOf(webtest.Found{Path: "/first-run", Response: giulia.Get(r.T, "/first-run")}) {
		if f.action != "/first-run" {
			continue
		}
		r.found["/first-run"] = "/first-run"
		for _, name := range []string{"empty", "bad"} {
			got := giulia.Post(r.T, "/first-run", f.filled(fillings[name]))
			r.times["/first-run"] += map[int]int{422: 1}[got.Status]
			empty.check(giulia, "/first-run "+name, got)
		}
	}
}
