package web_test

import (
	"strings"
	"testing"

	"delfi/internal/consultation"
	"delfi/web/webtest"
)

// TestActsOnAnUnseenState: an act is done on the state that its form's page showed. What
// a colleague changed since refuses it in words, and the form comes back filled in.
func TestActsOnAnUnseenState(t *testing.T) {
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

	closing := w.form(paolo, answering, answering+"/rounds/3/close").with("reason", "Hanno risposto tutti.")
	withdrawal := w.form(giulia, answering, answering+"/withdraw").with("reason", "Non si fa più.")
	suspension := w.form(giulia, answering, answering+"/suspend").with("reason", "Un dubbio.")
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
	again := w.form(paolo, answering, answering+"/rounds/3/close").with("reason", "Hanno risposto tutti.")
	if got := paolo.Post(t, answering+"/rounds/3/close", again); got.Status != 303 {
		t.Errorf("closed after a look: %d %s", got.Status, got.Text("main [role=alert]"))
	}
	w.must(h.Jobs.Drain(t.Context()))

	// A draft is announced, and deleted, in the words that were read.
	if got := giulia.Post(t, "/desk/new", w.complete("portici")); got.Status != 303 {
		t.Fatalf("draft: %d", got.Status)
	}
	draft := "/desk/portici"
	announcement, deletion := w.form(giulia, draft, draft+"/announce"), w.form(giulia, draft, draft+"/delete")
	edit := w.form(giulia, draft+"/edit", draft+"/edit").with("commitment_decider", "Nessuno")
	if got := giulia.Post(t, draft+"/edit", edit); got.Status != 303 {
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
	h := webtest.Open(t).Play(t)
	w := walk{t, h, h.Site(t)}
	n := 0
	look := func(slugs ...string) {
		for _, who := range []string{"giulia", "marta", "paolo"} {
			b := w.as(who)
			for _, slug := range slugs {
				at := "/desk/" + slug
				for _, f := range forms(at, b.Get(t, at)) {
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
	look(webtest.Announced, webtest.Gathering, webtest.Answering, webtest.Published)
	if got := w.as("giulia").Post(t, "/desk/new", w.complete("portici")); got.Status != 303 {
		t.Fatalf("draft: %d", got.Status)
	}
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
