package participate_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"delfi/internal/ledger/leaf"
	"delfi/internal/report/schema"
	"delfi/web/webtest"
)

func at(slug, more string) string { return "/consultations/" + slug + more }

// TestRoom plays the demonstration once and lets every test walk in it.
func TestRoom(t *testing.T) {
	h := webtest.Open(t).Play(t)
	site := h.Site(t)
	t.Run("guards", func(t *testing.T) { guards(t, h) })
	t.Run("home", func(t *testing.T) { home(t, site) })
	t.Run("consultation", func(t *testing.T) { show(t, h, site) })
	t.Run("enrolment", func(t *testing.T) { enrolment(t, h, site) })
	t.Run("contributions", func(t *testing.T) { contributions(t, h, site) })
	t.Run("ballot", func(t *testing.T) { paper(t, h, site) })
	t.Run("revision", func(t *testing.T) { revision(t, h, site) })
	t.Run("result", func(t *testing.T) { result(t, site) })
	t.Run("opinion", func(t *testing.T) { opinion(t, site) })
	t.Run("kept pages", func(t *testing.T) { kept(t, site) })
	t.Run("languages", func(t *testing.T) { languages(t, site) })
	t.Run("a minority report before its publication", func(t *testing.T) { proposed(t, h, site) }) // last: it ends a consultation
}

func guards(t *testing.T, h *webtest.House) {
	anna, ivan, marta := h.Person(t, "anna"), h.Person(t, "ivan"), h.Person(t, "marta")
	stranger := map[string]webtest.Denial{"not on the panel": {Who: ivan, Status: 403}}
	staff := map[string]webtest.Denial{"the moderator": {Who: marta, Status: 403}, "not on the panel": {Who: ivan, Status: 403}}
	form := url.Values{"group": {"nowhere"}, "read": {"on"}}
	h.Guards(t, []string{"/", "/consultations", "/help"}, anna, []webtest.Route{
		webtest.Route{Method: "GET", Path: "/", Open: true},
		webtest.Route{Method: "GET", Path: at(webtest.Answering, ""), Open: true},
		webtest.Route{Method: "GET", Path: at(webtest.Announced, "/enrol"), Denied: map[string]webtest.Denial{"the moderator": {Who: marta, Status: 403}}},
		webtest.Route{Method: "POST", Path: at(webtest.Announced, "/enrol"), Form: form, Denied: map[string]webtest.Denial{"the moderator": {Who: marta, Status: 403}}},
		webtest.Route{Method: "GET", Path: at(webtest.Gathering, "/contributions"), Denied: staff},
		webtest.Route{Method: "POST", Path: at(webtest.Gathering, "/contributions"), Form: url.Values{"body": {"x"}}, Denied: staff},
		webtest.Route{Method: "GET", Path: at(webtest.Answering, "/rounds/3"), Denied: staff},
		webtest.Route{Method: "POST", Path: at(webtest.Answering, "/rounds/3"), Form: url.Values{"item": {"1"}, "answer_1": {"1"}}, Denied: staff},
		webtest.Route{Method: "GET", Path: at(webtest.Answering, "/rounds/2"), Open: true},
		webtest.Route{Method: "GET", Path: at(webtest.Announced, "/rounds/1"), Open: true, Status: 303},
		webtest.Route{Method: "GET", Path: at(webtest.Announced, "/rounds/2"), Open: true, Status: 409},
		webtest.Route{Method: "GET", Path: at(webtest.Answering, "/rounds/9"), Open: true, Status: 404},
		webtest.Route{Method: "GET", Path: at(webtest.Answering, "/rounds/02"), Open: true, Status: 404}, // a page has one address
		webtest.Route{Method: "GET", Path: at(webtest.Answering, "/rounds/+2"), Open: true, Status: 404},
		webtest.Route{Method: "GET", Path: at(webtest.Answering, "/rounds/3/receipt"), Denied: stranger},
		webtest.Route{Method: "GET", Path: at(webtest.Answering, "/rounds/3/receipt.txt"), Denied: stranger},
		webtest.Route{Method: "POST", Path: at(webtest.Answering, "/rounds/3/proof"), Form: url.Values{"understood": {"on"}}, Denied: stranger},
		// Nobody holds a code where accounts answer.
		webtest.Route{Method: "GET", Path: at(webtest.Answering, "/get-code")},
		webtest.Route{Method: "POST", Path: at(webtest.Answering, "/get-code")},
		webtest.Route{Method: "GET", Path: at(webtest.Answering, "/code"), Open: true, Status: 409},
		webtest.Route{Method: "POST", Path: at(webtest.Answering, "/code"), Form: url.Values{"code": {"x"}}, Open: true, Status: 409},
		webtest.Route{Method: "POST", Path: at(webtest.Answering, "/code/forget"), Open: true, Status: 409},
		webtest.Route{Method: "GET", Path: at(webtest.Answering, "/code/rounds/3"), Open: true, Status: 303},
		webtest.Route{Method: "POST", Path: at(webtest.Answering, "/code/rounds/3"), Form: url.Values{"item": {"1"}}, Open: true, Status: 422},
		webtest.Route{Method: "GET", Path: at(webtest.Answering, "/code/rounds/3/receipt"), Open: true, Status: 303},
		webtest.Route{Method: "GET", Path: at(webtest.Answering, "/code/rounds/3/receipt.txt"), Open: true, Status: 303},
		webtest.Route{Method: "POST", Path: at(webtest.Answering, "/code/rounds/3/proof"), Form: url.Values{"understood": {"on"}}, Open: true, Status: 422},
		webtest.Route{Method: "GET", Path: at(webtest.Published, "/opinion"), Open: true},
		webtest.Route{Method: "GET", Path: at(webtest.Answering, "/opinion"), Open: true, Status: 404},
		webtest.Route{Method: "GET", Path: at(webtest.Published, "/opinion.json"), Open: true},
		webtest.Route{Method: "GET", Path: at(webtest.Answering, "/minority"), Open: true, Status: 404},
		webtest.Route{Method: "GET", Path: at(webtest.Published, "/minority"), Open: true, Status: 303},
		webtest.Route{Method: "GET", Path: "/help/how-it-works", Open: true},
		webtest.Route{Method: "GET", Path: "/help/protection", Open: true},
		webtest.Route{Method: "GET", Path: "/help/accessibility", Open: true},
		webtest.Route{Method: "GET", Path: "/help/privacy", Open: true},
	})
}

// home: open ones, what is owed with its date, what comes, what is concluded; no
// draft, of whatever administration.
func home(t *testing.T, site *webtest.Site) {
	got := site.Stranger().Get(t, "/")
	for heading, title := range map[string]string{
		"#open": "Piazza della Pomposa", "#owed": "Strade scolastiche", "#coming": "Orari delle biblioteche", "#concluded": "Strade scolastiche",
	} {
		if section := got.Page.Find(heading).Closest("section").Text(); !strings.Contains(section, title) {
			t.Errorf("%s lacks %q", heading, title)
		}
	}
	if strings.Contains(got.Body, "Borgo") {
		t.Error("another administration's draft is on the home page")
	}
	if !strings.Contains(got.Text("#owed ~ .row"), "Risposta dovuta entro") {
		t.Errorf("the debt has no date: %q", got.Text("#owed ~ .row"))
	}
	// The card counts what the opinion's own headline counts.
	if want := site.Stranger().Get(t, at(webtest.Published, "/opinion")).Text("h1 + .dlf-lead"); !strings.HasPrefix(want, "Consenso su") || got.Text("#concluded ~ .row strong") != want {
		t.Errorf("the card says %q, the opinion %q", got.Text("#concluded ~ .row strong"), want)
	}
	empty := webtest.Open(t)
	if got := empty.Site(t).Stranger().Get(t, "/"); !strings.Contains(got.Text("main"), "Ora non c’è nulla a cui rispondere") {
		t.Error("an empty server does not say so")
	}
}

// show: the stepper, the commitment, protection with its limits, the staff, the rules
// in plain words with the share of the protocol, one act.
func show(t *testing.T, h *webtest.House, site *webtest.Site) {
	got := site.Stranger().Get(t, at(webtest.Answering, ""))
	if n := got.Count(".steppers [aria-current=step]"); n != 1 {
		t.Errorf("%d current steps", n)
	}
	for _, want := range []string{"almeno 3 persone su 4 danno da 7 a 9", "Come sono protette", "I limiti, detti chiaramente", "Marta Gibellini", "60 risposte: 100 % degli iscritti (60)", "Giro 3: revisione"} {
		if !strings.Contains(strings.Join(strings.Fields(got.Page.Find("main").Text()), " "), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	// What a panelist sees must not depend on whether they answered.
	if strings.Contains(got.Text("main"), "hai già risposto") {
		t.Error("the page tells whether somebody answered")
	}
	promise, limit := got.Page.Find("#protection").Closest("section").Find("h3"), "p"
	if promise.Length() == 0 || got.Page.Find("#protection").Closest("section").Find(limit+".dlf-small").Length() > 0 {
		t.Error("the limits are set smaller than the promise")
	}
	for slug, button := range map[string]string{webtest.Announced: "Iscriviti", webtest.Gathering: "Iscriviti", webtest.Published: "Leggi il parere"} {
		if got := site.Stranger().Get(t, at(slug, "")).Text(".dlf-hero .btn"); !strings.HasPrefix(got, button) {
			t.Errorf("%s offers %q, wants %q", slug, got, button)
		}
	}
	if got := site.As(t, h.Person(t, "marta")).Get(t, at(webtest.Answering, "")).Count(".dlf-hero .btn"); got != 0 {
		t.Error("the moderator is offered to take part")
	}
}

// enrolment: who can know what is read before; the box must be ticked; then one is on
// the panel, once; nothing typed is lost on the way.
func enrolment(t *testing.T, h *webtest.House, site *webtest.Site) {
	b := site.As(t, h.Person(t, "lucia"))
	read := b.Get(t, at(webtest.Announced, "/enrol"))
	if read.Count("main table tbody tr") != 4 || read.Text("main tbody tr:nth-child(3) td:nth-child(2)") != "sì" {
		t.Errorf("the table of who can know what is not there: %q", read.Text("main table"))
	}
	if read.Count("main a[href='/help/protection']") == 0 {
		t.Error("the page does not lead to the whole of it")
	}
	public := site.Stranger().Get(t, "/help/protection")
	if public.Count("main table tbody tr") != 5 || !strings.Contains(public.Text("main"), "promettiamo di dimenticare, non di essere ciechi") ||
		!strings.Contains(public.Text("main"), "Anche i contributi sono cifrati") || !strings.Contains(public.Text("main"), "almeno dieci") {
		t.Errorf("the public page: %q", public.Text("main table"))
	}
	group, ok := read.Page.Find("input[name=group]").Attr("value")
	if !ok {
		t.Fatal("no group")
	}
	refused := b.Post(t, at(webtest.Announced, "/enrol"), url.Values{"group": {group}})
	if refused.Status != 422 || refused.Count(".dlf-err a[href='#f-read']") != 1 || refused.Count("#f-read[aria-invalid=true]") != 1 {
		t.Errorf("without the box: %d, %q", refused.Status, refused.Text(".dlf-err"))
	}
	done := b.Post(t, at(webtest.Announced, "/enrol"), url.Values{"group": {group}, "read": {"on"}})
	if done.Status != http.StatusSeeOther || done.Location != at(webtest.Announced, "") {
		t.Errorf("enrolled: %d to %q", done.Status, done.Location)
	}
	if got := b.Get(t, done.Location); got.Text(".dlf-flash") != "Ora fai parte del panel." {
		t.Errorf("the next page says %q", got.Text(".dlf-flash"))
	}
	if again := b.Post(t, at(webtest.Announced, "/enrol"), url.Values{"group": {group}, "read": {"on"}}); again.Status != http.StatusSeeOther || again.Location != done.Location {
		t.Errorf("pressed twice: %d to %q", again.Status, again.Location)
	}
}

// enrolled is a browser of someone on the panel.
func enrolled(t *testing.T, h *webtest.House, site *webtest.Site, subject, slug string) *webtest.Browser {
	t.Helper()
	who := h.Person(t, subject)
	c, err := h.Consultations.Find(t.Context(), who, slug)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Panel.Enrol(t.Context(), who, c.ID, c.Protocol.Panel.Groups[0].ID); err != nil {
		t.Fatal(err)
	}
	return site.As(t, who)
}

// paper: nothing is chosen, a draft is kept, gaps are allowed and named, a reason too
// long comes back whole with its answer, delivery gives a receipt, and a change counts
// only when it is delivered.
func paper(t *testing.T, h *webtest.House, site *webtest.Site) {
	b := enrolled(t, h, site, "sergio", webtest.Answering)
	form := at(webtest.Answering, "/rounds/3")
	first := b.Get(t, form)
	if first.Count("input[type=radio][checked]") != 0 {
		t.Error("an answer is chosen for the reader")
	}
	if first.Header.Get("Cache-Control") != "no-store" {
		t.Error("a ballot may be kept by a cache")
	}
	if first.Count("svg.dlf-chart[role=img] > title") != 1 || first.Count("svg.dlf-chart > desc") != 1 || first.Count("details table") == 0 {
		t.Error("the group's answers lack a title, a description or their table")
	}
	if !strings.Contains(first.Text("fieldset"), "Al giro scorso non hai risposto") {
		t.Errorf("who missed the round before is not told: %q", first.Text("fieldset"))
	}
	step := func(k string, more url.Values) webtest.Response {
		more.Set("item", k)
		return b.Post(t, form, more)
	}
	if got := step("1", url.Values{"answer_1": {"7"}, "act": {"next"}}); got.Location != form+"?item=2" {
		t.Errorf("after the first: %d %q", got.Status, got.Location)
	}
	long := strings.Repeat("ù", 684)
	late := step("2", url.Values{"answer_2": {"3"}, "reason_2": {long}, "act": {"next"}})
	if late.Status != 422 || late.Page.Find("textarea[name=reason_2]").Text() != long || late.Count("input[name=answer_2][value='3'][checked]") != 1 {
		t.Errorf("a reason of 684: %d, %d characters kept", late.Status, len([]rune(late.Page.Find("textarea[name=reason_2]").Text())))
	}
	if !strings.Contains(late.Text(".dlf-field-err"), "84") || late.Count(".dlf-err a[href='#f-reason_2']") != 1 {
		t.Errorf("the error says %q", late.Text(".dlf-field-err"))
	}
	if got := step("2", url.Values{"reason_2": {"senza risposta"}, "act": {"next"}}); got.Status != 422 || got.Count(".dlf-err a[href='#f-answer_2']") != 1 {
		t.Errorf("a reason without an answer: %d", got.Status)
	}
	if got := step("2", url.Values{"answer_2": {"keep"}, "act": {"next"}}); got.Status != 422 {
		t.Errorf("keeping what never was: %d", got.Status)
	}
	sided(t, b, form)
	step("3", url.Values{"answer_3": {"ns"}, "act": {"next"}})
	// Who comes back goes on where they left: the second has no answer.
	if got := b.Get(t, form); got.Text("main h1") != "Affermazione 2 di 5" || !strings.Contains(got.Text(".dlf-sticky"), "2 fatte su 5") {
		t.Errorf("back on %q, %q", got.Text("main h1"), got.Text(".dlf-sticky"))
	}
	review := b.Get(t, form+"?review=1")
	if review.Count(".dlf-tag.given") != 2 || review.Count(".dlf-tag.blank") != 3 {
		t.Errorf("the review: %q", review.Text(".dlf-review"))
	}
	if got := b.Get(t, form+"/receipt"); got.Location != form {
		t.Errorf("a receipt of nothing: %d %q", got.Status, got.Location)
	}
	if got := b.Post(t, form, url.Values{"act": {"deliver"}, "words": {strings.Repeat("gatto ", 20)}}); got.Status != 422 || got.Count("#f-words") != 1 || !strings.Contains(got.Text("main"), "accorciale di 39") {
		t.Errorf("words that are too long: %d %q", got.Status, got.Text("main"))
	}
	if got := b.Post(t, form, url.Values{"act": {"deliver"}, "words": {"il gatto sul tetto"}, "part": {"00000000000000000000000000000007"}}); got.Location != form+"/receipt" {
		t.Fatalf("delivering: %d %q %q", got.Status, got.Location, got.Text("main"))
	}
	receipt := b.Get(t, form+"/receipt")
	mark := receipt.Text("code.dlf-mono")
	if len(strings.ReplaceAll(mark, " ", "")) != 64 || receipt.Header.Get("Cache-Control") != "no-store" || !strings.Contains(receipt.Text("main h2"), "2 risposte date, 3 lasciate in bianco") {
		t.Errorf("receipt %q, %q", mark, receipt.Text("main h2"))
	}
	proven(t, b, form, strings.ReplaceAll(mark, " ", ""))
	step("1", url.Values{"answer_1": {"none"}, "act": {"next"}})
	if got := b.Get(t, form+"/receipt"); got.Text("code.dlf-mono") != mark || !strings.Contains(got.Text(".callout-title"), "correzione non consegnata") {
		t.Error("a change that was not delivered counts, or is not told")
	}
	all := b.Get(t, form+"?all=1")
	if all.Count("fieldset.dlf-answer") != 5 {
		t.Errorf("%d statements in one page", all.Count("fieldset.dlf-answer"))
	}
	ids := map[string]bool{}
	for _, n := range all.Page.Find("[id]").Nodes {
		for _, a := range n.Attr {
			if a.Key == "id" && ids[a.Val] {
				t.Errorf("the id %q stands twice", a.Val)
			} else if a.Key == "id" {
				ids[a.Val] = true
			}
		}
	}
	if got := b.Post(t, form, url.Values{"all": {"1"}, "answer_1": {"9"}, "answer_4": {"9"}, "act": {"review"}}); got.Location != form+"?review=1" {
		t.Errorf("all in one page: %d %q", got.Status, got.Location)
	}
	if got := b.Post(t, at(webtest.Answering, "/rounds/2"), url.Values{"item": {"1"}, "answer_1": {"1"}, "reason_1": {"troppo tardi"}}); got.Status != http.StatusConflict || got.Page.Find("textarea").Text() != "troppo tardi" {
		t.Errorf("a closed round: %d, and the text %q", got.Status, got.Page.Find("textarea").Text())
	}
}

// revision: who answered the round before sees that answer marked and unselected, keeps
// it with one click, and is asked for a reason from outside the middle half alone.
func revision(t *testing.T, h *webtest.House, site *webtest.Site) {
	form := at(webtest.Answering, "/rounds/3")
	outside := 0
	for n := range 12 {
		b := site.As(t, h.Panelist(t, n))
		got := b.Get(t, form+"?item=1")
		if got.Status != 200 || got.Count("fieldset .dlf-keep") != 1 {
			t.Fatalf("panelist %d: %d, %q", n, got.Status, got.Text("fieldset"))
		}
		if got.Count("fieldset input[checked]") != 0 {
			t.Errorf("panelist %d finds an answer chosen", n)
		}
		if own := got.Count(".dlf-chart .dlf-bar-own"); own != 1 && !strings.Contains(got.Text(".dlf-keep"), "Non saprei") {
			t.Errorf("panelist %d has %d marks of their own", n, own)
		}
		warm := strings.Contains(got.Text(".dlf-hint"), "lontana dalla metà centrale")
		if told := strings.Contains(got.Text("main strong"), "sei più in"); told != warm {
			t.Errorf("panelist %d is told %v and asked %v", n, told, warm)
		}
		if warm {
			outside++
		}
		if n == 0 {
			b.Post(t, form, url.Values{"item": {"1"}, "answer_1": {"keep"}, "act": {"next"}})
			if review := b.Get(t, form+"?review=1"); review.Count(".dlf-tag.kept") != 1 {
				t.Errorf("kept: %q", review.Text(".dlf-review"))
			}
			b.Post(t, form, url.Values{"item": {"1"}, "answer_1": {"1"}, "act": {"next"}})
			if review := b.Get(t, form+"?review=1"); review.Count(".dlf-tag.changed") != 1 {
				t.Errorf("changed: %q", review.Text(".dlf-review"))
			}
		}
	}
	if outside == 12 {
		t.Error("everybody is outside the middle half")
	}
	atOnce(t, site.As(t, h.Panelist(t, 11)), form)
}

// atOnce: on the one page a whole paper is delivered without a review. What must be
// mended comes back as it was sent, and nothing is stored then.
func atOnce(t *testing.T, b *webtest.Browser, form string) {
	page := form + "?all=1"
	if got := b.Post(t, form, url.Values{"all": {"1"}, "act": {"deliver"}}); got.Status != 422 || !strings.Contains(got.Text("[role=alert]"), "almeno") {
		t.Errorf("nothing delivered: %d, %q", got.Status, got.Text("[role=alert]"))
	}
	got := b.Post(t, form, url.Values{"all": {"1"}, "answer_1": {"keep"}, "answer_2": {"12"}, "reason_2": {"perché sì"}, "act": {"deliver"}})
	if got.Status != 422 || got.Count("#f-answer_2-error") != 1 || got.Page.Find("#f-reason_2").Text() != "perché sì" || got.Count("#f-answer_1[checked]") != 1 {
		t.Errorf("a point outside the scale: %d, %q", got.Status, got.Text(".dlf-err"))
	}
	if got := b.Get(t, page); got.Count("fieldset input[checked]") != 0 {
		t.Error("what had to be mended was stored")
	}
	if got := b.Post(t, form, url.Values{"all": {"1"}, "answer_1": {"keep"}, "answer_2": {"8"}, "reason_2": {"perché sì"}, "argues_2": {"for"}, "act": {"deliver"}}); got.Location != form+"/receipt" {
		t.Fatalf("delivering at once: %d %q %q", got.Status, got.Location, got.Text("main"))
	}
	mark := b.Get(t, form+"/receipt").Text("code.dlf-mono")
	if len(strings.ReplaceAll(mark, " ", "")) != 64 {
		t.Errorf("the mark is %q", mark)
	}
	if got := b.Get(t, page); got.Count("fieldset input[checked]") != 3 || got.Count("input[name=argues_2][value=for][checked]") != 1 || got.Page.Find("#f-reason_2").Text() != "perché sì" {
		t.Errorf("%d answers stand on the paper, with the reason %q", got.Count("fieldset input[checked]"), got.Page.Find("#f-reason_2").Text())
	}
}

// result: a released round reads the same for everyone, and says that it is no sample.
func result(t *testing.T, site *webtest.Site) {
	got := site.Stranger().Get(t, at(webtest.Answering, "/rounds/2"))
	if got.Count("article.dlf-item") != 5 || got.Count("article .dlf-verdict") != 5 || got.Count("article .dlf-verdict + .dlf-why") != 5 {
		t.Errorf("%d statements, %d chips, %d sentences", got.Count("article.dlf-item"), got.Count("article .dlf-verdict"), got.Count("article .dlf-why"))
	}
	if !strings.Contains(got.Text("main"), "non è un campione") {
		t.Error("the result does not say that it is no sample")
	}
}

// opinion: piles by side that hold every statement as often as the document counts it, dissent in its own room, and the
// document as open data.
func opinion(t *testing.T, site *webtest.Site) {
	got := site.Stranger().Get(t, at(webtest.Published, "/opinion"))
	if got.Count(".dlf-pile li") != got.Count("article.dlf-item") {
		t.Errorf("the piles hold %d of %d statements", got.Count(".dlf-pile li"), got.Count("article.dlf-item"))
	}
	for _, want := range []string{"Chi la pensa diversamente", "sono state distrutte", "non è un campione", "Due poli"} {
		if !strings.Contains(got.Text("main"), want) {
			t.Errorf("the opinion does not say %q", want)
		}
	}
	// Each reason stands once on the page, beside its statement.
	seen := map[string]int{}
	got.Page.Find("article .dlf-reason").Each(func(_ int, r *goquery.Selection) {
		seen[r.Closest("article").AttrOr("id", "")+r.Find("p").Last().Text()]++
	})
	for words, n := range seen {
		if n > 1 && !strings.Contains(words, "Scritta") {
			t.Errorf("%s stands %d times", words, n)
		}
	}
	// Where all agree in favour dissent is against alone; between two poles it has both.
	if poles := got.Page.Find("article:has(.dlf-v-bipolarity)"); poles.Length() == 0 || poles.Find(".dlf-dissent > .dlf-con").Length() == 0 || poles.Find(".dlf-dissent > .dlf-pro").Length() == 0 {
		t.Errorf("two poles have no two columns: %d", poles.Length())
	}
	if got.Page.Find("article:has(.dlf-v-consensus) .dlf-dissent > .dlf-pro").Length() > 0 {
		t.Error("enthusiasts dissent from a consensus in favour")
	}
	if minority := got.Page.Find("#minority").Closest("section"); !strings.Contains(minority.Text(), "mostrata al panel dal") || minority.Find("strong:contains('di notte')").Length() != 1 {
		t.Errorf("the minority report: %q", minority.Text())
	}
	raw := site.Stranger().Get(t, at(webtest.Published, "/opinion.json"))
	if raw.Header.Get("Content-Type") != "application/json" || !json.Valid([]byte(raw.Body)) {
		t.Fatalf("opinion.json is %q", raw.Header.Get("Content-Type"))
	}
	var o schema.Opinion
	if err := json.Unmarshal([]byte(raw.Body), &o); err != nil {
		t.Fatal(err)
	}
	if o.Summary != schema.Summarize(o.Items) || o.Summary.Items() != got.Count("article.dlf-item") {
		t.Errorf("the document counts %+v", o.Summary)
	}
	for _, p := range schema.Piles {
		name := map[schema.Pile]string{schema.For: "A favore", schema.Against: "Contro", schema.Middle: "Nel mezzo", schema.Divided: "Divisi", schema.Open: "Aperte"}[p]
		if n := len(o.On(p)); n > 0 && !strings.Contains(got.Text(".dlf-pile h3"), fmt.Sprintf("%s · %d", name, n)) {
			t.Errorf("no pile is called %q and holds %d: %q", name, n, got.Text(".dlf-pile h3"))
		}
	}
}

// kept: a page that everyone sees alike has an ETag, and is not sent twice.
func kept(t *testing.T, site *webtest.Site) {
	b := site.Stranger()
	first := b.Get(t, at(webtest.Published, "/opinion"))
	r := httptest.NewRequest(http.MethodGet, "http://delfi.test"+at(webtest.Published, "/opinion"), nil)
	r.Header.Set("If-None-Match", first.Header.Get("ETag"))
	if got := b.Do(t, r); got.Status != http.StatusNotModified {
		t.Errorf("asked again: %d", got.Status)
	}
}

// key is a word of the catalogue that was not said.
var key = regexp.MustCompile(`^(consultation|ui)\.[a-z]`)

// languages: every page stands in both, and what people wrote says which it is in.
func languages(t *testing.T, site *webtest.Site) {
	for _, path := range []string{"/", at(webtest.Answering, ""), at(webtest.Published, "/opinion"), at(webtest.Answering, "/rounds/2"),
		"/help/how-it-works", "/help/protection", "/help/accessibility", "/help/privacy"} {
		for lang, prefix := range map[string]string{"it": "", "en": "/en"} {
			r := httptest.NewRequest(http.MethodGet, "http://delfi.test"+prefix+path, nil)
			r.Header.Set("Accept-Language", lang)
			got := site.Stranger().Do(t, r)
			if said, _ := got.Page.Find("html").Attr("lang"); got.Status != 200 || said != lang {
				t.Errorf("%s %s: %d in %q", lang, path, got.Status, said)
			}
			for _, word := range strings.Fields(got.Page.Find("body").Text()) {
				if key.MatchString(word) {
					t.Errorf("%s %s shows the key %q", lang, path, word)
				}
			}
			if got.Count("[style], style, script:not([src]), [onclick]") != 0 {
				t.Errorf("%s %s has inline style or script", lang, path)
			}
			if got.Count("h1") != 1 {
				t.Errorf("%s %s has %d first headings", lang, path, got.Count("h1"))
			}
		}
	}
	en := httptest.NewRequest(http.MethodGet, "http://delfi.test/en"+at(webtest.Answering, ""), nil)
	if lang, _ := site.Stranger().Do(t, en).Page.Find("main h1").Attr("lang"); lang != "it" {
		t.Errorf("an Italian title on an English page is in %q", lang)
	}
}

// proven: the signed receipt alone to keep, and the proof file only to who says
// that they understood what it shows.
func proven(t *testing.T, b *webtest.Browser, form, mark string) {
	t.Helper()
	kept := b.Get(t, form+"/receipt.txt")
	text, _, signed := strings.Cut(kept.Body, "\n\n")
	r, err := leaf.ParseReceipt(text + "\n")
	if err != nil || r.Mark != mark || r.Round != 3 || r.Size == 0 || r.Replaces != "" || !signed || !strings.Contains(kept.Body, "\n— ") {
		t.Errorf("the signed receipt: %+v, %v", r, err)
	}
	if kept.Header.Get("Cache-Control") != "no-store" || kept.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("it is sent as %v", kept.Header)
	}
	page := b.Get(t, form+"/receipt")
	if page.Count("form[action$='/proof'] input[name=understood]") != 1 || page.Count("a[href='/record/"+webtest.Answering+"/rounds/3/marks']") != 1 {
		t.Error("the receipt does not lead to the marks, or gives no proof file")
	}
	if got := b.Post(t, form+"/proof", url.Values{}); got.Status != 422 || got.Header.Get("Content-Disposition") != "" {
		t.Errorf("a proof file for who did not read the warning: %d", got.Status)
	}
	got := b.Post(t, form+"/proof", url.Values{"understood": {"on"}})
	p, err := leaf.ParseProof([]byte(got.Body))
	if err != nil || p.Mark(leaf.Of(r.Consultation, 3)) != mark || p.Part().Browser != [16]byte{15: 7} || p.Receipt != kept.Body || p.Words != "il gatto sul tetto" || len(p.Answers) != 2 {
		t.Errorf("the proof file: %+v, %v", p, err)
	}
	if got.Header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("it is sent as %v", got.Header)
	}
}
