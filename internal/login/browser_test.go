package login_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"delfi/internal/fault"
	"delfi/internal/login"
)

// callback is where providers lead back to; nothing listens there: the browser stops before.
const callback = "http://127.0.0.1:1/sign-in/callback"

// browser is a person at a provider: it keeps cookies, follows redirects up to
// the callback, and fills in forms.
type browser struct {
	t      *testing.T
	client *http.Client
	back   *url.URL // the callback it was led to
	at     *url.URL
	page   *goquery.Document
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t}
	b.client = &http.Client{Jar: jar, Timeout: 20 * time.Second, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), callback) {
			b.back = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return b
}

func (b *browser) open(address string) int { return b.do("GET", address, nil) }

// send posts the page's form with values added.
func (b *browser) send(values url.Values) int {
	b.t.Helper()
	form := b.page.Find("form").First()
	if form.Length() == 0 {
		b.t.Fatalf("no form at %s:\n%s", b.at, b.page.Text())
	}
	form.Find("input").Each(func(_ int, in *goquery.Selection) {
		name, value := in.AttrOr("name", ""), in.AttrOr("value", "")
		if name != "" && !values.Has(name) {
			values.Set(name, value)
		}
	})
	to, err := b.at.Parse(form.AttrOr("action", ""))
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do("POST", to.String(), values)
}

func (b *browser) do(method, address string, form url.Values) int {
	b.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, address, body)
	if err != nil {
		b.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	if b.page, err = goquery.NewDocumentFromReader(res.Body); err != nil {
		b.t.Fatal(err)
	}
	b.at = res.Request.URL
	return res.StatusCode
}

// query is what the provider led back with.
func (b *browser) query() url.Values {
	b.t.Helper()
	if b.back == nil {
		b.t.Fatalf("was not led back; stands at %s:\n%s", b.at, b.page.Text())
	}
	return b.back.Query()
}

func client(t *testing.T, o login.Options) *login.Client {
	t.Helper()
	o.RedirectURL = callback
	c, err := login.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// begin starts a round trip and gives the attempt and the provider's address.
func begin(t *testing.T, c *login.Client, hint string) (login.Attempt, string) {
	t.Helper()
	a, address, err := c.Begin(t.Context(), login.Ask{Hint: hint, Language: "it"})
	if err != nil {
		t.Fatal(err)
	}
	return a, address
}

// wantFault fails unless err is a fault with the code, whose cause holds why.
func wantFault(t *testing.T, err error, kind fault.Kind, code, why string) {
	t.Helper()
	if err == nil {
		t.Fatalf("was believed; want %s", code)
	}
	var f *fault.Fault
	if !asFault(err, &f) || f.Kind != kind || f.Code != code {
		t.Fatalf("got %v, want fault %s", err, code)
	}
	if f.Err != nil && !strings.Contains(f.Err.Error(), why) || f.Err == nil && why != "" {
		t.Fatalf("refused because of %v, want %q: another check stood in its way", f.Err, why)
	}
}

// wantCode fails unless err is a fault with the code.
func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var f *fault.Fault
	if !asFault(err, &f) || f.Code != code {
		t.Errorf("got %v, want fault %s", err, code)
	}
}

// numberOf gives the number that people are told of a provider that does not answer.
func numberOf(t *testing.T, err error) string {
	t.Helper()
	wantCode(t, err, "provider_down")
	var f *fault.Fault
	if !asFault(err, &f) {
		return ""
	}
	number, _ := f.Args["reference"].(string)
	return number
}
