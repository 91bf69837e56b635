package web_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/contribution"
	"delfi/internal/pseudonym"
	"delfi/internal/space"
	"delfi/web/webtest"
)

// TestActsOnAnUnseenState: an act is done on the state that its form's page showed. What
// a colleague changed since refuses it in words, and the form comes back filled in.
func TestActsOnAnUnseenState(t *testing.T) {
	t.Parallel()
	h := webtest.Open(t).Play(t)
	w := walk{t, h, h.Site(t)}
	giulia, paolo := w.as("giulia"), w.as("paolo")
	facilitator, administrator := h.Person(t, "paolo"), h.Person(t, "giulia")
	state := func(slug string) consultation.Consultation {
		t.Helper()
		c, err := h.Consultations.Find(t.Context(), administrator, slug)
		w.must(err)
		return c
	}
	answering := "/desk/" + webtest.Answering

	closing := w.form(paolo, answering+"/rounds/3/close", answering+"/rounds/3/close").with("reason", "Hanno risposto tutti.")
	withdrawal := w.form(giulia, answering+"/withdraw", answering+"/withdraw").with("reason", "Non si fa più.")
	suspension := w.form(giulia, answering+"/suspend", answering+"/suspend").with("reason", "Un dubbio.")
	w.must(h.Consultations.ExtendRound(t.Context(), facilitator, webtest.Answering, 3, 1, "Piove."))
	for _, late := range []struct {
		b      *webtest.Browser
		act    string
		form   map[string][]string
		reason string
	}{
		{paolo, "/rounds/3/close", closing, "Hanno risposto tutti."},
		{giulia, "/withdraw", withdrawal, "Non si fa più."},
		{giulia, "/suspend", suspension, "Un dubbio."},
	} {
		got := late.b.Post(t, answering+late.act, late.form)
		if got.Status != 409 || !strings.Contains(got.Text("main [role=alert]"), "ha spostato una data") || !strings.Contains(got.Text("main textarea"), late.reason) {
			t.Errorf("%s after the deadline moved: %d %q %q", late.act, got.Status, got.Text("main [role=alert]"), got.Text("main textarea"))
		}
		if c := state(webtest.Answering); c.Stage != consultation.Running || c.Suspended != nil || c.Rounds[2].State != consultation.RoundOpen {
			t.Errorf("%s was done: %s %v %s", late.act, c.Stage, c.Suspended, c.Rounds[2].State)
		}
	}
	// The page that came back shows the new date: the same form sent again is done.
	again := w.form(paolo, answering+"/rounds/3/close", answering+"/rounds/3/close").with("reason", "Hanno risposto tutti.")
	if got := paolo.Post(t, answering+"/rounds/3/close", again); got.Status != 303 {
		t.Errorf("closed after a look: %d %s", got.Status, got.Text("main [role=alert]"))
	}
	w.must(h.Jobs.Drain(t.Context()))

	// A draft is announced, and deleted, in the words that were read.
	w.drafted(giulia, w.complete("portici"))
	draft := "/desk/portici"
	announcement, deletion := w.form(giulia, draft+"/announce", draft+"/announce"), w.form(giulia, draft+"/delete", draft+"/delete")
	edit := w.form(giulia, draft+"/draft/question", draft+"/draft/question").with("commitment_decider", "Nessuno")
	if got := giulia.Post(t, draft+"/draft/question", edit); got.Status != 303 {
		t.Fatalf("edit: %d", got.Status)
	}
	for act, form := range map[string]sent{"/announce": announcement, "/delete": deletion} {
		if got := giulia.Post(t, draft+act, form.values); got.Status != 409 || !strings.Contains(got.Text("main [role=alert]"), "è cambiato qualcosa") {
			t.Errorf("%s of an edited draft: %d %q", act, got.Status, got.Text("main [role=alert]"))
		}
	}
	if c := state("portici"); c.Stage != consultation.Draft {
		t.Errorf("the draft is %s", c.Stage)
	}
}

// TestEveryDeskFormSaysWhatItShowed walks the desks of the demonstration in each stage.
func TestEveryDeskFormSaysWhatItShowed(t *testing.T) {
	t.Parallel()
	h := webtest.Open(t).Play(t)
	w := walk{t, h, h.Site(t)}
	n := 0
	look := func(slugs ...string) {
		for _, who := range []string{"giulia", "marta", "paolo"} {
			b := w.as(who)
			for _, slug := range slugs {
				at := "/desk/" + slug
				for _, from := range append([]string{at}, acts(at, b.Get(t, at))...) {
					for _, f := range forms(from, b.Get(t, from)) {
						if !strings.HasPrefix(f.action, at+"/") {
							continue
						}
						if n++; f.values.Get("version") == "" && !f.values.Has("seen") {
							t.Errorf("%s: the form of %s does not say what it showed", who, f.action)
						}
					}
				}
			}
		}
	}
	look(webtest.Announced, webtest.Gathering, webtest.Answering, webtest.Published)
	w.drafted(w.as("giulia"), w.complete("portici"))
	w.must(h.Consultations.CloseRound(t.Context(), h.Person(t, "paolo"), webtest.Answering, 3, "Basta."))
	w.must(h.Jobs.Drain(t.Context()))
	look("portici", webtest.Answering)
	w.must(h.Consultations.Conclude(t.Context(), h.Person(t, "paolo"), webtest.Answering, "Basta."))
	w.must(h.Jobs.Drain(t.Context()))
	look(webtest.Answering)
	if n < 20 {
		t.Errorf("only %d forms", n)
	}
}

// acts gives the pages before an act to which a desk leads.
func acts(desk string, page webtest.Response) []string {
	var all []string
	page.Page.Find("main a.btn").Each(func(_ int, a *goquery.Selection) {
		href, _, _ := strings.Cut(a.AttrOr("href", ""), "#")
		if act := href[strings.LastIndex(href, "/")+1:]; strings.HasPrefix(href, desk+"/") && slices.Contains([]string{
			"announce", "delete", "start", "open", "extend", "remind", "close", "release", "suspend", "resume", "conclude", "publish", "withdraw", "reword",
		}, act) {
			all = append(all, href)
		}
	})
	return all
}

// unversioned are the forms of the desks that say nothing of what their page showed, and why.
var unversioned = map[string]string{
	"/desk/new":              "makes something",
	"/first-run":             "makes something",
	"/desk/{slug}/library":   "makes something",
	"/desk/{slug}/duplicate": "makes something",
	"/desk/{slug}/template":  "makes something",
	"/administrations/{slug}/templates/{template}/remove": "is about one template, which changes no more",
	"/desk/{slug}/draft/summary":                          "takes a whole document, which the page says",
	"/desk/{slug}/draws/{group}/list":                     "makes something, once",
	"/desk/{slug}/draws/{group}/rule":                     "puts a rule aside, and nothing in force",
	"/desk/{slug}/draws/{group}/commit":                   "says which rule it showed: web/draw tries it, since no draw is in the demonstration",
	"/desk/{slug}/draws/{group}/open":                     "names the value of one guarantor, which is opened once",
	"/desk/{slug}/draws/{group}/signature":                "is about one round of the beacon, which has one signature",
	"/desk/{slug}/draws/{group}/reserves":                 "names the whole of what it changes",
	"/desk/{slug}/draws/{group}/withdraw":                 "is about one draw, which is withdrawn once",
	"/desk/{slug}/rolls/{group}":                          "puts a file aside, and nothing in force",
	"/desk/{slug}/rolls/{group}/import":                   "names what was checked, and finds no other",
	"/administrations/{slug}/grant":                       "names the whole of what it changes",
	"/administrations/{slug}/revoke":                      "names the whole of what it changes",
	"/desk/{slug}/claims":                                 "asks for what no colleague has, and says so",
	"/desk/{slug}/acts/{act}/undo":                        "is about one act, which is undone once",
	"/desk/{slug}/looks":                                  "is about one act, which is judged once",
	"/desk/{slug}/appeals":                                "is about one appeal, which is decided once",
	"/desk/{slug}/reasons":                                "changes nothing",
	"/desk/{slug}/arguments":                              "changes nothing",
	"/desk/{slug}/reasons/{reason}":                       "names a text by its digest",
	"/desk/{slug}/contributions/{contribution}/remove":    "is about one text, which changes no more",
	"/desk/{slug}/secretaries/{group}":                    "names the whole of what it changes",
	"/desk/{slug}/applications/{group}/find":              "changes nothing",
	"/desk/{slug}/applications/{group}/decide":            "names the applications; those that were decided meanwhile stay",
	"/desk/{slug}/invitations/{group}":                    "puts a file aside, and invites nobody",
	"/desk/{slug}/invitations/{group}/import":             "names what was checked, and finds no other",
	"/desk/{slug}/invitations/{group}/send":               "sends the letters that were not sent: the second time, none",
	"/desk/{slug}/invitations/{group}/until":              "names the whole of what it changes",
	"/desk/{slug}/invitations/{group}/guests/{guest}":     "is about one invitation, whose last code works, if any",
	"/desk/{slug}/joining":                                "names the whole of what it adds",
	"/desk/{slug}/joining/{item}/withdraw":                "is about one statement, which joined once",
	"/desk/{slug}/arguments/{item}/{side}":                "is in no page of the demonstration, which has no options: web/argument tries it",
	"/desk/{slug}/translations/{item}":                    "is in no page of the demonstration, which is held in one language: web/translation tries it",
}

// TestAFormThatSaysNothingOfItsPageIsRefused walks the desks and an administration's page
// from a draft to the opinion. Each form is sent as it stands but for one thing that says
// what its page showed, which is left out, or unreadable. Nothing is done, and the answer
// says so. Every route of the desks has such a form, or a reason to have none.
func TestAFormThatSaysNothingOfItsPageIsRefused(t *testing.T) {
	t.Parallel()
	h := webtest.Open(t).Play(t)
	w := walk{t, h, h.Site(t)}
	giulia, marta, paolo := h.Person(t, "giulia"), h.Person(t, "marta"), h.Person(t, "paolo")
	typed := map[string]string{
		"reason": "Un dubbio.", "days": "1", "title": "Un altro titolo", "name": "Comune diverso", "decision": "go-on", "minority": "Chi è contro.",
		"rule": "1.6", "destination": "new", "text": "Un’altra frase.", "title_1": "Un’altra regola", "person": marta.Office.String(), "office": "Ufficio",
	}
	routes, tried := map[string]*regexp.Regexp{}, map[string]int{}
	for _, pattern := range w.site.Patterns("POST") {
		if strings.HasPrefix(pattern, "/desk") || strings.HasPrefix(pattern, "/administrations/") || pattern == "/first-run" {
			routes[pattern] = regexp.MustCompile("^" + regexp.MustCompile(`\{\w+\}`).ReplaceAllString(pattern, `[^/]+`) + "$")
		}
	}
	route := func(action string) string {
		for pattern, r := range routes {
			if r.MatchString(action) {
				return pattern
			}
		}
		t.Fatalf("no route of the desks takes %s", action)
		return ""
	}
	try := func(pages ...string) {
		t.Helper()
		for _, who := range []string{"giulia", "marta", "paolo"} {
			b := w.as(who)
			for _, at := range pages {
				page := b.Get(t, at)
				if page.Status != 200 {
					continue
				}
				all := forms(at, page)
				for _, before := range acts(at, page) {
					all = append(all, forms(before, b.Get(t, before))...)
				}
				for _, f := range all {
					sends := []string{""}
					switch {
					case strings.HasSuffix(at, "/minority") && f.values.Has("minority"):
						sends = []string{"save", "show", "copy"}
					case strings.HasSuffix(f.action, "/reword"):
						sends = []string{"confirm"}
					case f.values.Get("act") == "merge":
						sends = []string{"merge", "reject"}
					}
					for name, values := range f.values {
						if !states(name) || strings.HasPrefix(name, "version_") && name != "version_"+f.values.Get("item") {
							continue // the version of a statement that was not chosen says nothing
						}
						for _, act := range sends {
							if act == "reject" && strings.HasPrefix(name, "version_") {
								continue // no statement is touched
							}
							form := maps.Clone(f.values)
							if strings.HasSuffix(f.action, "/reword") {
								form.Set("text_1", "Una frase con altre parole.")
							}
							for field, text := range typed {
								if form.Has(field) || field == "reason" || field == "decision" || field == "destination" && name != "seen" {
									form.Set(field, text)
								}
							}
							if f.values.Get("item") != "" {
								form.Set("destination", "existing")
							}
							if act != "" {
								form.Set("act", act)
							}
							for _, without := range []func(){func() { form.Del(name) }, func() { form.Set(name, "…"+values[0]) }} {
								without()
								tried[route(f.action)]++
								if got := b.Post(t, f.action, form); got.Status != 409 || len(strings.TrimSpace(got.Text("main [role=alert]"))) < 20 {
									t.Errorf("%s: %s %s without %s is answered %d %q", who, f.action, act, name, got.Status, got.Text("main [role=alert]"))
								}
							}
						}
					}
				}
			}
		}
	}
	drain := func() { t.Helper(); w.must(h.Jobs.Drain(t.Context())) }

	w.drafted(w.as("giulia"), w.complete("portici"))
	desk := "/desk/" + webtest.Answering
	try("/desk/portici", "/desk/portici/draft/question", "/desk/"+webtest.Announced, "/desk/"+webtest.Gathering, desk, desk+"/corrections/title", desk+"/rules", desk+"/staff", desk+"/library/1", "/administrations/riva")
	w.must(h.Consultations.Suspend(t.Context(), giulia, webtest.Gathering, "Un dubbio."))
	try("/desk/" + webtest.Gathering)
	w.must(h.Consultations.Resume(t.Context(), giulia, webtest.Gathering))
	w.must(h.Consultations.CloseRound(t.Context(), paolo, webtest.Gathering, 1, "Basta."))
	drain()
	queue := "/desk/" + webtest.Gathering + "/contributions"
	all := w.as("marta").Get(t, queue).Page.Find("input[type=checkbox][name=c]")
	two := "?c=" + all.Eq(0).AttrOr("value", "") + "&c=" + all.Eq(1).AttrOr("value", "")
	try(queue + two)
	w.merge(w.as("marta"), webtest.Gathering)
	item := w.as("marta").Get(t, queue+two).Page.Find("input[name=item]").AttrOr("value", "")
	try("/desk/"+webtest.Gathering, queue+two+"&item="+item)
	list, _, err := h.Contributions.Queue(t.Context(), marta, webtest.Gathering)
	w.must(err)
	rest := contribution.Choice{Rule: "1.3", Reason: "Fuori tema."}
	for _, c := range list {
		if c.State == contribution.Pending {
			rest.Contributions = append(rest.Contributions, c.ID)
		}
	}
	w.must(h.Contributions.Reject(t.Context(), marta, webtest.Gathering, rest))
	try("/desk/" + webtest.Gathering)
	w.must(h.Consultations.ReleaseRound(t.Context(), marta, webtest.Gathering, 1))
	try("/desk/" + webtest.Gathering)
	w.between("viali")
	try("/desk/viali")
	w.must(h.Consultations.OpenRound(t.Context(), paolo, webtest.Gathering, 2))
	w.must(h.Consultations.CloseRound(t.Context(), paolo, webtest.Gathering, 2, "Basta."))
	w.must(h.Consultations.CloseRound(t.Context(), paolo, webtest.Answering, 3, "Basta."))
	drain()
	try("/desk/"+webtest.Gathering, desk, desk+"/rounds/3/brief")
	w.must(h.Consultations.Conclude(t.Context(), paolo, webtest.Answering, "Basta."))
	drain()
	try(desk, desk+"/minority")
	for pattern := range routes {
		n := tried[pattern]
		why, excused := unversioned[pattern]
		switch {
		case excused && n > 0:
			t.Errorf("%s says what it showed, though it need not: %s", pattern, why)
		case !excused && n == 0:
			t.Errorf("%s: no form of it was found that says what its page showed", pattern)
		}
	}
}

// TestAReleaseIsOfTheSynthesisThatWasSeen: a colleague who undoes and does anew while a
// moderator reads the desk makes other statements of the contributions, with the same
// numbers of them; the release of what was read is refused.
func TestAReleaseIsOfTheSynthesisThatWasSeen(t *testing.T) {
	v := newVillage(t, natural{mode: pseudonym.SealedKey, overlap: 1, people: 6, only: "nothing"})
	first := v.born(6, false)
	v.sittings(first, func(p *villager) {
		b := v.comes(p)
		v.enrols(b, p)
		v.writes(b, p)
	})
	v.must(v.h.Consultations.CloseRound(v.Context(), v.staff["paolo"], portici, 1, "Basta."))
	v.must(v.h.Jobs.Drain(v.Context()))
	list, _, err := v.h.Contributions.Queue(v.Context(), v.staff["marta"], portici)
	v.must(err)
	var all []uuid.UUID
	for _, c := range list {
		all = append(all, c.ID)
	}
	merge := func(text string) {
		_, err := v.h.Contributions.Merge(v.Context(), v.staff["davide"], portici, contribution.Merge{Contributions: all, Destination: contribution.Fresh, Text: text, Rule: "1.1", Reason: "Lo dicono."})
		v.must(err)
	}
	merge("Servono panchine.")
	w := walk{t, v.h, v.site}
	marta := w.as("marta")
	desk := "/desk/" + portici
	release := w.form(marta, desk+"/rounds/1/release", desk+"/rounds/1/release").values
	acts, err := v.h.Contributions.Acts(v.Context(), v.staff["davide"], portici)
	v.must(err)
	v.must(v.h.Moderation.Undo(v.Context(), v.staff["davide"], space.Contribution, acts[0].Space, acts[0].ID))
	merge("Non serve nulla.")
	if got := marta.Post(t, desk+"/rounds/1/release", release); got.Status != 409 || !strings.Contains(got.Text("main [role=alert]"), "è cambiato qualcosa") {
		t.Errorf("a release of what was not seen: %d %q", got.Status, got.Text("main [role=alert]"))
	}
	c, err := v.h.Consultations.Find(t.Context(), v.staff["marta"], portici)
	v.must(err)
	if c.Rounds[0].State != consultation.RoundClosed {
		t.Errorf("the round is %s", c.Rounds[0].State)
	}
	again := w.form(marta, desk+"/rounds/1/release", desk+"/rounds/1/release").values
	if got := marta.Post(t, desk+"/rounds/1/release", again); got.Status != 303 {
		t.Errorf("a release after a look: %d %s", got.Status, got.Text("main [role=alert]"))
	}
}
