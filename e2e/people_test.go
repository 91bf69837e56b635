package e2e

import (
	"context"
	crand "crypto/rand"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"delfi/internal/login/devidp"
)

const (
	busy       = "/consultations/piazza-della-pomposa" // its second answer round is open
	busyRound  = busy + "/rounds/3"
	statements = 5
)

// town is the demonstration with an identity provider of the tests' own, which knows
// more people than the demonstration's.
type town struct {
	provider *devidp.Provider
	voters   []*voter
}

// played is the demonstration as it lies in a folder, played once for all tests, and
// the provider, which lives as long: its address is part of who people are.
var played struct {
	data     string
	provider *devidp.Provider
}

// inhabitants is how many people there are beside the demonstration's own.
const inhabitants = 64

// found gives a copy of the played demonstration in a folder, and so many voters.
func found(t *testing.T, dir string, voters int) *town {
	t.Helper()
	if played.provider == nil {
		play(t)
	}
	if out, err := exec.Command("cp", "-a", played.data+"/.", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	c := &town{provider: played.provider}
	for i := range voters {
		c.voters = append(c.voters, &voter{name: subject(i), address: fmt.Sprintf("10.0.0.%d", i+1)})
	}
	return c
}

func subject(i int) string { return fmt.Sprintf("voter-%d", i) }

// play plays it, with a server that ends again. Its staff are known to the tests'
// provider too: it stands where the built-in one stood.
func play(t *testing.T) {
	t.Helper()
	people := devidp.Demonstration()
	for i := range inhabitants {
		people = append(people, devidp.Person{Subject: subject(i), Name: "Persona " + subject(i), Email: subject(i) + "@posta.example", Municipality: "Riva d’Arno"})
	}
	open := func(at string) *devidp.Provider {
		p, err := devidp.New(people).Start(context.Background(), at)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	first := open("127.0.0.1:0")
	at := strings.TrimPrefix(first.Issuer(), "http://")
	var err error
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if played.data, err = os.MkdirTemp("", "delfi-played-"); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(played.data, 0o711); err != nil {
		t.Fatal(err)
	}
	serve(t, played.data, "--demo", "--provider-listen="+at).stop(t)
	played.provider = open(at)
}

// flags tell a server of the town's provider, and that a proxy says who asks.
func (c *town) flags(t *testing.T) []string {
	t.Helper()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(c.provider.Secret()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"--oidc-issuer=" + c.provider.Issuer(), "--oidc-client-id=" + devidp.ClientID, "--oidc-client-secret-file=" + secret, "--forwarded=127.0.0.1"}
}

// serve starts a server for the town.
func (c *town) serve(t *testing.T, dir string, args ...string) *site {
	t.Helper()
	s := serve(t, dir, append(c.flags(t), args...)...)
	c.provider.Allow(s.URL + "/sign-in/callback")
	return s
}

// enrol signs everybody in and makes them panelists of the open round.
func (c *town) enrol(t *testing.T, s *site) {
	t.Helper()
	each(c.voters, func(v *voter) {
		v.enter(t, s)
		v.post(t, busy+"/enrol", url.Values{"group": {"panel"}, "read": {"on"}})
	})
}

func each(voters []*voter, do func(v *voter)) {
	var all sync.WaitGroup
	for _, v := range voters {
		all.Go(func() { do(v) })
	}
	all.Wait()
}

// voter is one person with a browser, who answers again and again.
type voter struct {
	name    string
	address string // a library has one for all; here each has their own
	site    *site
	browser *http.Client

	// What this person was told, and what was under way when the server died.
	mark   string   // of the last page that showed one
	values []string // delivered with it
	given  int      // deliveries that were acknowledged
	sent   []string // values of a delivery whose mark was not read; nil when there is none
	told   bool     // it was acknowledged: the answer led to the receipt
}

// enter signs the person in, with a new browser.
func (v *voter) enter(t *testing.T, s *site) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Error(err)
		return
	}
	v.site, v.browser = s, &http.Client{Jar: jar, Timeout: 20 * time.Second}
	v.browser.CheckRedirect = func(next *http.Request, _ []*http.Request) error {
		if next.URL.Path == busyRound+"/receipt" && v.sent != nil && !v.told {
			v.told = true
			v.given++
		}
		return nil
	}
	if _, err := v.ask(t.Context(), http.MethodGet, "/sign-in?as="+v.name+"&next=/", nil); err != nil {
		t.Errorf("%s does not get in: %v", v.name, err)
	}
}

// refusal is an answer that is no page that was asked for.
type refusal struct {
	asked  string
	status int
	header http.Header
	page   *goquery.Document
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%s: %d: %s", r.asked, r.status, r.page.Find("main h1").Text())
}

// ask sends one request, follows where it leads, and gives the page; a *refusal for
// one with another status than 200.
func (v *voter) ask(ctx context.Context, method, path string, form url.Values) (*goquery.Document, error) {
	r, err := http.NewRequestWithContext(ctx, method, v.site.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("X-Forwarded-For", v.address)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w, err := v.browser.Do(r)
	if err != nil {
		return nil, err
	}
	defer w.Body.Close()
	page, err := goquery.NewDocumentFromReader(w.Body)
	if err == nil && w.StatusCode != http.StatusOK {
		err = &refusal{method + " " + path, w.StatusCode, w.Header, page}
	}
	return page, err
}

func (v *voter) post(t *testing.T, path string, form url.Values) {
	if _, err := v.ask(t.Context(), http.MethodPost, path, form); err != nil {
		t.Error(err)
	}
}

// paper answers every statement at random, for an act.
func paper(act string) url.Values {
	form := url.Values{"all": {"1"}, "act": {act}}
	for k := range statements {
		form.Set(answer(k), fmt.Sprint(1+rand.IntN(9)))
	}
	return form
}

// answer is the field of a statement, from 0.
func answer(k int) string { return fmt.Sprintf("answer_%d", k+1) }

// drawn is what the page's script would draw for one sending.
func drawn() string {
	b := make([]byte, 16)
	_, _ = crand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// deliver answers every statement anew and reads the mark.
func (v *voter) deliver(t *testing.T, ctx context.Context) error {
	form := paper("review")
	values := make([]string, statements)
	for k := range values {
		values[k] = form.Get(answer(k))
	}
	if _, err := v.ask(ctx, http.MethodPost, busyRound, form); err != nil {
		return err
	}
	v.sent, v.told = values, false
	page, err := v.ask(ctx, http.MethodPost, busyRound, url.Values{"act": {"deliver"}, "part": {drawn()}})
	if err != nil {
		return err
	}
	// The delivery led to the receipt: it was acknowledged, and its mark is read.
	mark := markOn(page)
	if mark == "" || mark == v.mark && !same(values, v.values) {
		t.Errorf("%s delivered and was shown the mark %q after %q", v.name, mark, v.mark)
	}
	v.mark, v.values, v.sent, v.told = mark, values, nil, false
	return nil
}

// compare looks at the receipt again: the mark that was shown before, or, when
// another delivery was under way, that one's, whole. After tells what happened.
func (v *voter) compare(t *testing.T, after string) {
	page, err := v.ask(t.Context(), http.MethodGet, busyRound+"/receipt", nil)
	if err != nil {
		t.Errorf("after %s, %s: %v", after, v.name, err)
		return
	}
	mark := markOn(page)
	switch {
	case mark == v.mark && (!v.told || same(v.sent, v.values)):
	case mark != "" && mark != v.mark && v.sent != nil:
		// The delivery under way was stored, acknowledged or not.
		if !v.told {
			v.given++
		}
		v.mark, v.values = mark, v.sent
	default:
		t.Errorf("after %s: %s was shown the mark %q (acknowledged since: %v) and finds %q", after, v.name, v.mark, v.told, mark)
	}
	v.sent, v.told = nil, false
	if v.mark == "" || page.Find("main .callout").Length() > 0 {
		return // nothing was delivered, or a later draft lies over it
	}
	form, err := v.ask(t.Context(), http.MethodGet, busyRound+"?all=1", nil)
	if err != nil {
		t.Errorf("after %s, %s: %v", after, v.name, err)
		return
	}
	for k, want := range v.values {
		got, _ := form.Find(fmt.Sprintf("input[name=%s][checked]", answer(k))).Attr("value")
		if got != want {
			t.Errorf("after %s: %s delivered %s for statement %d and finds %q", after, v.name, want, k+1, got)
		}
	}
}

// markOn is the mark on a receipt; "" on any other page.
func markOn(page *goquery.Document) string {
	return strings.Join(strings.Fields(page.Find("main .dlf-card code.dlf-mono").First().Text()), "")
}

func same(a, b []string) bool { return strings.Join(a, " ") == strings.Join(b, " ") }
