package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"delfi/internal/login"
	"delfi/internal/login/devidp"
	"delfi/web"
	"delfi/web/access"
	webaccount "delfi/web/account"
	"delfi/web/argument"
	"delfi/web/draft"
	webdraw "delfi/web/draw"
	"delfi/web/facilitator"
	"delfi/web/invite"
	"delfi/web/library"
	"delfi/web/membership"
	"delfi/web/moderation"
	"delfi/web/oversight"
	"delfi/web/page"
	"delfi/web/participate"
	"delfi/web/participate/gather"
	"delfi/web/participate/preview"
	webpublic "delfi/web/public"
	"delfi/web/record"
	"delfi/web/rehearsal"
	"delfi/web/search"
	"delfi/web/secretary"
	"delfi/web/staff"
	"delfi/web/static"
	"delfi/web/translation"
	"delfi/web/webtest"
)

// tally is a meter that counts what it is told of answering routes and of others.
type tally struct{ answering, others, hits atomic.Int64 }

func (m *tally) Observe(_ string, answering bool, _ int, _ time.Duration) {
	if answering {
		m.answering.Add(1)
	} else {
		m.others.Add(1)
	}
}

func (m *tally) Hit(string, bool, int) { m.hits.Add(1) }

// promised is a site whose routes are tried against what their classes promise.
type promised struct {
	*testing.T
	h    *webtest.House
	site *webtest.Site
	log  *diary
	m    *tally
}

func promise(t *testing.T) *promised {
	t.Helper()
	p := &promised{T: t, h: webtest.Open(t).Play(t), log: &diary{}, m: &tally{}}
	provider := provide(t)
	client, err := login.New(login.Options{Issuer: provider.Issuer(), ClientID: devidp.ClientID, ClientSecret: provider.Secret(), RedirectURL: "http://delfi.test/sign-in/callback"})
	if err != nil {
		t.Fatal(err)
	}
	p.site = p.h.SiteWith(t, page.Options{DB: p.h.DB, Meter: p.m, Log: slog.New(slog.NewTextHandler(p.log, &slog.HandlerOptions{Level: slog.LevelDebug}))}, playing, func(_ *webtest.House, o *web.Options) { o.Account.Login, o.Health.Checks = client, nil })
	return p
}

// examples are the parameters of patterns at which an answer is 200; everything else is
// asked of the consultation whose round is open.
var examples = map[string]string{
	"/consultations/{slug}/rounds/{n}":                     "/consultations/" + webtest.Answering + "/rounds/2",
	"/consultations/{slug}/contributions":                  "/consultations/" + webtest.Answering + "/contributions",
	"/consultations/{slug}/opinion":                        "/consultations/" + webtest.Published + "/opinion",
	"/consultations/{slug}/opinion.json":                   "/consultations/" + webtest.Published + "/opinion.json",
	"/consultations/{slug}/opinion/reasons/{of}/{page}":    "/consultations/" + webtest.Published + "/opinion/reasons/1/1",
	"/consultations/{slug}/rounds/{n}/reasons/{of}/{page}": "/consultations/" + webtest.Published + "/rounds/2/reasons/1/1",
	"/record/{slug}/rounds/{n}/marks":                      "/record/" + webtest.Published + "/rounds/2/marks",
	"/record/{slug}/rounds/{n}/marks/{prefix}":             "/record/" + webtest.Published + "/rounds/2/marks/00",
	"/record/{slug}/files":                                 "/record/" + webtest.Published + "/files",
	"/record/{slug}/*":                                     "/record/" + webtest.Published + "/protocol.json",
	"/record/{slug}.zip":                                   "/record/" + webtest.Published + ".zip",
	"/record/{slug}":                                       "/record/" + webtest.Published,
	"/record/tile/8/*":                                     "/record/tile/8/0/000.p/1",
	static.Prefix + "*":                                    static.URL("css/delfi.css"),
	"/administrations/{slug}":                              "/administrations/riva",
	"/consultations/{slug}/library/{n}/{version}":          "/consultations/" + webtest.Published + "/library/1/1",
	"/desk/{slug}/start":                                   "/desk/" + webtest.Announced + "/start",
	"/desk/{slug}/done/{act}":                              "/desk/" + webtest.Answering + "/done/start",
	"/desk/{slug}/library/{n}":                             "/desk/" + webtest.Answering + "/library/1",
	"/desk/{slug}/library/{n}/{version}":                   "/desk/" + webtest.Answering + "/library/1/1",
	"/administrations/{slug}/templates":                    "/administrations/riva/templates",
	"/administrations/{slug}/desk":                         "/administrations/riva/desk",
	"/desk/{slug}/corrections/{text}":                      "/desk/" + webtest.Answering + "/corrections/title",
}

// withoutExample are routes that are read and at which nobody in the demonstration gets 200,
// with the reason. Their classes are tried on what they refuse.
var withoutExample = map[string]string{
	"/consultations/{slug}/draws/{group}":                          "no group of the demonstration is drawn",
	"/desk/{slug}/draws/{group}":                                   "as above",
	"/desk/{slug}/joining/{item}/withdraw":                         "no statement joins in the demonstration",
	"/consultations/{slug}/minority":                               "no consultation waits for its publication",
	"/consultations/{slug}/get-code":                               "no consultation is answered with codes",
	"/consultations/{slug}/code":                                   "as above",
	"/consultations/{slug}/code/forget":                            "as above",
	"/consultations/{slug}/code/rounds/{n}":                        "as above",
	"/consultations/{slug}/code/rounds/{n}/receipt":                "as above",
	"/consultations/{slug}/code/rounds/{n}/receipt.txt":            "as above",
	"/consultations/{slug}/rounds/{n}/receipt":                     "nobody has answered by hand",
	"/consultations/{slug}/rounds/{n}/receipt.txt":                 "as above",
	"/record/cosigned":                                             "nobody cosigns",
	"/sign-in":                                                     "it leads to the provider",
	"/sign-in/callback":                                            "the provider leads to it",
	"/consultations/{slug}/appeals":                                "staff may not",
	"/desk/{slug}/draft/{step}":                                    "the rules of a running consultation are fixed",
	"/desk/{slug}/minority":                                        "it goes on",
	"/desk/{slug}/announce":                                        "there is no draft of that administration",
	"/desk/{slug}/rehearsal":                                       "as above",
	"/desk/{slug}/rehearsal/{play}":                                "as above",
	"/desk/{slug}/rehearsal/{play}/rounds/{n}":                     "as above",
	"/desk/{slug}/rehearsal/{play}/rounds/{n}/form":                "as above",
	"/desk/{slug}/rehearsal/{play}/rounds/{n}/criteria":            "as above",
	"/desk/{slug}/rehearsal/{play}/opinion":                        "as above",
	"/desk/{slug}/rehearsal/{play}/rounds/{n}/reasons/{of}/{page}": "as above",
	"/desk/{slug}/rehearsal/{play}/opinion/reasons/{of}/{page}":    "as above",
	"/desk/{slug}/delete":                                          "as above",
	"/administrations/{slug}/templates/{template}/remove":          "no template is kept",
	"/desk/{slug}/resume":                                          "nothing is suspended",
	"/desk/{slug}/conclude":                                        "it is the facilitator's",
	"/desk/{slug}/publish":                                         "it goes on",
	"/desk/{slug}/rounds/{number}/open":                            "they are the facilitator's",
	"/desk/{slug}/rounds/{number}/close":                           "as above",
	"/desk/{slug}/rounds/{number}/extend":                          "as above",
	"/desk/{slug}/rounds/{number}/remind":                          "as above",
	"/desk/{slug}/rounds/{number}/release":                         "it is the moderators', of a round that is examined",
	"/desk/{slug}/items/{item}/reword":                             "as above",
	"/desk/{slug}/contributions":                                   "they are the moderators'",
	"/desk/{slug}/appeals":                                         "as above",
	"/desk/{slug}/reasons/{reason}":                                "they are the moderators'",
	"/desk/{slug}/contributions/{contribution}/remove":             "as above",
	"/desk/{slug}/library/{n}/withdraw":                            "a document is withdrawn once",
	"/desk/{slug}/draws/{group}/withdraw":                          "a draw is withdrawn once",
	"/administrations/{slug}/revoke":                               "it names a person",
	"/consultations/{slug}/invitation":                             "no group of the demonstration is entered by invitation",
	"/desk/{slug}/invitations/{group}":                             "as above",
	"/desk/{slug}/invitations/{group}/letters":                     "as above",
	"/desk/{slug}/invitations/{group}/guests/{guest}/{act}":        "as above",
	"/desk/{slug}/secretaries/{group}":                             "as above",
	"/desk/{slug}/applications/{group}":                            "as above",
	"/desk/{slug}/applications/{group}/decide":                     "as above",
	"/consultations/{slug}/membership/{group}":                     "as above",
	"/first-run": "there are administrations",
}

// path is an address of a row.
func path(r page.Route) string {
	if at, ok := examples[r.Pattern]; ok {
		return at
	}
	return strings.NewReplacer("{slug}", webtest.Answering, "{n}", "3", "{number}", "3", "{item}", uuid.NewString(),
		"{contribution}", uuid.NewString(), "{act}", uuid.NewString(), "{prefix}", "00").Replace(r.Pattern)
}

// ask sends a row's request, and returns what it left: lines of the access log, all lines,
// and counts of the meter.
func (p *promised) ask(r page.Route, b *webtest.Browser) (got webtest.Response, line, log string, answering, others int64) {
	p.Helper()
	before, a, o := p.log.String(), p.m.answering.Load(), p.m.others.Load()
	req := httptest.NewRequest(r.Method, "http://delfi.test"+path(r), nil)
	if r.Method == http.MethodPost {
		req = webtest.Form(path(r), nil)
	}
	got = b.Do(p.T, req)
	log = strings.TrimPrefix(p.log.String(), before)
	for l := range strings.Lines(log) {
		if strings.Contains(l, "msg=request ") {
			line += l
		}
	}
	return got, line, log, p.m.answering.Load() - a, p.m.others.Load() - o
}

// sessions is every session as it is stored, with the transaction that wrote it.
func (p *promised) sessions() string {
	p.Helper()
	var all string
	if err := p.h.DB.Pool().Get(&all, `SELECT coalesce(string_agg(s::text || s.xmin::text, ' ' ORDER BY s.token), '') FROM public.sessions AS s`); err != nil {
		p.Fatal(err)
	}
	return all
}

// breaches tries a row as a stranger and as somebody who signed in, and tells what of its
// promises does not hold, and which statuses came.
func (p *promised) breaches(r page.Route) (breaches []string, statuses []int) {
	p.Helper()
	wrong := func(format string, args ...any) { breaches = append(breaches, fmt.Sprintf(format, args...)) }
	giulia := p.h.Person(p.T, "giulia")
	for who, b := range map[string]*webtest.Browser{"a stranger": p.site.Stranger(), "giulia": p.site.As(p.T, giulia)} {
		signedIn := who == "giulia"
		stored := p.sessions()
		got, line, log, answering, others := p.ask(r, b)
		statuses = append(statuses, got.Status)
		written := p.sessions() != stored
		control, tag := got.Header.Get("Cache-Control"), got.Header.Get("ETag")
		if got.Status >= 500 {
			wrong("%s gets %d", who, got.Status)
		}
		switch {
		case r.Privacy.Answers():
			if log != "" {
				wrong("%s leaves a line", who)
			}
			if answering != 1 || others != 0 {
				wrong("%s is counted at once", who)
			}
		case r.Privacy == page.Asset || r.Privacy == page.Probe:
			if log != "" || answering+others != 0 {
				wrong("%s leaves a line or a count", who)
			}
		default:
			if strings.Count(line, "\n") != 1 || !strings.Contains(line, "route="+r.Pattern+" ") {
				wrong("%s leaves no line", who)
			}
			if answering != 0 || others != 1 {
				wrong("%s is not counted", who)
			}
		}
		if written && r.Privacy != page.Session {
			wrong("%s writes a session", who)
		}
		known := strings.Contains(got.Body, `action="/sign-out"`)
		switch {
		case !signedIn && known:
			wrong("a stranger is known")
		case signedIn && !known && got.Status == 200 && strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") && r.Privacy != page.AnsweringByCode:
			wrong("giulia is not known")
		case signedIn && known && slices.Contains([]page.Privacy{page.AnsweringByCode, page.Program, page.Asset, page.Probe}, r.Privacy):
			wrong("giulia's session is read")
		}
		asked := got.Status == http.StatusUnauthorized || strings.HasPrefix(got.Location, "/sign-in")
		if !signedIn && asked != (r.Privacy == page.Personal) && !r.Privacy.Answers() && r.Privacy != page.Session {
			wrong("a stranger gets %d to %q", got.Status, got.Location)
		}
		if r.Privacy == page.Program && got.Status >= 400 && got.Header.Get("Content-Type") != "application/problem+json" {
			wrong("a program is refused with %q", got.Header.Get("Content-Type"))
		}
		want := "no-store"
		if got.Status == 200 {
			switch {
			case r.Cache == page.Shared && !signedIn:
				want = "no-cache"
			case r.Cache == page.Revalidated || r.Cache == page.Spooled || r.Cache == page.Stored || r.Cache == page.Immutable && control == "public, no-cache":
				want = "public, no-cache"
			case r.Cache == page.Immutable:
				want = "public, max-age=31536000, immutable"
			}
		}
		if control != want || (tag != "") != (want != "no-store") {
			wrong("%s gets %d with %q and the tag %q, not %q", who, got.Status, control, tag, want)
		}
		if got.Status != 200 || want == "no-store" {
			continue
		}
		hits := p.m.hits.Load()
		again, _, _, _, _ := p.ask(r, p.site.Stranger())
		if again.Body != got.Body || again.Header.Get("ETag") != tag {
			wrong("it is not the same for everybody")
		}
		if fromCache := p.m.hits.Load() > hits; fromCache != (r.Cache == page.Shared) {
			wrong("from the page cache: %v", fromCache)
		}
	}
	return breaches, statuses
}

// TestEveryRouteHoldsWhatItsClassesPromise asks every route over HTTP. Signing out ends the
// session with which it is asked; each row has one of its own.
func TestEveryRouteHoldsWhatItsClassesPromise(t *testing.T) {
	t.Parallel()
	p := promise(t)
	tried := map[page.Privacy]int{}
	stored := map[page.Caching]int{}
	for _, r := range p.site.Routes {
		breaches, statuses := p.breaches(r)
		for _, b := range breaches {
			t.Errorf("%s (%s, %s): %s", r, r.Privacy, r.Cache, b)
		}
		tried[r.Privacy]++
		found := slices.Contains(statuses, 200)
		if found {
			stored[r.Cache]++
		}
		if _, none := withoutExample[r.Pattern]; r.Method == http.MethodGet && found == none {
			t.Errorf("%s: %v, and the test says that it has an example: %v", r, statuses, !none)
		}
	}
	if len(tried) != 8 || len(stored) != 6 {
		t.Errorf("tried %v, and 200 of %v", tried, stored)
	}
}

// TestARowThatSaysSomethingFalseIsFound adds rows whose handlers do something else than
// they say.
func TestARowThatSaysSomethingFalseIsFound(t *testing.T) {
	var n atomic.Int64
	text := func(q *page.Request, words string) error {
		return q.Render(200, templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
			_, err := io.WriteString(w, "<main>"+words+map[bool]string{true: `<form action="/sign-out">`}[q.Actor.SignedIn()]+"</main>")
			return err
		}))
	}
	plain := func(q *page.Request) error { return text(q, "") }
	p := promise(t)
	giulia := p.h.Person(t, "giulia")
	wrong := map[string]page.Route{
		"writes a session": page.Get("/false/1", page.Answering, page.NoStore, func(q *page.Request) error {
			if q.Actor.SignedIn() {
				if err := q.SignIn(giulia.Account); err != nil {
					return err
				}
			}
			return text(q, "")
		}),
		"not the same for everybody": page.Get("/false/2", page.Public, page.Shared, func(q *page.Request) error {
			q.W.Header().Set("Set-Cookie", "a=b") // the page cache stores none that sets one
			return text(q, fmt.Sprint(n.Add(1)))
		}),
		"leaves a line": page.Get("/false/3", page.Answering, page.NoStore, func(q *page.Request) error {
			slog.New(slog.NewTextHandler(p.log, nil)).Info("answered")
			return text(q, "")
		}),
		"a stranger gets 303": page.Get("/false/4", page.Public, page.Shared, func(q *page.Request) error { return page.SignedIn.Pass(q) }),
		"with \"no-store\"":   page.Get("/false/5", page.Program, page.Revalidated, plain),
		"with \"public": page.Get("/false/6", page.Asset, page.Immutable, page.Raw(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Cache-Control", "public")
			w.Header().Set("ETag", `"x"`)
		})),
		"a stranger is known": page.Get("/false/8", page.Public, page.NoStore, func(q *page.Request) error { return text(q, `<form action="/sign-out">`) }),
		"is not known":        page.Get("/false/9", page.Public, page.NoStore, func(q *page.Request) error { return q.Bytes(200, "text/html; charset=utf-8", []byte("<main></main>")) }),
		"gets 500":            page.Get("/false/10", page.Public, page.NoStore, func(*page.Request) error { panic("a bug") }),
	}
	p.site.Add(t, slices.Collect(func(yield func(page.Route) bool) {
		for _, r := range wrong {
			if !yield(r) {
				return
			}
		}
	})...)
	for want, r := range wrong {
		if breaches, _ := p.breaches(r); !strings.Contains(strings.Join(breaches, "\n"), want) {
			t.Errorf("%s: %q, want %q", r, breaches, want)
		}
	}
	right := page.Get("/right", page.Answering, page.Shared, plain)
	p.site.Add(t, right)
	if breaches, _ := p.breaches(right); len(breaches) > 0 {
		t.Errorf("of one that is right: %q", breaches)
	}
}

// TestEveryHandlerHasARoute: what a room can do is in the table.
func TestEveryHandlerHasARoute(t *testing.T) {
	h := webtest.Open(t)
	site := h.Site(t, playing)
	listed := map[string]int{}
	for _, r := range site.Routes {
		listed[handlerOf(r.Handler)]++
	}
	if len(site.Routes) < 90 || listed["participate.room.round"] != 2 || listed["staff.room.decide"] != 1 {
		t.Fatalf("%d routes: %v", len(site.Routes), listed)
	}
	var o web.Options
	h.Site(t, func(_ *webtest.House, options *web.Options) { o = *options })
	account, err1 := webaccount.New(o.Account)
	open, err2 := webpublic.New(o.Public)
	o.Participate.Result = open.Result
	listed[handlerOf(open.Result)]++ // through web/participate
	p, err3 := participate.New(o.Participate)
	r, err4 := record.New(o.Record)
	desk, err5 := staff.New(o.Staff)
	moderated, err6 := moderation.New(o.Moderation)
	hits, err7 := search.New(o.Search)
	docs, err8 := library.New(o.Library)
	groups, err9 := access.New(o.Access)
	draws, err10 := webdraw.New(o.Draw)
	o.Draft.Preview = preview.Of
	wizard, err11 := draft.New(o.Draft)
	o.Rehearsal.Write, o.Rehearsal.Paper = gather.Write, participate.Paper
	o.Rehearsal.Result, o.Rehearsal.Opinion = webpublic.Result, webpublic.Opinion
	o.Rehearsal.Reasons, o.Rehearsal.OpinionReasons = webpublic.Reasons, webpublic.OpinionReasons
	trial, err12 := rehearsal.New(o.Rehearsal)
	house, err13 := oversight.New(o.Oversight)
	guests, err14 := invite.New(o.Invite)
	translated, err15 := translation.New(o.Translation)
	between, err16 := facilitator.New(o.Facilitator)
	declared, err17 := membership.New(o.Membership)
	registry, err18 := secretary.New(o.Secretary)
	weighed, err19 := argument.New(o.Argument)
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7, err8, err9, err10, err11, err12, err13, err14, err15, err16, err17, err18, err19); err != nil {
		t.Fatal(err)
	}
	rooms := map[string][]any{"account": {account}, "public": {open}, "participate": {p, p.Account, p.Code}, "record": {r}, "staff": {desk}, "moderation": {moderated}, "search": {hits}, "library": {docs}, "access": {groups}, "draw": {draws}, "draft": {wizard}, "rehearsal": {trial}, "oversight": {house}, "invite": {guests}, "translation": {translated}, "facilitator": {between}, "membership": {declared}, "secretary": {registry}, "argument": {weighed}}
	found, err := filepath.Glob("*/routes.go")
	if err != nil || len(found) != len(rooms) {
		t.Errorf("the test knows %d rooms of %v: %v", len(rooms), found, err)
	}
	for _, file := range found {
		if len(rooms[filepath.Dir(file)]) == 0 {
			t.Errorf("%s: the test does not know the room", file)
		}
		for _, handlers := range rooms[filepath.Dir(file)] {
			v := reflect.ValueOf(handlers)
			for i := range v.NumField() {
				if h, ok := v.Field(i).Interface().(page.Handler); ok && listed[handlerOf(h)] == 0 {
					t.Errorf("no route leads to %T.%s", handlers, v.Type().Field(i).Name)
				}
			}
		}
	}
}

// handlerOf names the method that answers, e.g. "staff.room.announce".
func handlerOf(h page.Handler) string {
	name := runtime.FuncForPC(reflect.ValueOf(h).Pointer()).Name()
	return regexp.MustCompile(`[()*]|-fm$|^delfi/web/`).ReplaceAllString(name, "")
}
