package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"delfi/internal/account"
	"delfi/web/webtest"
)

// TestTwoFacilitatorsDecide: each has the page open; the second to decide reads both
// decisions, their own reason is there, and nothing is overwritten.
func TestTwoFacilitatorsDecide(t *testing.T) {
	t.Parallel()
	h := webtest.Open(t).Play(t)
	w := walk{t, h, h.Site(t)}
	const slug, desk = "portici", "/desk/portici"
	form := w.complete(slug)
	form["facilitators"] = []string{h.Person(t, "paolo").Office.String(), w.second(t).Office.String()}
	giulia, marta, paolo, second := w.as("giulia"), w.as("marta"), w.as("paolo"), w.site.As(t, w.second(t))
	w.drafted(giulia, form)
	w.must(h.Consultations.Announce(t.Context(), h.Person(t, "giulia"), slug))
	w.must(h.Consultations.Start(t.Context(), h.Person(t, "giulia"), slug))
	anna := w.as("anna")
	at := "/consultations/" + slug
	enrol := w.form(anna, at+"/enrol", at+"/enrol")
	w.sent(anna, enrol.action, enrol.with("read", "on"))
	w.sent(anna, at+"/contributions", url.Values{"act": {"write"}, "body": {"Più luce."}})
	w.must(h.Consultations.CloseRound(t.Context(), h.Person(t, "paolo"), slug, 1, "Basta."))
	w.must(h.Jobs.Drain(t.Context()))
	w.merge(marta, slug)
	w.must(h.Consultations.ReleaseRound(t.Context(), h.Person(t, "marta"), slug, 1))
	w.must(h.Consultations.OpenRound(t.Context(), h.Person(t, "paolo"), slug, 2))
	w.must(h.Consultations.CloseRound(t.Context(), h.Person(t, "paolo"), slug, 2, "Basta."))
	w.must(h.Jobs.Drain(t.Context()))
	// offered is the form by which something else than the proposal is decided.
	offered := func(got webtest.Response) (sent, bool) {
		for _, f := range forms(desk, got) {
			if strings.HasSuffix(f.action, "/decide") && f.values.Has("reason") {
				return f, true
			}
		}
		return sent{}, false
	}
	first, ok := offered(paolo.Get(t, desk))
	if !ok {
		t.Fatalf("nothing to decide: %s", paolo.Get(t, desk).Text("main"))
	}
	w.sent(paolo, first.action, first.with("decision", "go-on", "reason", "Torna al panel."))

	// A statement that stays open is compared above its form; sent again it is decided.
	got := second.Post(t, first.action, first.with("decision", "reword", "reason", "Va detto meglio."))
	for _, words := range []string{"Porta al prossimo giro", "Torna al panel.", "Riformula", "Va detto meglio."} {
		if got.Status != http.StatusConflict || !strings.Contains(got.Text("#stale"), words) {
			t.Errorf("%d: the second does not read %q: %q", got.Status, words, got.Text("#stale"))
		}
	}
	again, ok := offered(got)
	if !ok || again.values.Get("reason") != "Va detto meglio." {
		t.Fatalf("the second's reason is lost: %v", again)
	}
	w.sent(second, again.action, again.with("decision", "reword"))

	// One that is closed has no form any more: both decisions and the words stay in sight.
	both, _ := offered(paolo.Get(t, desk))
	w.sent(paolo, both.action, both.with("decision", "settle", "reason", "È chiaro a tutti."))
	got = second.Post(t, both.action, both.with("decision", "go-on", "reason", "Non è chiaro a me."))
	for _, words := range []string{"È chiaro a tutti.", "Chiudi com’è", "Porta al prossimo giro", "Non è chiaro a me."} {
		if got.Status != http.StatusConflict || !strings.Contains(got.Text("main"), words) {
			t.Errorf("%d: the second does not read %q: %q", got.Status, words, got.Text("main"))
		}
	}
}

// second is another facilitator of the same administration.
func (w walk) second(t *testing.T) account.Actor {
	t.Helper()
	id, err := w.h.Accounts.SignIn(t.Context(), account.Claims{Issuer: "http://provider.test", Subject: "chiara", Name: "Chiara Neri", Email: "chiara@posta.example", Groups: []string{"riva/facilitator"}})
	w.must(err)
	actor, err := w.h.Accounts.Actor(t.Context(), id)
	w.must(err)
	return actor
}

// TestTwoTabsOnAContribution: words stored in one tab are not overwritten by the other,
// and words for a contribution that was withdrawn can be sent as a new one.
func TestTwoTabsOnAContribution(t *testing.T) {
	t.Parallel()
	h := webtest.Open(t).Play(t)
	w := walk{t, h, h.Site(t)}
	anna := w.as("anna")
	const at = "/consultations/" + webtest.Gathering
	enrol := w.form(anna, at+"/enrol", at+"/enrol")
	w.sent(anna, enrol.action, enrol.with("read", "on"))
	w.sent(anna, at+"/contributions", url.Values{"act": {"write"}, "body": {"Più tigli."}})
	const edit = at + "/contributions?edit=1"
	id := anna.Get(t, edit).Page.Find("input[name=id]").AttrOr("value", "")
	tab := func() sent {
		for _, f := range forms(edit, anna.Get(t, edit)) {
			if f.values.Has("seen") {
				return f
			}
		}
		t.Fatal("no form to edit")
		return sent{}
	}
	one, two, gone := tab(), tab(), tab()
	w.sent(anna, one.action, one.with("act", "edit", "body", "Più tigli nei viali."))
	got := anna.Post(t, two.action, two.with("act", "edit", "body", "Più tigli nelle piazze."))
	if got.Status != http.StatusConflict || got.Text("[role=alert]") == "" || got.Page.Find("textarea[name=body]").Text() != "Più tigli nelle piazze." || !strings.Contains(got.Text("main"), "Più tigli nei viali.") {
		t.Fatalf("the second tab: %d %s", got.Status, got.Text("main"))
	}
	for _, f := range forms(edit, got) {
		if f.values.Has("seen") {
			if again := anna.Post(t, f.action, f.with("act", "edit")); again.Status != http.StatusSeeOther {
				t.Errorf("sent again: %d", again.Status)
			}
		}
	}
	w.sent(anna, at+"/contributions", url.Values{"act": {"withdraw"}, "id": {id}})
	got = anna.Post(t, gone.action, gone.with("act", "edit", "body", "Parole per chi non c’è più."))
	if got.Status != http.StatusConflict || got.Text("[role=alert]") == "" || got.Page.Find("textarea[name=body]").Text() != "Parole per chi non c’è più." {
		t.Fatalf("withdrawn: %d %s", got.Status, got.Text("main"))
	}
	for _, f := range forms(at+"/contributions", got) {
		if f.values.Get("body") != "" {
			if again := anna.Post(t, f.action, f.values); again.Status != http.StatusSeeOther {
				t.Errorf("sent as a new one: %d %s", again.Status, again.Text("main"))
			}
		}
	}
	if all := anna.Get(t, at+"/contributions").Text("main"); !strings.Contains(all, "Parole per chi non c’è più.") {
		t.Errorf("the words did not arrive: %s", all)
	}
}

// TestAReasonOfSeveralLines keeps its lines on the round's page and at the desk, and
// the button beside it leads to where it is removed.
func TestAReasonOfSeveralLines(t *testing.T) {
	t.Parallel()
	h := webtest.Open(t).Play(t)
	w := walk{t, h, h.Site(t)}
	const at, desk = "/consultations/" + webtest.Answering, "/desk/" + webtest.Answering
	const reason = "Prima riga.\nSeconda riga.\n\nTerza, dopo una vuota."
	marta, paolo := w.as("marta"), h.Person(t, "paolo")
	for n := range 12 {
		form := url.Values{"all": {"1"}, "act": {"deliver"}, "answer_1": {"7"}}
		if n == 0 {
			form.Set("reason_1", strings.ReplaceAll(reason, "\n", "\r\n"))
		}
		w.sent(w.site.As(t, h.Panelist(t, n+1)), at+"/rounds/3", form)
	}
	w.must(h.Consultations.CloseRound(t.Context(), paolo, webtest.Answering, 3, "Basta."))
	w.must(h.Jobs.Drain(t.Context()))
	kept := func(got webtest.Response, where string) (link string) {
		t.Helper()
		for _, n := range got.Page.Find(".dlf-said").EachIter() {
			if strings.Contains(n.Text(), "Seconda riga.") {
				if strings.Trim(n.Text(), "«»") != reason {
					t.Errorf("%s: the lines are %q", where, n.Text())
				}
				return n.Parent().Find("a").AttrOr("href", "none")
			}
		}
		t.Errorf("%s does not show the reason: %.300s", where, got.Text("main"))
		return ""
	}
	link := kept(marta.Get(t, at+"/rounds/3"), "the round's page")
	if !strings.HasPrefix(link, desk+"/reasons/") {
		t.Fatalf("the button leads to %q", link)
	}
	w.must(h.Consultations.Conclude(t.Context(), paolo, webtest.Answering, "Basta."))
	w.must(h.Jobs.Drain(t.Context()))
	if before := kept(marta.Get(t, desk+"/reasons"), "the desk"); before != link {
		t.Fatalf("on the desk the button leads to %q, on the page to %q", before, link)
	}
	w.sent(marta, link, url.Values{"ground": {"GDPR 17"}})
	for _, path := range []string{at + "/rounds/3", desk + "/reasons"} {
		if got := marta.Get(t, path); strings.Contains(got.Body, "Seconda riga.") {
			t.Errorf("%s shows the words that were removed", path)
		}
	}
}
