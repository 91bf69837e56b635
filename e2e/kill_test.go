package e2e

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	_ "github.com/lib/pq"

	"delfi/internal/login/devidp"
	"delfi/internal/postgres/private"
)

const (
	killed      = "/consultations/piazza-della-pomposa" // its second answer round is open
	killedRound = killed + "/rounds/3"
	statements  = 5
	writers     = 64
)

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

// Two kills of server and Postgres at random instants, while 64 people deliver
// ballots: every acknowledged ballot is there, none is there twice, and the mark
// that a person was shown is the one that they find after signing in again.
func TestKillLosesNoAcknowledgedBallot(t *testing.T) {
	dir := data(t)
	// The demonstration comes with the built-in provider; 64 people need their own.
	serve(t, dir, "--demo").stop(t)
	people := make([]devidp.Person, writers)
	for i := range people {
		s := fmt.Sprintf("voter-%d", i)
		people[i] = devidp.Person{Subject: s, Name: "Persona " + s, Email: s + "@posta.example", Municipality: "Riva d’Arno"}
	}
	idp, err := devidp.New(people).Start(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	again := func() *site {
		s := serve(t, dir, "--oidc-issuer="+idp.Issuer(), "--oidc-client-id="+devidp.ClientID, "--oidc-client-secret="+idp.Secret(), "--forwarded")
		idp.Allow(s.URL + "/sign-in/callback")
		return s
	}
	s := again()
	before := ballots(t, dir)
	voters := make([]*voter, writers)
	each(voters, func(i int) {
		voters[i] = &voter{name: people[i].Subject, address: fmt.Sprintf("10.0.0.%d", i+1)}
		voters[i].enter(t, s)
		voters[i].post(t, killed+"/enrol", url.Values{"group": {"panel"}, "read": {"on"}})
	})
	for kill := range 2 {
		var acknowledged atomic.Int64
		writing, halt := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for _, v := range voters {
			all.Go(func() { v.write(t, writing, &acknowledged) })
		}
		// However slow the machine: some have delivered, many are at it.
		for began := time.Now(); acknowledged.Load() < writers/4 && time.Since(began) < time.Minute; {
			time.Sleep(5 * time.Millisecond)
		}
		time.Sleep(rand.N(1500 * time.Millisecond))
		pg := postmaster(t, dir)
		if err := errors.Join(s.cmd.Process.Kill(), syscall.Kill(pg, syscall.SIGKILL)); err != nil {
			t.Fatal(err)
		}
		halt()
		all.Wait()
		gone(t, s.cmd.Process.Pid)
		gone(t, pg)

		s = again()
		stored, least, most := ballots(t, dir)-before, 0, 0
		for _, v := range voters {
			if v.given > 0 {
				least++
			}
			if v.given > 0 || v.sent != nil {
				most++
			}
		}
		if least == 0 {
			t.Fatalf("kill %d came before anybody had delivered", kill)
		}
		if stored < least || stored > most {
			t.Errorf("kill %d: %d ballots are stored; %d people were told so, %d had sent one", kill, stored, least, most)
		}
		each(voters, func(i int) {
			voters[i].enter(t, s)
			voters[i].compare(t, kill)
		})
	}
}

func each(voters []*voter, do func(i int)) {
	var all sync.WaitGroup
	for i := range voters {
		all.Go(func() { do(i) })
	}
	all.Wait()
}

// ballots counts the delivered ballots of every open round, and fails when a
// person has two in one.
func ballots(t *testing.T, dir string) int {
	t.Helper()
	cluster, err := private.Start(t.Context(), private.Config{Data: dir, Borrow: true})
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("postgres", cluster.URL(private.Database))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var all, different int
	err = db.QueryRowContext(t.Context(), `
		SELECT count(*), count(DISTINCT (b.round, b.panelist))
		FROM panel.ballot AS b
		WHERE b.sealed IS NOT NULL AND b.round IN (SELECT id FROM civic.round WHERE state = 'open')`).Scan(&all, &different)
	if err != nil || all != different {
		t.Fatalf("%d ballots of %d people: %v", all, different, err)
	}
	return all
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
		if next.URL.Path == killedRound+"/receipt" && v.sent != nil && !v.told {
			v.told = true
			v.given++
		}
		return nil
	}
	if _, err := v.ask(t.Context(), http.MethodGet, "/sign-in?as="+v.name+"&next=/", nil); err != nil {
		t.Errorf("%s does not get in: %v", v.name, err)
	}
}

// ask sends one request, follows where it leads, and gives the page.
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
		err = fmt.Errorf("%s %s: %s: %s", method, path, w.Status, page.Find("main h1").Text())
	}
	return page, err
}

func (v *voter) post(t *testing.T, path string, form url.Values) {
	if _, err := v.ask(t.Context(), http.MethodPost, path, form); err != nil {
		t.Error(err)
	}
}

// write delivers one ballot after the other until the server is gone. Before the
// kill nothing may fail.
func (v *voter) write(t *testing.T, ctx context.Context, acknowledged *atomic.Int64) {
	for n := 0; ; n++ {
		values := make([]string, statements)
		form := url.Values{"all": {"1"}, "act": {"review"}}
		for k := range values {
			values[k] = fmt.Sprint(1 + rand.IntN(9))
			form.Set(fmt.Sprintf("answer_%d", k+1), values[k])
		}
		if _, err := v.ask(ctx, http.MethodPost, killedRound, form); err != nil {
			v.ended(t, ctx, err)
			return
		}
		v.sent, v.told = values, false
		page, err := v.ask(ctx, http.MethodPost, killedRound, url.Values{"act": {"deliver"}})
		if err != nil {
			v.ended(t, ctx, err)
			return
		}
		// The delivery led to the receipt: it was acknowledged, and its mark is read.
		mark := markOn(page)
		if mark == "" || mark == v.mark && !same(values, v.values) {
			t.Errorf("%s delivered and was shown the mark %q after %q", v.name, mark, v.mark)
		}
		v.mark, v.values, v.sent, v.told = mark, values, nil, false
		acknowledged.Add(1)
	}
}

// ended tells a connection that the kill cut from an answer that should not be.
func (v *voter) ended(t *testing.T, ctx context.Context, err error) {
	var cut *url.Error
	if ctx.Err() == nil && !errors.As(err, &cut) && !errors.Is(err, io.ErrUnexpectedEOF) && !strings.Contains(err.Error(), "503") {
		t.Errorf("%s: %v", v.name, err)
	}
}

// compare looks at the receipt after the kill: the mark that was shown before, or,
// when another delivery was under way, that one's, whole.
func (v *voter) compare(t *testing.T, kill int) {
	page, err := v.ask(t.Context(), http.MethodGet, killedRound+"/receipt", nil)
	if err != nil {
		t.Errorf("kill %d, %s: %v", kill, v.name, err)
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
		t.Errorf("kill %d: %s was shown the mark %q (acknowledged since: %v) and finds %q", kill, v.name, v.mark, v.told, mark)
	}
	v.sent, v.told = nil, false
	if v.mark == "" || page.Find("main .callout").Length() > 0 {
		return // nothing was delivered, or a later draft lies over it
	}
	paper, err := v.ask(t.Context(), http.MethodGet, killedRound+"?all=1", nil)
	if err != nil {
		t.Errorf("kill %d, %s: %v", kill, v.name, err)
		return
	}
	for k, want := range v.values {
		got, _ := paper.Find(fmt.Sprintf("input[name=answer_%d][checked]", k+1)).Attr("value")
		if got != want {
			t.Errorf("kill %d: %s delivered %s for statement %d and finds %q", kill, v.name, want, k+1, got)
		}
	}
}

// markOn is the mark on a receipt; "" on any other page.
func markOn(page *goquery.Document) string {
	return strings.Join(strings.Fields(page.Find("main .dlf-card code.dlf-mono").First().Text()), "")
}

func same(a, b []string) bool { return strings.Join(a, " ") == strings.Join(b, " ") }
