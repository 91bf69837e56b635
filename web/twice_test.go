package web_test

import (
	"maps"
	"net/url"
	"strings"
	"testing"

	steps "delfi/internal/consultation/draft/form"

	"delfi/internal/consultation"
	"delfi/web/webtest"
)

// showing adds to the form of an act what the desk of its page says that it shows.
func (w walk) showing(b *webtest.Browser, path string, form url.Values) url.Values {
	w.Helper()
	parts := strings.Split(path, "/")
	if len(parts) < 4 || parts[1] != "desk" || form.Has("version") {
		return form
	}
	page := strings.Join(parts[:3], "/")
	switch {
	case parts[3] == "minority", parts[3] == "draft":
		page = path
	case parts[3] == "contributions" && len(parts) == 4:
		page = path + "?" + url.Values{"c": form["c"]}.Encode()
	case b.Get(w.T, path).Status == 200: // the page before an act
		page = path
	}
	more := url.Values{}
	for _, i := range b.Get(w.T, page).Page.Find("main input[type=hidden]").EachIter() {
		if name := i.AttrOr("name", ""); states(name) && !more.Has(name) {
			more.Set(name, i.AttrOr("value", ""))
		}
	}
	maps.Copy(more, form)
	return more
}

// states tells whether a field of a form says which state its page showed.
func states(name string) bool {
	return name == "version" || name == "seen" || strings.HasPrefix(name, "version_") || strings.HasPrefix(name, "seen_")
}

// twice sends a form two times: the second ends as the first.
func (w walk) twice(b *webtest.Browser, path string, form url.Values) {
	w.Helper()
	form = w.showing(b, path, form)
	first, second := b.Post(w.T, path, form), b.Post(w.T, path, form)
	if first.Status != 303 || second.Status != 303 || second.Location != first.Location {
		w.Errorf("%s %v: %d %s, then %d %s: %s", path, form, first.Status, first.Location, second.Status, second.Location, second.Text("main [role=alert], main h1"))
	}
}

// complete is a draft that can be announced.
func (w walk) complete(slug string) url.Values {
	marta, davide, paolo := w.h.Person(w.T, "marta").Office.String(), w.h.Person(w.T, "davide").Office.String(), w.h.Person(w.T, "paolo").Office.String()
	return url.Values{
		"title": {"I portici"}, "slug": {slug}, "question": {"Che cosa serve sotto i portici?"}, "language": {"it"}, "commitment_quotation": {"«Decideremo.»"},
		"commitment_decider": {"La Giunta"}, "commitment_subject": {"I portici"}, "commitment_decide_by": {"2028-01-10"}, "reply.n": {"30"},
		"commitment_act": {"Delibera 1"}, "commitment_signatory": {"La sindaca"}, "starts_on": {"2027-05-03"}, "variant": {"classical"},
		"anonymity.mode": {"sealed-key"}, "staff": {"yes"}, "moderators": {marta, davide}, "facilitators": {paolo},
	}
}

// drafted writes a draft through the pages on which the form's fields stand.
func (w walk) drafted(b *webtest.Browser, form url.Values) {
	w.Helper()
	w.sent(b, "/desk/new", form)
	w.fills(b, form)
}

// fills sends the steps of a draft, until nothing is missing.
func (w walk) fills(b *webtest.Browser, form url.Values) {
	w.Helper()
	slug := form.Get("slug")
	for _, step := range []steps.Step{steps.StepQuestion, steps.StepPanel, steps.StepStaff} {
		mine := url.Values{}
		for name, values := range form {
			if p, ok := steps.At(name); ok && p.Step == step {
				mine[name] = values
			}
		}
		if step == steps.StepStaff {
			mine.Set("staff", "yes")
		}
		w.sent(b, "/desk/"+slug+"/draft/"+string(step), mine)
	}
	// Rounds close when the test says.
	rounds := w.form(b, "/desk/"+slug+"/draft/rounds", "/desk/"+slug+"/draft/rounds").values
	for name := range rounds {
		if strings.HasSuffix(name, ".min_days") {
			rounds.Set(name, "0")
		}
	}
	w.sent(b, "/desk/"+slug+"/draft/rounds", rounds)
}

// TestPressedTwice sends every act whose repetition is natural two times.
func TestPressedTwice(t *testing.T) {
	t.Parallel()
	h := webtest.Open(t).Play(t)
	w := walk{t, h, h.Site(t)}
	giulia, marta, paolo := w.as("giulia"), w.as("marta"), w.as("paolo")
	desk := func(more string) string { return "/desk/" + webtest.Answering + more }
	gathering := "/desk/" + webtest.Gathering

	enrol := "/consultations/" + webtest.Gathering + "/enrol"
	anna := w.as("anna")
	w.twice(anna, enrol, w.form(anna, enrol, enrol).with("read", "on"))

	w.twice(giulia, "/desk/new", w.complete("portici"))
	w.drafted(giulia, w.complete("portici"))
	const question, rounds = "/desk/portici/draft/question", "/desk/portici/draft/rounds"
	w.twice(giulia, question, w.form(giulia, question, question).with("title", "I portici del centro"))
	w.twice(giulia, rounds, w.form(giulia, rounds, rounds).with("do", "add:rounds"))
	if n := giulia.Get(t, rounds).Count(".dlf-entry"); n != 4 {
		t.Errorf("a round that was added twice makes %d rounds", n)
	}
	w.twice(giulia, "/desk/portici/announce", nil)
	w.twice(giulia, "/desk/new", w.complete("portici-2"))
	w.twice(giulia, "/desk/portici-2/delete", nil)
	w.twice(giulia, "/desk/portici/start", nil)
	w.twice(giulia, "/desk/portici/withdraw", url.Values{"reason": {"Un errore."}})
	if got := giulia.Post(t, "/desk/portici/withdraw", url.Values{"reason": {"Un altro motivo."}}); got.Status != 409 || got.Page.Find("textarea").Text() != "Un altro motivo." {
		t.Errorf("withdrawn for another reason: %d %q", got.Status, got.Page.Find("textarea").Text())
	}

	w.twice(giulia, desk("/suspend"), url.Values{"reason": {"Verifica."}})
	w.twice(giulia, desk("/resume"), nil)
	extend := w.form(paolo, desk("/rounds/3/extend"), desk("/rounds/3/extend")).with("days", "1", "reason", "Piove.")
	before := w.deadline(webtest.Answering)
	w.twice(paolo, desk("/rounds/3/extend"), extend)
	if got := w.deadline(webtest.Answering); got != before+1 {
		t.Errorf("extended by %d days", got-before)
	}
	w.twice(paolo, desk("/rounds/3/close"), url.Values{"reason": {"Basta."}})
	w.must(h.Jobs.Drain(t.Context()))
	w.twice(paolo, desk("/conclude"), url.Values{"reason": {"Basta."}})
	w.must(h.Jobs.Drain(t.Context()))
	w.twice(paolo, desk("/minority"), url.Values{"act": {"forgo"}, "reason": {"Se ne parla in Consiglio."}})
	w.twice(giulia, desk("/publish"), url.Values{"summary": {"In breve."}})
	if got := giulia.Post(t, desk("/publish"), url.Values{"summary": {"Tutt’altro."}}); got.Status != 409 || !strings.Contains(got.Body, "Tutt’altro.") {
		t.Errorf("published with other words: %d", got.Status)
	}

	w.must(h.Consultations.CloseRound(t.Context(), h.Person(t, "paolo"), webtest.Gathering, 1, "Basta."))
	w.must(h.Jobs.Drain(t.Context()))
	queue := marta.Get(t, gathering+"/contributions").Page.Find("input[type=checkbox][name=c]")
	c := func(n int) string { return queue.Eq(n).AttrOr("value", "") }
	w.twice(marta, gathering+"/contributions", url.Values{"act": {"merge"}, "rule": {"1.6"}, "c": {c(0), c(1)}, "destination": {"new"}, "text": {"Più tigli."}, "reason": {"Dicono lo stesso."}})
	w.twice(marta, gathering+"/contributions", url.Values{"act": {"reject"}, "rule": {"1.6"}, "c": {c(2)}, "reason": {"Fuori tema."}})
	w.twice(marta, gathering+"/contributions/"+c(2)+"/remove", url.Values{"ground": {"GDPR 17"}})
	undo := marta.Get(t, gathering+"/contributions").Page.Find("form[action$='/undo']").First().AttrOr("action", "")
	w.twice(marta, undo, nil)
	// Each act stands once in the record.
	found, err := h.Consultations.Find(t.Context(), h.Person(t, "marta"), webtest.Gathering)
	w.must(err)
	entries, err := h.Record.Of(t.Context(), found.ID)
	w.must(err)
	n := map[string]int{}
	for _, e := range entries {
		n[e.Kind]++
	}
	if n["merge"] != 1 || n["reject"] != 1 || n["undo"] != 1 {
		t.Errorf("the record: %v", n)
	}
}

// deadline gives the day of the third round's deadline, counted from the epoch.
func (w walk) deadline(slug string) int64 {
	w.Helper()
	c, err := w.h.Consultations.Find(w.Context(), w.h.Person(w.T, "paolo"), slug)
	w.must(err)
	return c.Rounds[2].Deadline.Unix() / 86400
}

// TestStalePages: what somebody else stored meanwhile is not overwritten in silence, and
// nothing typed is lost.
func TestStalePages(t *testing.T) {
	t.Parallel()
	h := webtest.Open(t).Play(t)
	w := walk{t, h, h.Site(t)}
	giulia, marta, davide, paolo := w.as("giulia"), w.as("marta"), w.as("davide"), w.as("paolo")
	// stale checks the page with both wordings, and that sent again it stores one's own.
	stale := func(b *webtest.Browser, path string, form url.Values, field, theirs, mine string) {
		t.Helper()
		got := b.Post(t, path, form)
		if got.Status != 409 || !strings.Contains(got.Text("#stale"), theirs) || !strings.Contains(got.Text("#stale"), mine) ||
			got.Count("#stale del")+got.Count("#stale ins") == 0 || strings.TrimSpace(got.Page.Find("[name="+field+"]").AttrOr("value", got.Page.Find("[name="+field+"]").Text())) != mine {
			t.Errorf("%s: %d %q", path, got.Status, got.Text("#stale"))
			return
		}
		for _, f := range forms(path, got) {
			if _, has := f.values[field]; has && f.action == path {
				if again := b.Post(t, path, f.values); again.Status != 303 {
					t.Errorf("%s: sent again: %d %s", path, again.Status, again.Text("main h1"))
				}
			}
		}
	}

	// Two tabs on a draft.
	w.drafted(giulia, w.complete("portici"))
	const edit = "/desk/portici/draft/question"
	tab := w.form(giulia, edit, edit)
	if got := giulia.Post(t, edit, tab.with("question", "Che cosa serve di giorno?")); got.Status != 303 {
		t.Fatalf("the first tab: %d", got.Status)
	}
	stale(giulia, edit, tab.with("question", "Che cosa serve di notte?"), "question", "Che cosa serve di giorno?", "Che cosa serve di notte?")
	// Announced meanwhile.
	late := w.form(giulia, edit, edit).with("background", "Parole scritte a lungo.")
	w.must(h.Consultations.Announce(t.Context(), h.Person(t, "giulia"), "portici"))
	if got := giulia.Post(t, edit, late); got.Status != 409 || !strings.Contains(got.Body, "Parole scritte a lungo.") || got.Count("a[href='/desk/portici']") == 0 {
		t.Errorf("announced meanwhile: %d", got.Status)
	}

	// An administration's data.
	const riva = "/administrations/riva"
	tab = w.form(giulia, riva, riva)
	if got := giulia.Post(t, riva, tab.with("address", "Via Nuova 1")); got.Status != 303 {
		t.Fatalf("%d", got.Status)
	}
	stale(giulia, riva, tab.with("address", "Via Vecchia 2"), "address", "Via Nuova 1", "Via Vecchia 2")

	// Two moderators reword; a colleague examines what is being merged.
	w.must(h.Consultations.CloseRound(t.Context(), h.Person(t, "paolo"), webtest.Gathering, 1, "Basta."))
	w.must(h.Jobs.Drain(t.Context()))
	const queue = "/desk/" + webtest.Gathering + "/contributions"
	lines := marta.Get(t, queue).Page.Find("input[type=checkbox][name=c]")
	c := func(n int) string { return lines.Eq(n).AttrOr("value", "") }
	if got := marta.Post(t, queue, w.showing(marta, queue, url.Values{"act": {"merge"}, "rule": {"1.6"}, "c": {c(0)}, "destination": {"new"}, "text": {"Più tigli."}, "reason": {"Sì."}})); got.Status != 303 {
		t.Fatalf("%d %s", got.Status, got.Text("#errors"))
	}
	item := davide.Get(t, queue+"?c="+c(1)).Page.Find("input[name=item]").Eq(0).AttrOr("value", "")
	page := queue + "?c=" + c(1) + "&item=" + item
	mine := w.form(davide, page, queue).with("text", "Più tigli lungo i viali.", "reason", "Più chiaro.", "act", "merge", "rule", "1.6")
	theirs := w.form(marta, queue+"?c="+c(3)+"&item="+item, queue).with("text", "Più tigli nelle piazze.", "reason", "Più breve.", "act", "merge", "rule", "1.6")
	if got := marta.Post(t, queue, theirs); got.Status != 303 {
		t.Fatalf("%d %s", got.Status, got.Text("#errors"))
	}
	stale(davide, queue, mine, "text", "Più tigli nelle piazze.", "Più tigli lungo i viali.")
	other := url.Values{"act": {"merge"}, "rule": {"1.6"}, "c": {c(2)}, "destination": {"new"}, "text": {"Una frase lunga che non va persa."}, "reason": {"Un motivo."}, "left_out": {"Nulla."}}
	other = w.showing(davide, queue, other)
	if got := marta.Post(t, queue, w.showing(marta, queue, url.Values{"act": {"reject"}, "rule": {"1.6"}, "c": {c(2)}, "reason": {"Fuori tema."}})); got.Status != 303 {
		t.Fatalf("%d", got.Status)
	}
	got := davide.Post(t, queue, other)
	if got.Status != 409 || got.Page.Find("[name=text]").Text() != "Una frase lunga che non va persa." || got.Page.Find("[name=reason]").AttrOr("value", "") != "Un motivo." || got.Text("[role=alert]") == "" {
		t.Errorf("examined meanwhile: %d %q", got.Status, got.Page.Find("[name=text]").Text())
	}

	// The minority report, and a late one.
	w.must(h.Consultations.CloseRound(t.Context(), h.Person(t, "paolo"), webtest.Answering, 3, "Basta."))
	w.must(h.Jobs.Drain(t.Context()))
	w.must(h.Consultations.Conclude(t.Context(), h.Person(t, "paolo"), webtest.Answering, "Basta."))
	w.must(h.Jobs.Drain(t.Context()))
	const report = "/desk/" + webtest.Answering + "/minority"
	tab = w.form(paolo, report, report)
	w.must(h.Consultations.DraftMinority(t.Context(), h.Person(t, "paolo"), webtest.Answering, "Chi è contro chiede tempo.", ""))
	stale(paolo, report, tab.with("minority", "Chi è contro chiede soldi.", "act", "save"), "minority", "Chi è contro chiede tempo.", "Chi è contro chiede soldi.")
	// What a colleague shows is not taken away from a page that has not shown it.
	forgo := w.form(paolo, report, report).with("act", "forgo", "reason", "Nulla da riferire.")
	w.must(h.Consultations.ShowMinority(t.Context(), h.Person(t, "paolo"), webtest.Answering, "Chi è contro chiede tempo.", ""))
	got = paolo.Post(t, report, forgo)
	if got.Status != 409 || !strings.Contains(got.Text("#stale"), "Nulla da riferire.") || got.Page.Find("[name=reason]").Text() != "Nulla da riferire." || got.Page.Find("[name=minority]").Text() != "Chi è contro chiede tempo." {
		t.Errorf("forgone unseen: %d %q", got.Status, got.Text("#stale"))
	}
	tab = w.form(paolo, report, report)
	w.must(h.Consultations.ForgoMinority(t.Context(), h.Person(t, "paolo"), webtest.Answering, "Nulla da riferire.", ""))
	w.must(h.Consultations.Publish(t.Context(), h.Person(t, "giulia"), webtest.Answering, consultation.OpinionTexts{}))
	if got := paolo.Post(t, report, tab.with("minority", "Troppo tardi.", "act", "save")); got.Status != 409 || !strings.Contains(got.Body, "Troppo tardi.") {
		t.Errorf("published meanwhile: %d", got.Status)
	}
}
