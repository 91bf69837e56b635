package staff_test

import (
	"context"
	"maps"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/web/webtest"
)

func at(slug, more string) string { return "/desk/" + slug + more }

// TestRoom plays the demonstration once and lets every test walk in it.
func TestRoom(t *testing.T) {
	h := webtest.Open(t).Play(t)
	site := h.Site(t)
	t.Run("guards", func(t *testing.T) { guards(t, h) })
	t.Run("a desk of one consultation", func(t *testing.T) { lentDesk(t, h, site) })
	t.Run("desks", func(t *testing.T) { desks(t, h, site) })
	t.Run("a desk shows no count of an open round", func(t *testing.T) { noCounts(t, h, site) })
	t.Run("what is missing before the announcement", func(t *testing.T) { missing(t, h, site) })
	t.Run("an act without its reason", func(t *testing.T) { reasonless(t, h, site) })
	t.Run("synthesis", func(t *testing.T) { synthesis(t, h, site) })
	t.Run("a reason removed by law", func(t *testing.T) { removed(t, h, site) })
	t.Run("the minority report", func(t *testing.T) { minority(t, h, site) }) // last: it ends a consultation
}

// guards: nobody acts on a desk but its staff. That a public consultation has one is
// no secret (403); another administration's draft is not there at all (404).
func guards(t *testing.T, h *webtest.House) {
	anna, elena := h.Person(t, "anna"), h.Person(t, "elena")
	denied := map[string]webtest.Denial{"a participant": {Who: anna, Status: 403}, "another administration": {Who: elena, Status: 403}}
	hidden := map[string]webtest.Denial{"a participant": {Who: anna, Status: 404}, "another administration": {Who: h.Person(t, "giulia"), Status: 404}}
	elsewhere := map[string]webtest.Denial{}
	for name, who := range map[string]account.Actor{
		"another consultation's facilitator": lent(t, h, webtest.Gathering, "paolo", "Paolo Sighinolfi", account.Facilitator),
		"another consultation's moderator":   lent(t, h, webtest.Gathering, "davide", "Davide Lancellotti", account.Moderator),
	} {
		denied[name], elsewhere[name], hidden[name] = webtest.Denial{Who: who, Status: 403}, webtest.Denial{Who: who, Status: 403}, webtest.Denial{Who: who, Status: 404}
	}
	elsewhere["a participant"] = webtest.Denial{Who: anna, Status: 403}
	rules := maps.Clone(elsewhere)
	rules["a moderator"] = webtest.Denial{Who: h.Person(t, "marta"), Status: 403}
	names := map[string]webtest.Denial{} // the secretary of a group alone knows of its applicants
	for who, d := range denied {
		names[who] = webtest.Denial{Who: d.Who, Status: 404}
	}
	citizen := map[string]webtest.Denial{"a participant": {Who: anna, Status: 403}}
	reason := url.Values{"reason": {"x"}, "days": {"2"}, "decision": {"settle"}, "act": {"merge"}, "destination": {"new"}, "text": {"x"}, "member": {"0"}}
	routes := []webtest.Route{
		{Method: "GET", Path: "/desk", Denied: citizen},
		{Method: "GET", Path: "/desk/new", Denied: citizen},
		{Method: "POST", Path: "/desk/new", Form: url.Values{"title": {"x"}}, Denied: citizen},
		{Method: "GET", Path: at(webtest.Answering, ""), Denied: denied},
		{Method: "GET", Path: at(webtest.Answering, "/draft/question"), Denied: denied},
		{Method: "GET", Path: at(webtest.Answering, "/protocol.json"), Denied: denied},
		{Method: "GET", Path: at(webtest.Answering, "/contributions"), Denied: denied},
		{Method: "GET", Path: at(webtest.Answering, "/appeals"), Denied: denied},
		{Method: "GET", Path: at(webtest.Answering, "/rules"), Denied: rules},
		{Method: "GET", Path: at(webtest.Answering, "/corrections"), Denied: rules},
		{Method: "GET", Path: at(webtest.Answering, "/corrections/title"), Denied: rules},
		{Method: "GET", Path: at("mercato-coperto", "/corrections/title"), Denied: hidden},
		{Method: "GET", Path: at(webtest.Answering, "/reasons"), Denied: denied},
		{Method: "GET", Path: at(webtest.Answering, "/reasons/00"), Denied: denied},
		{Method: "GET", Path: at(webtest.Answering, "/contributions/"+uuid.NewString()+"/remove"), Denied: denied},
		{Method: "GET", Path: at(webtest.Answering, "/library/1/withdraw"), Denied: denied},
		{Method: "GET", Path: at(webtest.Answering, "/draws/cittadini/withdraw"), Denied: rules},
		{Method: "GET", Path: at(webtest.Answering, "/minority"), Denied: denied},
		{Method: "GET", Path: at(webtest.Answering, "/staff"), Denied: denied},
		{Method: "GET", Path: at(webtest.Answering, "/done/start"), Denied: denied},
		{Method: "GET", Path: at(webtest.Answering, "/items/"+uuid.NewString()+"/reword"), Denied: denied},
		{Method: "GET", Path: at(webtest.Answering, "/joining/"+uuid.NewString()+"/withdraw"), Denied: denied},
		{Method: "GET", Path: at(webtest.Answering, "/library"), Denied: denied},
		{Method: "GET", Path: at(webtest.Answering, "/library/1"), Denied: denied},
		{Method: "GET", Path: at(webtest.Answering, "/library/1/1")}, // everybody's since the announcement
		{Method: "GET", Path: at(webtest.Answering, "/rolls"), Denied: rules},
		{Method: "GET", Path: at(webtest.Answering, "/invitations/cittadini"), Denied: rules},
		{Method: "GET", Path: at(webtest.Answering, "/invitations/cittadini/letters"), Denied: rules},
		{Method: "GET", Path: at(webtest.Answering, "/draws/cittadini"), Denied: rules},
		{Method: "GET", Path: at(webtest.Answering, "/secretaries/cittadini"), Denied: rules},
		{Method: "GET", Path: at(webtest.Answering, "/applications/cittadini"), Denied: names},
		{Method: "GET", Path: at(webtest.Answering, "/applications/cittadini/decide"), Denied: names},
		{Method: "GET", Path: at("mercato-coperto", "/secretaries/cittadini"), Denied: hidden},
		{Method: "GET", Path: at("mercato-coperto", "/rolls"), Denied: hidden},
		{Method: "GET", Path: at("mercato-coperto", "/library"), Denied: hidden},
		{Method: "GET", Path: at("mercato-coperto", "/staff"), Denied: hidden},
		{Method: "GET", Path: at("mercato-coperto", ""), Denied: hidden},
		{Method: "GET", Path: at("mercato-coperto", "/draft/question"), Denied: hidden},
		{Method: "GET", Path: at("mercato-coperto", "/protocol.json"), Denied: hidden},
		{Method: "GET", Path: at("mercato-coperto", "/contributions"), Denied: hidden},
	}
	for _, page := range []string{"/template", "/translations", "/joining", "/arguments", "/rehearsal", "/rehearsal/agree-1-20", "/rehearsal/agree-1-20/rounds/2", "/rehearsal/agree-1-20/rounds/2/form", "/rehearsal/agree-1-20/rounds/2/criteria", "/rehearsal/agree-1-20/rounds/2/reasons/1/1", "/rehearsal/agree-1-20/opinion", "/rehearsal/agree-1-20/opinion/reasons/1/1"} {
		routes = append(routes, webtest.Route{Method: "GET", Path: at(webtest.Answering, page), Denied: denied}, webtest.Route{Method: "GET", Path: at("mercato-coperto", page), Denied: hidden})
	}
	for _, act := range []string{"/delete", "/announce", "/start", "/suspend", "/resume", "/conclude", "/publish", "/withdraw", "/rounds/3/open", "/rounds/3/extend", "/rounds/3/remind", "/rounds/3/close", "/rounds/1/release", "/rounds/3/brief", "/invitations/cittadini/guests/" + uuid.NewString() + "/revoke"} {
		routes = append(routes, webtest.Route{Method: "GET", Path: at(webtest.Answering, act), Denied: denied}, webtest.Route{Method: "GET", Path: at("mercato-coperto", act), Denied: hidden})
	}
	for _, act := range []string{
		"/draft/question", "/draft/summary", "/duplicate", "/template", "/delete", "/announce", "/start", "/suspend", "/resume", "/conclude", "/minority", "/staff", "/publish", "/withdraw", "/corrections/title", "/translations/" + uuid.NewString(), "/arguments/1/for", "/library", "/library/1", "/library/1/withdraw", "/rolls/citizens", "/rolls/citizens/import",
		"/secretaries/cittadini", "/applications/cittadini/find", "/applications/cittadini/decide",
		"/invitations/cittadini", "/invitations/cittadini/import", "/invitations/cittadini/send", "/invitations/cittadini/until", "/invitations/cittadini/guests/" + uuid.NewString(),
		"/draws/cittadini/list", "/draws/cittadini/rule", "/draws/cittadini/commit", "/draws/cittadini/open", "/draws/cittadini/signature", "/draws/cittadini/reserves", "/draws/cittadini/withdraw",
		"/rounds/3/open", "/rounds/3/extend", "/rounds/3/remind", "/rounds/3/close", "/rounds/3/brief", "/rounds/1/release",
		"/items/" + uuid.NewString() + "/decide", "/items/" + uuid.NewString() + "/reword", "/items/" + uuid.NewString() + "/undecide", "/joining", "/joining/" + uuid.NewString() + "/withdraw", "/decide-all", "/contributions", "/contributions/" + uuid.NewString() + "/remove", "/claims", "/looks", "/appeals", "/rules", "/reasons", "/arguments", "/reasons/00", "/acts/" + uuid.NewString() + "/undo",
	} {
		here := denied
		if strings.HasPrefix(act, "/acts/") { // no such act, whoever asks
			here = elsewhere
		} else if strings.HasPrefix(act, "/applications/") {
			here = names
		}
		routes = append(routes,
			webtest.Route{Method: "POST", Path: at(webtest.Answering, act), Form: reason, Denied: here},
			webtest.Route{Method: "POST", Path: at("mercato-coperto", act), Form: reason, Denied: hidden})
	}
	h.Guards(t, []string{"/desk"}, anna, routes)
}

// lent is somebody of the cast who was named for every consultation of Riva, and who holds
// the role for one of them alone until the test ends.
func lent(t *testing.T, h *webtest.House, slug, subject, name string, role account.Role) account.Actor {
	t.Helper()
	c, err := h.Consultations.Find(t.Context(), account.Actor{}, slug)
	if err != nil {
		t.Fatal(err)
	}
	h.Person(t, subject)
	turned(t, h, subject, name) // the provider took the role away
	if _, err := h.Accounts.GrantRole(t.Context(), "riva", role, c.Scope(), subject); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := h.Accounts.RevokeRole(context.WithoutCancel(t.Context()), "riva", role, c.Scope(), subject); err != nil {
			t.Error(err)
		}
	})
	return turned(t, h, subject, name)
}

// lentDesk: who facilitates one consultation, as the provider's groups say, finds that desk
// in the list, opens it, and opens no other, whichever names them.
func lentDesk(t *testing.T, h *webtest.House, site *webtest.Site) {
	h.Person(t, "paolo")
	b := site.As(t, turned(t, h, "paolo", "Paolo Sighinolfi", "riva/facilitator/"+webtest.Gathering))
	got := b.Get(t, "/desk")
	if n := got.Count("main .dlf-plain > li"); got.Status != 200 || n != 1 || got.Count(`main a[href="`+at(webtest.Gathering, "")+`"]`) == 0 {
		t.Errorf("%d, %d consultations: %s", got.Status, n, got.Text("main"))
	}
	for slug, want := range map[string]int{webtest.Gathering: 200, webtest.Answering: 403, webtest.Announced: 403, webtest.Published: 403, "mercato-coperto": 404} {
		if got := b.Get(t, at(slug, "")); got.Status != want {
			t.Errorf("%s: %d, wants %d", slug, got.Status, want)
		}
	}
	if got := b.Get(t, "/desk/new"); got.Status != 403 {
		t.Errorf("a draft: %d", got.Status)
	}
}

// desks: each of the staff finds what is theirs, and drafts stay at home.
func desks(t *testing.T, h *webtest.House, site *webtest.Site) {
	for who, wants := range map[string]struct {
		n     int
		draft bool
	}{"giulia": {5, false}, "marta": {5, false}, "paolo": {5, false}, "elena": {1, true}} {
		got := site.As(t, h.Person(t, who)).Get(t, "/desk")
		if n := got.Count("main .dlf-plain > li"); n != wants.n {
			t.Errorf("%s finds %d consultations, wants %d", who, n, wants.n)
		}
		if strings.Contains(got.Text("main"), "mercato coperto") != wants.draft {
			t.Errorf("%s and the draft of Borgo: %s", who, got.Text("main"))
		}
	}
}

func noCounts(t *testing.T, h *webtest.House, site *webtest.Site) {
	for _, who := range []string{"giulia", "marta", "paolo"} {
		got := site.As(t, h.Person(t, who)).Get(t, at(webtest.Answering, ""))
		if got.Status != 200 || got.Count("main h1") != 1 {
			t.Fatalf("%s: %d", who, got.Status)
		}
		if n := got.Count("main table tbody tr"); n != 1 {
			t.Errorf("%s sees %d rounds in the table of participation; only the closed one has figures", who, n)
		}
	}
}

// showed is what a form of a page says that the page showed, with more fields.
func showed(t *testing.T, b *webtest.Browser, path string, more url.Values) url.Values {
	t.Helper()
	form := url.Values{"version": {b.Get(t, path).Page.Find("main input[name=version]").First().AttrOr("value", "")}}
	maps.Copy(form, more)
	return form
}

// missing: the desk of a draft names each sentence that the announcement waits for,
// and announcing all the same is refused with the same words.
func missing(t *testing.T, h *webtest.House, site *webtest.Site) {
	b := site.As(t, h.Person(t, "elena"))
	got := b.Get(t, "/desk/mercato-coperto")
	if got.Status != 200 || !strings.Contains(got.Text("main"), "La promessa, come sarà citata") || !strings.Contains(got.Text("main"), "Moderatori: Servono almeno due persone") {
		t.Errorf("%d: %s", got.Status, got.Text("main"))
	}
	if got := b.Post(t, "/desk/mercato-coperto/announce", showed(t, b, "/desk/mercato-coperto/announce", nil)); got.Status != 422 || got.Count("#errors a") == 0 {
		t.Errorf("announced without a commitment: %d", got.Status)
	}
}

func reasonless(t *testing.T, h *webtest.House, site *webtest.Site) {
	paolo, giulia := site.As(t, h.Person(t, "paolo")), site.As(t, h.Person(t, "giulia"))
	for _, c := range []struct {
		b    *webtest.Browser
		path string
	}{
		{paolo, at(webtest.Answering, "/rounds/3/close")}, {paolo, at(webtest.Answering, "/rounds/3/extend")},
		{giulia, at(webtest.Answering, "/withdraw")}, {giulia, at(webtest.Answering, "/suspend")},
	} {
		got := c.b.Post(t, c.path, showed(t, c.b, c.path, url.Values{"reason": {"  "}, "days": {"2"}}))
		if got.Status != 422 || got.Count("#errors a") == 0 {
			t.Errorf("%s without a reason: %d %s", c.path, got.Status, got.Text("main h1"))
		}
	}
}

func synthesis(t *testing.T, h *webtest.House, site *webtest.Site) {
	marta := site.As(t, h.Person(t, "marta"))
	if got := marta.Get(t, at(webtest.Gathering, "/contributions")); got.Status != 409 {
		t.Errorf("the queue of an open round: %d", got.Status)
	}
	if got := marta.Get(t, at(webtest.Gathering, "")).Text("main"); !strings.Contains(got, "I contributi si aprono") || !strings.Contains(got, "a scatti di 5") {
		t.Errorf("the desk of an open gather round says %q", got)
	}
	got := marta.Get(t, at(webtest.Published, "/contributions"))
	// Nothing waits: those that were taken in come first, the one that was left out has a tab.
	out := marta.Get(t, at(webtest.Published, "/contributions?state=rejected"))
	if got.Status != 200 || got.Count("input[type=checkbox][name=c]") != 12 || out.Count("input[type=checkbox][name=c]") != 1 {
		t.Errorf("%d, %d and %d contributions", got.Status, got.Count("input[type=checkbox][name=c]"), out.Count("input[type=checkbox][name=c]"))
	}
	id := got.Page.Find("input[type=checkbox][name=c]").First().AttrOr("value", "")
	if got := marta.Get(t, at(webtest.Published, "/contributions?c="+id)); got.Count(".dlf-src article") != 1 || got.Count("select[name=rule]") != 0 || !strings.Contains(got.Text("#work"), "A questo punto della consultazione non è possibile") {
		t.Errorf("one chosen, when nothing can be examined any more: %s", got.Text("#work"))
	}
	paolo := h.Person(t, "paolo")
	if got := site.As(t, paolo).Get(t, at(webtest.Published, "/contributions")); got.Status != 403 {
		t.Errorf("the facilitator opens the moderators' queue: %d", got.Status)
	}
}

// removed: a moderator takes a reason away; what is wrong comes back with every
// character, and the facilitator, whose office it is not, may not.
func removed(t *testing.T, h *webtest.House, site *webtest.Site) {
	f, err := h.Archive.Feedback(t.Context(), consultationOf(t, h, webtest.Answering), 2)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, i := range f.Items {
		if len(i.Reasons) > 0 {
			text = i.Reasons[0].Text
		}
	}
	marta := site.As(t, h.Person(t, "marta"))
	path := at(webtest.Answering, "/reasons")
	// What is looked for may be words that the law takes away: no address has them.
	all := marta.Get(t, path).Count(".dlf-said")
	for _, c := range []struct {
		words, do string
		want      int
	}{{text, "find", 1}, {strings.Repeat("è", 500), "find", 0}, {text, "all", all}} {
		if got := marta.Post(t, path, url.Values{"words": {c.words}, "do": {c.do}}); got.Status != 303 || got.Location != path+"#list" {
			t.Fatalf("a search for %q: %d to %q", c.words, got.Status, got.Location)
		}
		if got := marta.Get(t, path).Count(".dlf-said"); got != c.want || all < 2 {
			t.Errorf("%d of %d reasons have %q, want %d", got, all, c.words, c.want)
		}
	}
	before := marta.Get(t, path).Page.Find(".dlf-said:contains('"+text[:20]+"')").First().Parent().Find("a").AttrOr("href", "")
	if !strings.HasPrefix(before, path+"/") {
		t.Fatalf("beside %q stands a link to %q", text, before)
	}
	got := marta.Get(t, before)
	if got.Status != 200 || got.Text("blockquote") != strings.Join(strings.Fields(text), " ") || !strings.Contains(got.Text("main"), "Non si può annullare") || got.Count(`form[action="`+before+`"]`) != 1 {
		t.Errorf("the page before: %d %s", got.Status, got.Text("main"))
	}
	got = marta.Post(t, before, url.Values{"ground": {""}})
	if got.Status != 422 || got.Count(".dlf-about [aria-invalid=true]") != 1 {
		t.Errorf("without a ground: %d", got.Status)
	}
	for _, ask := range []func() webtest.Response{
		func() webtest.Response { return marta.Post(t, path+"/00", url.Values{"ground": {"GDPR 17"}}) },
		func() webtest.Response { return marta.Get(t, path+"/00") },
	} {
		if got = ask(); got.Status != 404 {
			t.Errorf("a reason that nobody wrote: %d", got.Status)
		}
	}
	facilitator := site.As(t, h.Person(t, "paolo"))
	if read, sent := facilitator.Get(t, before), facilitator.Post(t, before, url.Values{"ground": {"GDPR 17"}}); read.Status != 403 || sent.Status != 403 {
		t.Errorf("the facilitator: %d, %d", read.Status, sent.Status)
	}
	for range 2 { // pressed twice
		if got = marta.Post(t, before, url.Values{"ground": {"GDPR 17"}}); got.Status != 303 {
			t.Fatalf("a ground: %d %s", got.Status, got.Text("main"))
		}
	}
	if f, err = h.Archive.Feedback(t.Context(), consultationOf(t, h, webtest.Answering), 2); err != nil {
		t.Fatal(err)
	}
	stubs := 0
	for _, i := range f.Items {
		for _, r := range i.Reasons {
			if r.Text == text {
				t.Error("the text still stands")
			}
			if r.Removed != "" {
				stubs++
			}
		}
	}
	if stubs == 0 {
		t.Error("no stub stands in its place")
	}
}

func consultationOf(t *testing.T, h *webtest.House, slug string) uuid.UUID {
	t.Helper()
	c, err := h.Consultations.Find(t.Context(), account.Actor{}, slug)
	if err != nil {
		t.Fatal(err)
	}
	return c.ID
}
