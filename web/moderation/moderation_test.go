package moderation_test

import (
	"context"
	"encoding/csv"
	"errors"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation/contribution"
	"delfi/internal/moderation"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
	"delfi/internal/space"
	"delfi/web/webtest"
)

func at(slug, more string) string { return "/consultations/" + slug + more }

// town is the demonstration with its gather round closed, and a clock that the test moves.
type town struct {
	*testing.T
	h     *webtest.House
	site  *webtest.Site
	now   *atomic.Int64
	id    uuid.UUID
	space uuid.UUID
}

func newTown(t *testing.T) town {
	t.Helper()
	w := town{T: t, now: &atomic.Int64{}}
	w.now.Store(time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC).Unix())
	w.h = webtest.Open(t, postgres.WithClock(func() time.Time { return time.Unix(w.now.Load(), 0).UTC() })).Play(t)
	w.site = w.h.Site(t)
	w.ok(w.h.Consultations.CloseRound(t.Context(), w.h.Person(t, "paolo"), webtest.Gathering, 1, "Basta."))
	w.ok(w.h.Jobs.Drain(t.Context()))
	c, err := w.h.Consultations.Find(t.Context(), w.h.Person(t, "marta"), webtest.Gathering)
	w.ok(err)
	w.id, w.space = c.ID, c.Space
	return w
}

func (w town) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w town) days(n int) { w.now.Add(int64(n) * 24 * 3600) }

// writer is one of the panel who wrote, with their alias and what they wrote.
type writer struct {
	actor account.Actor
	alias pseudonym.Alias
	id    uuid.UUID
}

// writers gives people who wrote one thing each.
func (w town) writers(n int) []writer {
	w.Helper()
	var out []writer
	for i := 0; len(out) < n && i < 80; i++ {
		actor := w.h.Panelist(w.T, i)
		alias, err := w.h.Panel.Alias(w.Context(), actor, w.id)
		if err != nil {
			continue // not enrolled here
		}
		own, err := w.h.Contributions.Own(w.Context(), alias, w.id)
		w.ok(err)
		if len(own) == 1 {
			out = append(out, writer{actor, alias, own[0].ID})
		}
	}
	if len(out) < n {
		w.Fatalf("%d people wrote one thing each", len(out))
	}
	return out
}

// rejects lets Marta leave contributions out, and gives the act.
func (w town) rejects(ids ...uuid.UUID) uuid.UUID {
	w.Helper()
	w.ok(w.h.Contributions.Reject(w.Context(), w.h.Person(w.T, "marta"), webtest.Gathering, contribution.Choice{Contributions: ids, Rule: "1.3", Reason: "Non risponde alla domanda."}))
	fates, err := w.h.Moderation.Fates(w.Context(), space.Contribution, w.space, ids)
	w.ok(err)
	return fates[0].Act.ID
}

func (w town) posted(b *webtest.Browser, status int, form url.Values) webtest.Response {
	w.Helper()
	got := b.Post(w.T, at(webtest.Gathering, "/appeals"), form)
	if got.Status != status {
		w.Fatalf("%v: %d %s", form, got.Status, got.Text("main"))
	}
	return got
}

func TestGuards(t *testing.T) {
	h := webtest.Open(t).Play(t)
	anna := h.Person(t, "anna")
	outside := map[string]webtest.Denial{"who is not enrolled": {Who: h.Person(t, "elena"), Status: 403}}
	h.Guards(t, []string{"/consultations/{slug}/moderation", "/consultations/{slug}/appeals"}, anna, []webtest.Route{
		{Method: "GET", Path: at(webtest.Published, "/moderation"), Open: true},
		{Method: "GET", Path: at("mercato-coperto", "/moderation"), Open: true, Status: 404},
		{Method: "GET", Path: at(webtest.Published, "/moderation.csv"), Open: true},
		{Method: "GET", Path: at("mercato-coperto", "/moderation.csv"), Open: true, Status: 404},
		{Method: "GET", Path: at(webtest.Answering, "/appeals"), Denied: outside},
		{Method: "POST", Path: at(webtest.Answering, "/appeals"), Form: url.Values{"words": {"x"}}, Denied: outside},
	})
}

// The author of a contribution reads what was decided, under which rule and why, and who
// decides an appeal until when; appeals once, and sees the end.
func TestAuthorAppeals(t *testing.T) {
	w := newTown(t)
	two := w.writers(2)
	author, other := w.site.As(t, two[0].actor), w.site.As(t, two[1].actor)
	if got := author.Get(t, at(webtest.Gathering, "/appeals")).Text("main"); !strings.Contains(got, "Nessuno l’ha ancora esaminato") {
		t.Errorf("before an act: %s", got)
	}
	act := w.rejects(two[0].id, two[1].id)
	page := author.Get(t, at(webtest.Gathering, "/appeals"))
	for _, want := range []string{two[0].alias.Name, "Contributi respinti", "3. Resta sulla domanda", "Entra quello che risponde", "Non risponde alla domanda.", "Marta Gibellini", "Davide Lancellotti", "7 giorni dopo la pubblicazione"} {
		if !strings.Contains(page.Text("main"), want) {
			t.Errorf("the author does not read %q: %s", want, page.Text("main"))
		}
	}
	if strings.Contains(page.Text("main"), two[1].alias.Name) {
		t.Error("the author reads another alias")
	}
	if page.Header.Get("Cache-Control") != "no-store" {
		t.Error("the page may be kept")
	}
	form := url.Values{"appeal": {act.String()}, "subject": {two[0].id.String()}, "words": {" "}}
	bad := w.posted(author, 422, form)
	if bad.Count("#errors a") != 1 || bad.Count("details[open] textarea.bad") != 1 {
		t.Errorf("refused: %s", bad.Text("main"))
	}
	form.Set("words", strings.Repeat("x", 501))
	if bad = w.posted(author, 422, form); bad.Page.Find("textarea").Text() != strings.Repeat("x", 501) {
		t.Error("the words that were typed are gone")
	}
	form.Set("words", "Parla proprio di quello.")
	w.posted(other, 404, form)
	w.posted(author, 303, form)
	w.posted(author, 303, form) // pressed twice
	form.Set("words", "Altro.")
	if text := w.posted(author, 409, form).Text("[role=alert]"); !strings.Contains(text, "hai già fatto ricorso") {
		t.Errorf("twice: %q", text)
	}
	if got := author.Get(t, at(webtest.Gathering, "/appeals")); !strings.Contains(got.Text("main"), "Parla proprio di quello.") || !strings.Contains(got.Text("main"), "Entro lunedì 11 maggio") || got.Count("main form") != 0 {
		t.Errorf("raised: %s", got.Text("main"))
	}
	w.ok(w.h.Jobs.Do(t.Context(), moderation.Opening{}))
	w.ok(w.h.Moderation.Settle(t.Context(), w.h.Person(t, "davide"), space.Contribution, w.space, act, two[0].id, moderation.Partly, "Il motivo era un altro."))
	if got := author.Get(t, at(webtest.Gathering, "/appeals")).Text("main"); !strings.Contains(got, "Accolto in parte") || !strings.Contains(got, "Il motivo era un altro.") || !strings.Contains(got, "Davide Lancellotti") {
		t.Errorf("decided: %s", got)
	}
	if got := other.Get(t, "/en"+at(webtest.Gathering, "/appeals")).Text("main"); !strings.Contains(got, "You can appeal until 7 days after") {
		t.Errorf("in English: %s", got)
	}
}

// Where many appeal at once one is told to send theirs again, and keeps what they typed.
func TestManyAppealAtOnce(t *testing.T) {
	w := newTown(t)
	one := w.writers(1)[0]
	act := w.rejects(one.id)
	over, end := context.WithCancel(t.Context())
	end()
	w.h.Moderation.Cover(over, func(error) {}) // from here on nothing is written: the server stops
	ctx, leave := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if err := w.h.Moderation.Raise(ctx, one.alias, act, one.id, "Prima."); err == nil {
				t.Error("acknowledged without being written")
			}
		})
	}
	defer all.Wait()
	defer leave()
	author, form := w.site.As(t, one.actor), url.Values{"appeal": {act.String()}, "subject": {one.id.String()}, "words": {"Parla proprio di quello."}}
	patient, enough := context.WithTimeout(t.Context(), time.Minute)
	defer enough()
	for patient.Err() == nil {
		if errors.Is(w.h.Moderation.Raise(soon(t), one.alias, act, one.id, "Prima."), context.DeadlineExceeded) {
			continue // there was room still
		}
		break
	}
	busy := w.posted(author, 503, form)
	if words := busy.Text("[role=alert]"); !strings.Contains(words, "molti ricorsi") || busy.Page.Find("details[open] textarea").Text() != "Parla proprio di quello." {
		t.Errorf("told %q: %s", words, busy.Text("main"))
	}
}

// A server that runs writes cover, though nobody appeals; one that does not writes nothing.
func TestARunningServerCoversAppeals(t *testing.T) {
	w := newTown(t)
	w.rejects(w.writers(1)[0].id)
	sealed := func() (n int) {
		t.Helper()
		w.ok(w.h.DB.Pool().Get(&n, `SELECT count(*) FROM civic.moderation_sealed`))
		return n
	}
	if n := sealed(); n != 0 {
		t.Fatalf("%d sealed rows before anything runs", n)
	}
	ctx, end := context.WithTimeout(t.Context(), time.Minute)
	ended := make(chan error, 1)
	go func() { ended <- w.h.Run(ctx) }()
	for ctx.Err() == nil && sealed() < 2 {
		time.Sleep(100 * time.Millisecond)
	}
	if ctx.Err() != nil {
		t.Error("a server that runs writes no cover")
	}
	end()
	if err := <-ended; err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// soon is a context that ends in a moment.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

// Everybody sees acts by rule, appeals from the day after, what is overdue, and the rules;
// never what was left out, nor what an appeal says.
func TestPublicPage(t *testing.T) {
	w := newTown(t)
	stranger, path := w.site.Stranger(), at(webtest.Gathering, "/moderation")
	if got := stranger.Get(t, path).Text("main"); !strings.Contains(got, "Ancora nessun atto") || !strings.Contains(got, "Nessun ricorso in attesa") {
		t.Errorf("at first: %s", got)
	}
	two := w.writers(2)
	act := w.rejects(two[0].id, two[1].id)
	got := stranger.Get(t, path)
	for _, want := range []string{"Un atto di moderazione. Nessun ricorso.", "Contributi respinti: 2", "3. Resta sulla domanda", "Non risponde alla domanda.", "Marta Gibellini, moderatore/-trice", "6. Una frase, un’idea", "Finora 0 visti in due"} {
		if !strings.Contains(got.Text("main"), want) {
			t.Errorf("the page lacks %q: %s", want, got.Text("main"))
		}
	}
	if got.Count(".dlf-acts-list > li") != 1 || got.Count(".dlf-acts-list details") != 1 || !strings.Contains(got.Text(".dlf-acts-list details"), two[0].alias.Name) {
		t.Error("an act on two is not one line with a fold")
	}
	own, err := w.h.Contributions.Own(t.Context(), two[0].alias, w.id)
	w.ok(err)
	w.posted(w.site.As(t, two[0].actor), 303, url.Values{"appeal": {act.String()}, "subject": {two[0].id.String()}, "words": {"Parla proprio di quello."}})
	w.ok(w.h.Jobs.Do(t.Context(), moderation.Opening{}))
	if now := stranger.Get(t, path); now.Text("main") != got.Text("main") {
		t.Error("the page shows on its day that somebody appealed")
	}
	w.days(1)
	waits := stranger.Get(t, path).Text("main")
	if !strings.Contains(waits, "Un ricorso in attesa.") || !strings.Contains(waits, "da decidere entro") || strings.Contains(waits, "in ritardo") {
		t.Errorf("a day later: %s", waits)
	}
	w.days(7)
	late := stranger.Get(t, path)
	if !strings.Contains(late.Text(".dlf-end.late"), "in ritardo di un giorno") || !strings.Contains(late.Text("main"), "Uno è in ritardo.") {
		t.Errorf("overdue: %s", late.Text("main"))
	}
	w.ok(w.h.Moderation.Settle(t.Context(), w.h.Person(t, "davide"), space.Contribution, w.space, act, two[0].id, moderation.Upheld, "Ha ragione chi ha scritto."))
	end := stranger.Get(t, path).Text("main")
	if !strings.Contains(end, "Un ricorso: accolti 1") || !strings.Contains(end, "Ha ragione chi ha scritto.") || !strings.Contains(end, "deciso da Davide Lancellotti") {
		t.Errorf("decided: %s", end)
	}
	for _, hidden := range []string{own[0].Body, "Parla proprio di quello."} {
		if strings.Contains(end+waits+late.Text("main"), hidden) {
			t.Errorf("the page says %q", hidden)
		}
	}
}

// Acts stand on pages of fifty, from the newest on, and all of them in one table for a
// spreadsheet, in the reader's language; no cell of it is a formula.
func TestActsInPagesAndInATable(t *testing.T) {
	w := newTown(t)
	stranger := w.site.Stranger()
	if got := stranger.Get(t, at(webtest.Gathering, "/moderation")); got.Count("a[download]") != 0 {
		t.Error("a table of nothing is offered")
	}
	marta := w.h.Person(t, "marta")
	found, _, err := w.h.Contributions.Queue(t.Context(), marta, webtest.Gathering)
	w.ok(err)
	for n := range 53 {
		choice := contribution.Choice{Contributions: []uuid.UUID{found[0].ID}, Rule: "1.3", Reason: "Non risponde; e \"basta\"."}
		if n%2 == 0 {
			w.ok(w.h.Contributions.Reject(t.Context(), marta, webtest.Gathering, choice))
			continue
		}
		choice.Reason = "=1+1"
		w.ok(w.h.Contributions.Requeue(t.Context(), marta, webtest.Gathering, choice))
	}
	for lang, c := range map[string]struct {
		comma             rune
		act, who, heading string
	}{
		"":    {';', "Contributi respinti", "Marta Gibellini, moderatore/-trice", "Motivo"},
		"/en": {',', "Contributions rejected", "Marta Gibellini, moderator", "Reason"},
	} {
		page := stranger.Get(t, lang+at(webtest.Gathering, "/moderation"))
		older := page.Page.Find(".dlf-decide a[rel=next]").AttrOr("href", "")
		if page.Count(".dlf-acts-list > li") != 50 || older == "" || page.Count(".dlf-decide a") != 1 {
			t.Fatalf("%q: %d acts, older ones at %q", lang, page.Count(".dlf-acts-list > li"), older)
		}
		last := stranger.Get(t, older)
		if last.Count(".dlf-acts-list > li") != 3 || last.Count(".dlf-decide a[rel=next]") != 0 || last.Page.Find(".dlf-decide a").AttrOr("href", "") != lang+at(webtest.Gathering, "/moderation#acts") ||
			last.Text(".dlf-lead") != page.Text(".dlf-lead") {
			t.Errorf("%q: the last page: %s", lang, last.Text("main"))
		}
		address := page.Page.Find("a[download]").AttrOr("href", "")
		file := stranger.Get(t, address)
		if file.Status != 200 || file.Header.Get("Content-Type") != "text/csv; charset=utf-8" || file.Header.Get("ETag") == "" {
			t.Fatalf("%s: %d %v", address, file.Status, file.Header)
		}
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.Body, "\ufeff")))
		r.Comma = c.comma
		rows, err := r.ReadAll()
		w.ok(err)
		if len(rows) != 54 || rows[0][6] != c.heading {
			t.Fatalf("%q: %d rows under %q", lang, len(rows), rows[0])
		}
		newest, first := rows[1], rows[53]
		if newest[1] != "2026-05-04" || newest[2] != c.act || newest[3] != newest[4] || newest[6] != "Non risponde; e \"basta\"." || newest[7] != c.who || newest[8] != "0" {
			t.Errorf("%q: the newest act is %q", lang, newest)
		}
		if rows[2][6] != "'=1+1" || !strings.HasPrefix(first[5], "3. ") || first[0] != "1" {
			t.Errorf("%q: %q, %q", lang, rows[2], first)
		}
	}
	for _, before := range []string{"0", "-1", "x", "1"} {
		if got := stranger.Get(t, at(webtest.Gathering, "/moderation?before="+before)); got.Status != 404 {
			t.Errorf("before %s: %d", before, got.Status)
		}
	}
}
