package web_test

import (
	"net/url"
	"testing"

	"delfi/web/webtest"
)

// TestTheSummaryNamesItsField: a summary of one fault says of which field it is, on the
// forms that have nothing but a box or a code too.
func TestTheSummaryNamesItsField(t *testing.T) {
	h := webtest.Open(t).Play(t)
	w := walk{t, h, h.Site(t)}
	anna, giulia, panelist := w.as("anna"), w.as("giulia"), w.site.As(t, h.Panelist(t, 1))
	const gathering, answering = "/consultations/" + webtest.Gathering, "/consultations/" + webtest.Answering
	enrol := w.form(anna, gathering+"/enrol", gathering+"/enrol")
	w.marked(anna.Post(t, enrol.action, enrol.values), enrol.action, "read")
	if got := anna.Post(t, enrol.action, enrol.with("read", "on")); got.Status != 303 {
		t.Fatalf("enrolling: %d", got.Status)
	}
	for _, one := range []struct {
		b          *webtest.Browser
		path, name string
		form       url.Values
	}{
		{anna, gathering + "/contributions", "body", url.Values{"act": {"write"}, "body": {""}}},
		{giulia, "/desk/" + webtest.Answering + "/suspend", "reason", url.Values{"reason": {""}}},
		{giulia, "/administrations/riva", "name", url.Values{"name": {""}}},
		{panelist, answering + "/rounds/3", "answer_1", url.Values{"item": {"1"}, "answer_1": {"99"}}},
	} {
		if got := one.b.Post(t, one.path, w.showing(one.b, one.path, one.form)); got.Status != 422 {
			t.Errorf("%s: %d", one.path, got.Status)
		} else {
			w.marked(got, one.path, one.name)
		}
	}
}

// TestAConflictLeadsWhereItSays: the page of a conflict names its cause, and its link goes
// to the page that its words name.
func TestAConflictLeadsWhereItSays(t *testing.T) {
	h := webtest.Open(t).Play(t)
	w := walk{t, h, h.Site(t)}
	marta, anna := w.as("marta"), w.as("anna")
	for _, one := range []struct {
		got          webtest.Response
		title, leads string
	}{
		// The gather round is open: its queue is not.
		{marta.Post(t, "/desk/"+webtest.Gathering+"/contributions", url.Values{"act": {"reject"}, "rule": {"1.6"}, "c": {"00000000-0000-4000-8000-000000000001"}, "reason": {"Fuori tema."}}), "Questo non si può fare", "/desk/" + webtest.Gathering},
		{anna.Get(t, "/consultations/"+webtest.Answering+"/code"), "Qui si risponde senza codice", "/consultations/" + webtest.Answering},
		{anna.Get(t, "/consultations/"+webtest.Published+"/enrol"), "Le iscrizioni non sono aperte", "/consultations/" + webtest.Published},
	} {
		if one.got.Status != 409 || one.got.Text("main h1") != one.title || one.got.Count("main a.btn[href='"+one.leads+"']") != 1 {
			t.Errorf("%s: %d %q %s", one.leads, one.got.Status, one.got.Text("main h1"), one.got.Text("main"))
		}
	}
}
