package page

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
)

// TestTheSwitchOfAnAnsweredForm is a button of the form, by which nothing is done and
// nothing that was typed is lost, in either direction; a form that has no place on its
// page any more is shown to be copied.
func TestTheSwitchOfAnAnsweredForm(t *testing.T) {
	h := newHouse(t, Options{})
	done := 0
	form := func(q *Request, value string) templ.Component {
		other := map[string]string{"it": "en", "en": "it"}[q.Lang]
		return text("%s", `<header><a class="`+SwitchClass+`" lang="`+other+`" href="`+q.Switch(other)+`">switch</a></header>
			<main><form method="post" action="`+q.URL("/idea")+`"><input type="hidden" name="id" value="1"><textarea name="words">`+value+`</textarea></form></main>`)
	}
	h.serve(Get("/idea", Public, Shared, func(q *Request) error { return q.Render(200, form(q, "old "+q.Query("n"))) }))
	h.serve(Post("/idea", Public, func(q *Request) error {
		f, err := q.Form()
		if err != nil {
			return err
		}
		if f.Value("words") == "good" {
			done++
			return q.Redirect("/idea")
		}
		q.StandsAt("/idea?n=7")
		return q.Render(422, form(q, "refused"))
	}))
	h.serve(Post("/idea/late", Public, func(q *Request) error {
		return q.Render(409, text("%s", "<header><a class=\"dlf-switch\" lang=\"en\">x</a></header><main>late</main>"))
	}))
	// Before anything was sent: what is typed by then goes along.
	got := h.get("/en/idea?n=7", func(*http.Request) {})
	page := parsed(t, got)
	if button := page.Find("button." + SwitchClass); button.AttrOr("formaction", "") != "/idea?at=%2Fidea%3Fn%3D7" || button.AttrOr("formmethod", "") != "post" || page.Find("form#"+button.AttrOr("form", "?")+" textarea").Text() != "old 7" {
		t.Errorf("read: %s", got.Body)
	}
	got = h.post("/idea", url.Values{"id": {"1"}, "words": {"mine"}})
	page = parsed(t, got)
	button := page.Find("button." + SwitchClass)
	if to := button.AttrOr("formaction", ""); got.Code != 422 || to != "/en/idea?at=%2Fidea%3Fn%3D7" || page.Find("a."+SwitchClass).Length() != 0 ||
		page.Find("form#"+button.AttrOr("form", "?")+" textarea").Text() != "refused" {
		t.Fatalf("%d %s", got.Code, got.Body)
	}
	// What is sent by the button could be stored by now: it is not.
	got = h.post("/en/idea?at=%2Fidea%3Fn%3D7", url.Values{"id": {"1"}, "words": {"good"}, button.AttrOr("name", ""): {"en"}})
	page = parsed(t, got)
	if got.Code != 200 || done != 0 || page.Find("textarea[name=words]").Text() != "good" || page.Find("button."+SwitchClass).AttrOr("formaction", "") != "/idea?at=%2Fidea%3Fn%3D7" ||
		!strings.Contains(page.Find("[role=status]").Text(), "in English") || got.Header().Get("Cache-Control") != "no-store" || !strings.Contains(strings.Join(got.Header().Values("Set-Cookie"), ""), "delfi_lang=en") {
		t.Errorf("%d, done %d: %s", got.Code, done, got.Body)
	}
	// Where the page has no form for it, the words stay with the button, then to be copied.
	got = h.post("/idea/late", url.Values{"sentence": {"long thoughts"}})
	page = parsed(t, got)
	if page.Find("form#"+page.Find("button."+SwitchClass).AttrOr("form", "?")+"[hidden] input[name=sentence]").AttrOr("value", "") != "long thoughts" {
		t.Errorf("late: %s", got.Body)
	}
	got = h.post("/en/idea/late?at=%2Fidea", url.Values{"sentence": {"long thoughts"}, "in_language": {"en"}})
	if page = parsed(t, got); !strings.Contains(page.Find("textarea[readonly]").Text(), "long thoughts") {
		t.Errorf("late, in English: %s", got.Body)
	}
	// An address of another site is none.
	got = h.post("/en/idea?at=https%3A%2F%2Fevil.example%2F", url.Values{"words": {"good"}, "in_language": {"en"}})
	if done != 0 || strings.Contains(got.Body.String(), "evil") {
		t.Errorf("another site: %d %s", got.Code, got.Body)
	}
}

// TestTheSwitchReadsPagesAlone: an address under "at" that is a download's, or a page's
// without end, is not held in memory, and a stranger may name any.
func TestTheSwitchReadsPagesAlone(t *testing.T) {
	h := newHouse(t, Options{})
	const most = 1 << 30
	written := 0
	endless := func(kind string) Handler {
		return func(q *Request) error {
			q.W.Header().Set("Content-Type", kind)
			for written = 0; written < most; {
				n, err := q.W.Write(make([]byte, 1<<16))
				written += n
				if err != nil {
					return err
				}
			}
			return nil
		}
	}
	h.serve(Get("/", Public, Shared, func(q *Request) error { return q.Render(200, text("%s", "<main>home</main>")) }))
	h.serve(Get("/record.zip", Public, Shared, endless("application/zip")))
	h.serve(Get("/entries", Public, Shared, endless("text/plain; charset=utf-8")))
	h.serve(Get("/long", Public, Shared, endless("text/html; charset=utf-8")))
	h.serve(Post("/idea", Public, func(q *Request) error { return q.Redirect("/") }))
	for at, bound := range map[string]int{"/record.zip": 0, "/entries": 0, "/long": answeredMost} {
		got := h.post("/en/idea?at="+url.QueryEscape(at), url.Values{"words": {"mine"}, "in_language": {"en"}})
		if page := parsed(t, got); got.Code != 200 || written > bound || !strings.Contains(page.Find("main").Text(), "home") || page.Find("textarea[readonly]").Text() == "" {
			t.Errorf("%s: %d, %d bytes were read: %s", at, got.Code, written, got.Body)
		}
	}
}

func parsed(t *testing.T, w *httptest.ResponseRecorder) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
