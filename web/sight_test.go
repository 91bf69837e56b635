package web_test

import (
	"strings"
	"testing"

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

// TestAFormThatSaysNothingOfItsPageIsRefused: each form of the desks and of an
// administration's page, sent as it stands but for what the page showed. Nothing is done,
// and the answer says so.
func TestAFormThatSaysNothingOfItsPageIsRefused(t *testing.T) {
	h := webtest.Open(t).Play(t)
	w := walk{t, h, h.Site(t)}
	if got := w.as("giulia").Post(t, "/desk/new", w.complete("portici")); got.Status != 303 {
		t.Fatalf("draft: %d", got.Status)
	}
	w.must(h.Consultations.CloseRound(t.Context(), h.Person(t, "paolo"), webtest.Answering, 3, "Basta."))
	w.must(h.Jobs.Drain(t.Context()))
	typed := map[string]string{"reason": "Un dubbio.", "days": "1", "title": "Un altro titolo", "name": "Comune diverso", "decision": "go-on", "minority": "Chi è contro."}
	walked := map[string]bool{}
	for _, who := range []string{"giulia", "marta", "paolo"} {
		b := w.as(who)
		for _, at := range []string{
			"/desk/" + webtest.Announced, "/desk/" + webtest.Gathering, "/desk/" + webtest.Answering, "/desk/portici", "/desk/portici/edit",
			"/desk/" + webtest.Answering + "/minority", "/administrations/riva",
		} {
			page := b.Get(t, at)
			if page.Status != 200 {
				continue
			}
			for _, f := range forms(at, page) {
				stated := f.values.Has("version") || f.values.Has("seen")
				f.values.Del("version")
				f.values.Del("seen")
				for name, text := range typed {
					if f.values.Has(name) || name == "reason" || name == "decision" {
						f.values.Set(name, text)
					}
				}
				if !stated {
					continue
				}
				walked[f.action] = true
				got := b.Post(t, f.action, f.values)
				if got.Status != 409 || len(strings.TrimSpace(got.Text("main [role=alert]"))) < 20 {
					t.Errorf("%s: %s is answered %d %q", who, f.action, got.Status, got.Text("main [role=alert]"))
				}
			}
		}
	}
	if len(walked) < 12 {
		t.Errorf("only %d forms: %v", len(walked), walked)
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
	release := w.form(marta, desk, desk+"/rounds/1/release").values
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
	again := w.form(marta, desk, desk+"/rounds/1/release").values
	if got := marta.Post(t, desk+"/rounds/1/release", again); got.Status != 303 {
		t.Errorf("a release after a look: %d %s", got.Status, got.Text("main [role=alert]"))
	}
}
