package participate_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"delfi/internal/ledger/leaf"
	"delfi/web/webtest"
)

func at(slug, more string) string { return "/consultations/" + slug + more }

// beneath is the pattern of what stands beneath a consultation's address.
func beneath(more string) string { return "/consultations/{slug}" + more }

// TestRoom plays the demonstration once and lets every test walk in it.
func TestRoom(t *testing.T) {
	h := webtest.Open(t).Play(t)
	site := h.Site(t)
	t.Run("guards", func(t *testing.T) { guards(t, h) })
	t.Run("enrolment", func(t *testing.T) { enrolment(t, h, site) })
	t.Run("contributions", func(t *testing.T) { contributions(t, h, site) })
	t.Run("ballot", func(t *testing.T) { paper(t, h, site) })
	t.Run("revision", func(t *testing.T) { revision(t, h, site) })
}

func guards(t *testing.T, h *webtest.House) {
	anna, ivan, marta := h.Person(t, "anna"), h.Person(t, "ivan"), h.Person(t, "marta")
	stranger := map[string]webtest.Denial{"not on the panel": {Who: ivan, Status: 403}}
	staff := map[string]webtest.Denial{"the moderator": {Who: marta, Status: 403}, "not on the panel": {Who: ivan, Status: 403}}
	form := url.Values{"group": {"nowhere"}, "read": {"on"}}
	h.Guards(t, []string{beneath("/enrol"), beneath("/contributions"), beneath("/rounds"), beneath("/get-code"), beneath("/code")}, anna, []webtest.Route{
		{Method: "GET", Path: at(webtest.Announced, "/enrol"), Denied: map[string]webtest.Denial{"the moderator": {Who: marta, Status: 403}}},
		{Method: "POST", Path: at(webtest.Announced, "/enrol"), Form: form, Denied: map[string]webtest.Denial{"the moderator": {Who: marta, Status: 403}}},
		{Method: "GET", Path: at(webtest.Gathering, "/contributions"), Denied: staff},
		{Method: "POST", Path: at(webtest.Gathering, "/contributions"), Form: url.Values{"body": {"x"}}, Denied: staff},
		{Method: "GET", Path: at(webtest.Answering, "/rounds/3"), Denied: staff},
		{Method: "POST", Path: at(webtest.Answering, "/rounds/3"), Form: url.Values{"item": {"1"}, "answer_1": {"1"}}, Denied: staff},
		{Method: "GET", Path: at(webtest.Answering, "/rounds/2"), Open: true},
		{Method: "GET", Path: at(webtest.Answering, "/rounds/2/reasons/1/1"), Open: true},
		{Method: "GET", Path: at(webtest.Announced, "/rounds/1"), Open: true, Status: 303},
		{Method: "GET", Path: at(webtest.Announced, "/rounds/2"), Open: true, Status: 409},
		{Method: "GET", Path: at(webtest.Answering, "/rounds/9"), Open: true, Status: 404},
		{Method: "GET", Path: at(webtest.Answering, "/rounds/02"), Open: true, Status: 404}, // a page has one address
		{Method: "GET", Path: at(webtest.Answering, "/rounds/+2"), Open: true, Status: 404},
		{Method: "GET", Path: at(webtest.Answering, "/rounds/3/receipt"), Denied: stranger},
		{Method: "GET", Path: at(webtest.Answering, "/rounds/3/receipt.txt"), Denied: stranger},
		{Method: "POST", Path: at(webtest.Answering, "/rounds/3/proof"), Form: url.Values{"understood": {"on"}}, Denied: stranger},
		// Nobody holds a code where accounts answer.
		{Method: "GET", Path: at(webtest.Answering, "/get-code")},
		{Method: "POST", Path: at(webtest.Answering, "/get-code")},
		{Method: "GET", Path: at(webtest.Answering, "/code"), Open: true, Status: 409},
		{Method: "POST", Path: at(webtest.Answering, "/code"), Form: url.Values{"code": {"x"}}, Open: true, Status: 409},
		{Method: "GET", Path: at(webtest.Answering, "/code/forget"), Open: true, Status: 409},
		{Method: "POST", Path: at(webtest.Answering, "/code/forget"), Open: true, Status: 409},
		{Method: "GET", Path: at(webtest.Answering, "/code/rounds/3"), Open: true, Status: 303},
		{Method: "POST", Path: at(webtest.Answering, "/code/rounds/3"), Form: url.Values{"item": {"1"}}, Open: true, Status: 422},
		{Method: "GET", Path: at(webtest.Answering, "/code/rounds/3/receipt"), Open: true, Status: 303},
		{Method: "GET", Path: at(webtest.Answering, "/code/rounds/3/receipt.txt"), Open: true, Status: 303},
		{Method: "POST", Path: at(webtest.Answering, "/code/rounds/3/proof"), Form: url.Values{"understood": {"on"}}, Open: true, Status: 422},
	})
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
	length := told(t, b, webtest.Answering, "Non hai ancora risposto.", 0)
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
	told(t, b, webtest.Answering, "Bozza.", length)
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
	told(t, b, webtest.Answering, "Consegnata.", length)
	step("1", url.Values{"answer_1": {"none"}, "act": {"next"}})
	if got := b.Get(t, form+"/receipt"); got.Text("code.dlf-mono") != mark || !strings.Contains(got.Text(".callout-title"), "correzione non consegnata") {
		t.Error("a change that was not delivered counts, or is not told")
	}
	told(t, b, webtest.Answering, "Consegnata, con una correzione in bozza.", length)
	lacking(t, h, b)
	for who, other := range map[string]*webtest.Browser{"a stranger": site.Stranger(), "the moderator": site.As(t, h.Person(t, "marta"))} {
		for _, page := range []string{"/", at(webtest.Answering, "")} {
			if got := other.Get(t, page); got.Count(".dlf-own") != 0 {
				t.Errorf("%s reads on %s %q", who, page, got.Text(".dlf-own"))
			}
		}
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

// told reads on home and on a consultation's page how far the reader's ballot is: folded, in
// pages that are as long as in any other state (a length of 0 has none to be like), have no
// ETag and are stored by nobody. It returns their length.
func told(t *testing.T, b *webtest.Browser, slug, want string, length int) int {
	t.Helper()
	all := 0
	for _, page := range []string{"/", at(slug, "")} {
		got := b.Get(t, page)
		if words := got.Text("details.dlf-own:not([open]) strong"); words != want {
			t.Errorf("%s says %q, wants %q", page, words, want)
		}
		// A proxy that compresses would give each state a length of its own.
		if got.Header.Get("ETag") != "" || got.Header.Get("Cache-Control") != "no-store, no-transform" {
			t.Errorf("%s may be stored: ETag %q, %q", page, got.Header.Get("ETag"), got.Header.Get("Cache-Control"))
		}
		all += len(got.Body)
	}
	if length != 0 && all != length {
		t.Errorf("%q makes the pages %d bytes long, others %d", want, all, length)
	}
	return all
}

// lacking reads the pages that tell a ballot's state on a server that lacks the key of the
// consultation: they stand, and tell nothing of it.
func lacking(t *testing.T, h *webtest.House, b *webtest.Browser) {
	t.Helper()
	keys, err := filepath.Glob(filepath.Join(h.Folder, "panel-*.key"))
	if err != nil || len(keys) == 0 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	for _, key := range keys {
		if err := os.Rename(key, key+".away"); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := os.Rename(key+".away", key); err != nil {
				t.Fatal(err)
			}
		}()
	}
	for _, page := range []string{"/", at(webtest.Answering, "")} {
		if got := b.Get(t, page); got.Status != http.StatusOK || got.Count(".dlf-own") != 0 {
			t.Errorf("without a key %s is %d %q", page, got.Status, got.Text(".dlf-own"))
		}
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
			whyChange(t, b, form)
		}
	}
	if outside == 12 {
		t.Error("everybody is outside the middle half")
	}
	atOnce(t, site.As(t, h.Panelist(t, 11)), form)
}

// whyChange: who answers in another class than in the round before is asked why, in the field
// for reasons and on the review, until they say it or answer in the same class again.
func whyChange(t *testing.T, b *webtest.Browser, form string) {
	t.Helper()
	was, err := strconv.Atoi(b.Get(t, form+"?item=1").Page.Find("fieldset .dlf-opt.was input").AttrOr("value", ""))
	if err != nil {
		t.Fatal(err)
	}
	class := (was - 1) / 3 // of thirds
	asked := func(value int, reason string) (label, review int) {
		t.Helper()
		if got := b.Post(t, form, url.Values{"item": {"1"}, "answer_1": {strconv.Itoa(value)}, "reason_1": {reason}, "act": {"next"}}); got.Status != http.StatusSeeOther {
			t.Fatalf("%d: %d %q", value, got.Status, got.Text("main"))
		}
		return strings.Count(b.Get(t, form+"?item=1").Text("label[for=f-reason_1]"), "Perché cambi?"), b.Get(t, form+"?review=1").Count(".dlf-review a[href$='#f-reason_1']")
	}
	other, same := 3*((class+1)%3)+2, 3*class+1+was%3
	if label, review := asked(other, ""); label != 1 || review != 1 {
		t.Errorf("from %d to %d: asked in %d fields, on %d lines of the review", was, other, label, review)
	}
	if label, review := asked(other, "Mi hanno convinto."); label != 1 || review != 0 {
		t.Errorf("with a reason: asked in %d fields, on %d lines of the review", label, review)
	}
	if label, review := asked(same, ""); label != 0 || review != 0 {
		t.Errorf("from %d to %d, in one class: asked in %d fields, on %d lines of the review", was, same, label, review)
	}
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
	if page.Count("form[action$='/proof'] input[name=understood]") != 1 || page.Count("a[href='/record/"+webtest.Answering+"/rounds/3/marks']") != 0 {
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

// sided: who writes a reason may say which side it argues; nothing is chosen for them,
// the draft keeps it, the review shows it with the words, and it can be taken back.
func sided(t *testing.T, b *webtest.Browser, form string) {
	t.Helper()
	page := form + "?item=1"
	if got := b.Get(t, page); got.Count("input[name=argues_1]") != 3 || got.Count("input[name=argues_1][checked]") != 0 {
		t.Errorf("%d sides, %d chosen", got.Count("input[name=argues_1]"), got.Count("input[name=argues_1][checked]"))
	}
	send := func(side string) webtest.Response {
		return b.Post(t, form, url.Values{"item": {"1"}, "answer_1": {"7"}, "reason_1": {"C’è poca ombra"}, "argues_1": {side}, "act": {"next"}})
	}
	if got := send("middle"); got.Status != 422 || got.Count(".dlf-err a[href='#f-argues_1']") != 1 || got.Page.Find("#f-reason_1").Text() != "C’è poca ombra" {
		t.Errorf("a side that nobody may say: %d", got.Status)
	}
	if got := send("neither"); got.Status != 303 {
		t.Fatalf("neither: %d", got.Status)
	}
	if got := b.Get(t, page); got.Count("input[name=argues_1][value=neither][checked]") != 1 || got.Count("input[name=argues_1]") != 4 {
		t.Error("the draft forgets the side, or it cannot be taken back")
	}
	if got := b.Get(t, form+"?review=1").Text(".dlf-review"); !strings.Contains(got, "«C’è poca ombra»") || !strings.Contains(got, "Questa ragione è né l’una né l’altra") {
		t.Errorf("the review: %q", got)
	}
	send("")
	if got := b.Get(t, page); got.Count("input[name=argues_1][checked]") != 0 || got.Page.Find("#f-reason_1").Text() != "C’è poca ombra" {
		t.Error("the side was not taken back, or the words with it")
	}
}
