package draw_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/panel/draw"
	"delfi/internal/panel/drawing"
	"delfi/internal/platform/postgres"
	"delfi/internal/verify"
	"delfi/web/webtest"
)

// town is a consultation whose residents are drawn, with a clock that the test moves.
type town struct {
	*testing.T
	*webtest.House
	site *webtest.Site

	mu    sync.Mutex
	now   time.Time
	codes map[uuid.UUID]string
}

const (
	slug     = "crocetta"
	page     = "/consultations/" + slug + "/draws/residenti"
	desk     = "/desk/" + slug + "/draws/residenti"
	document = `{"version": 1, "variant": "classical",
		"panel": {"groups": [{"id": "tecnici", "name": {"it": "Tecnici"}}, {"id": "residenti", "name": {"it": "Residenti"}, "access": "draw"}], "late_joiners": true},
		"anonymity": {"latest_key_date": "2024-06-30"},
		"rounds": [{"kind": "gather", "days": 14, "min_days": 0}, {"kind": "answer", "days": 14, "min_days": 0}, {"kind": "answer", "days": 14, "min_days": 0}],
		"item_kinds": [{"id": "scala", "kind": "scale"}],
		"consensus": {"rule": "share", "share": {"from": 7, "to": 9}}}`
)

// before is an instant whose commitment names round 1000.
var before = time.Date(2023, 8, 22, 15, 59, 22, 0, time.UTC)

func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{T: t, now: before.Add(-time.Hour), codes: map[uuid.UUID]string{}}
	w.House = webtest.Open(t, postgres.WithClock(func() time.Time {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.now
	}))
	w.Draws.Ask(func(a account.Actor) string { return w.codes[a.Account] })
	w.Ask(t, slug, document, 0)
	w.site = w.Site(t)
	return w
}

func (w *town) at(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = now
}

// as is the browser of one of the cast, who signs in now.
func (w *town) as(subject string) *webtest.Browser { return w.site.As(w.T, w.Person(w.T, subject)) }

// send posts a form with a file, the file last; name is "" for none.
func (w *town) send(b *webtest.Browser, path string, form url.Values, name, file string) webtest.Response {
	w.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	var err error
	for field := range form {
		err = errors.Join(err, m.WriteField(field, form.Get(field)))
	}
	if name != "" {
		part, failed := m.CreateFormFile("file", name)
		if err = errors.Join(err, failed); err == nil {
			_, err = part.Write([]byte(file))
		}
	}
	if err := errors.Join(err, m.Close()); err != nil {
		w.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "http://delfi.test"+path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.Do(w.T, r)
}

// pool is the file of 60 people of four cells.
func pool() string {
	var b strings.Builder
	b.WriteString("codice;cella\n")
	for i := range 60 {
		fmt.Fprintf(&b, "CODE%02d;%s %s\n", i, []string{"F", "U"}[i%2], []string{"nord", "sud"}[i/2%2])
	}
	return b.String()
}

// quotas of 8 people, with the population beside.
const quotas = "donne nord; 2; 900; F nord\ndonne sud; 2; 1100; F sud\nuomini nord; 2; 1000; U nord\nuomini sud; 2; 1000; U sud\n"

var value = draw.Value{7}

func rule() url.Values {
	return url.Values{
		"size": {"8"}, "reserves": {"2"}, "invited": {"400"}, "population": {"4000"}, "quotas": {quotas},
		"name1": {"Difensore civico"}, "digest1": {value.Commitment()}, "name2": {"Presidente del quartiere"}, "digest2": {draw.Value{8}.Commitment()},
	}
}

// signature is round 1000's, as published.
func signature(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../internal/panel/draw/testdata/quicknet.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if n, sig, _ := strings.Cut(strings.TrimSpace(line), " "); n == "1000" {
			return sig
		}
	}
	t.Fatal("round 1000 is not among the published")
	return ""
}

func (w *town) says(r webtest.Response, status int, words ...string) {
	w.Helper()
	if r.Status != status {
		w.Errorf("status %d, want %d: %s", r.Status, status, r.Text("main"))
	}
	text := strings.Join(strings.Fields(r.Text("main")), " ")
	for _, word := range words {
		if !strings.Contains(text, word) {
			w.Errorf("the page does not say %q: %s", word, text)
		}
	}
}

func (w *town) led(r webtest.Response) {
	w.Helper()
	if r.Status != http.StatusSeeOther || r.Location != desk {
		w.Fatalf("status %d to %q: %s", r.Status, r.Location, r.Text("main"))
	}
}

// TestADrawOnItsPages walks from the empty page to the enrolment of somebody who was drawn,
// and gives the record to the verifier.
func TestADrawOnItsPages(t *testing.T) {
	w := newTown(t)
	stranger, giulia := w.site.Stranger(), w.as("giulia")
	w.says(stranger.Get(t, page), 200, "Come si sorteggia il gruppo «Residenti»", "L’elenco non è ancora fissato")
	if got := giulia.Get(t, "/desk/"+slug); got.Count(`a[href="`+desk+`"]`) != 1 {
		t.Error("the desk does not lead to the draw")
	}
	if got := stranger.Get(t, "/consultations/"+slug); got.Count(`a[href="`+page+`"]`) != 1 {
		t.Error("the consultation does not lead to the draw")
	}

	w.says(w.send(giulia, desk+"/list", url.Values{}, "", ""), 422, "File: Va compilato.")
	w.says(w.send(giulia, desk+"/list", url.Values{}, "pool.csv", pool()+"CODE00;F nord\n"), 422, "il suo codice c’è già")
	w.led(w.send(giulia, desk+"/list", url.Values{}, "pool.csv", pool()))
	form := rule()
	form.Set("size", "nove")
	got := w.send(giulia, desk+"/rule", form, "", "")
	w.says(got, 422, "Persone da estrarre: Non è un numero intero.")
	if text := got.Page.Find("textarea[name=quotas]").Text(); !strings.Contains(text, "donne sud; 2; 1100; F sud") {
		t.Errorf("the quotas come back as %q", text)
	}
	w.led(w.send(giulia, desk+"/rule", rule(), "", ""))
	if text := stranger.Get(t, page).Text("main"); strings.Contains(text, "donne nord") {
		t.Error("a rule that nobody committed to is public")
	}
	got = giulia.Get(t, desk)
	w.says(got, 200, "Stai per impegnarti", "Probabilità più bassa", "13,3 %")
	seen := got.Page.Find("input[name=seen]").AttrOr("value", "")

	w.at(before)
	giulia = w.as("giulia") // a commitment takes a fresh sign-in
	w.says(giulia.Post(t, desk+"/commit", url.Values{"seen": {"another"}}), 409, "la regola è cambiata")
	w.led(giulia.Post(t, desk+"/commit", url.Values{"seen": {seen}}))
	w.says(stranger.Get(t, page), 200, "Il caso arriva mercoledì 23 agosto", "giro 1000", "Difensore civico: busta ancora chiusa.")
	w.says(giulia.Post(t, desk+"/open", url.Values{"guarantor": {"2"}, "value": {value.String()}}), 422, "Non è il valore di cui questo garante ha dato l’impronta.")
	w.led(giulia.Post(t, desk+"/open", url.Values{"guarantor": {"1"}, "value": {value.String()}}))

	w.at(draw.Due(1000).Add(time.Second))
	giulia = w.as("giulia")
	w.says(giulia.Get(t, desk), 200, "Il faro è uscito", "https://api.drand.sh/"+draw.Chain+"/public/1000")
	w.says(giulia.Post(t, desk+"/signature", url.Values{"signature": {strings.Repeat("a", 96)}}), 422, "Non è la firma del giro 1000 del faro")
	w.led(giulia.Post(t, desk+"/signature", url.Values{"signature": {signature(t)}}))

	// Everybody's page, in both languages.
	got = stranger.Get(t, page)
	w.says(got, 200, "Come sono state estratte 8 persone del gruppo «Residenti»", "Difensore civico: busta aperta", "Presidente del quartiere: busta non aperta in tempo", "15,0 %")
	if got.Count("ol.dlf-proof > li") != 6 || got.Count("ol.dlf-proof > li.wait") != 0 || got.Count("svg#none, svg[role=img]") != 2 || got.Count("script[src*=draw]") != 0 {
		t.Error("the page has not its six steps and two pictures")
	}
	if desc := got.Page.Find("#compositiond").Text(); !strings.Contains(desc, "donne nord: popolazione 22,5 %, chi ha aderito 25,0 %, panel estratto 25,0 %") {
		t.Errorf("the picture is described as %q", desc)
	}
	w.says(stranger.Get(t, "/en"+page), 200, "How 8 people of the group “Residenti” were drawn", "not opened in time", "22.5%")

	// One's own ticket, which nobody else sees.
	d := w.draw()
	anna, karim := w.Person(t, "anna"), w.Person(t, "karim")
	for i := range 60 {
		a := account.Actor{Account: uuid.New()}
		w.codes[a.Account] = fmt.Sprintf("CODE%02d", i)
		own, err := w.Draws.Own(t.Context(), a, d)
		if err != nil {
			t.Fatal(err)
		}
		if own.Drawn {
			w.codes[anna.Account] = w.codes[a.Account]
		} else if own.Reserve == 0 {
			w.codes[karim.Account] = w.codes[a.Account]
		}
	}
	w.says(w.as("anna").Get(t, page), 200, "Il tuo biglietto è stato estratto", "Prima del sorteggio la probabilità era 13,3 %", "Iscriviti")
	w.says(w.as("karim").Get(t, page), 200, "Il tuo biglietto non è stato estratto")
	w.says(w.as("lucia").Get(t, page), 200, "Il tuo biglietto non si può cercare")
	if got := stranger.Get(t, page); strings.Contains(got.Text("main"), "probabilità era") {
		t.Error("a stranger sees somebody's ticket")
	}
	enrol := url.Values{"group": {"residenti"}, "read": {"on"}}
	if got := w.as("karim").Post(t, "/consultations/"+slug+"/enrol", enrol); got.Status != 403 {
		t.Errorf("who was not drawn enrols: %d", got.Status)
	}
	if got := w.as("anna").Post(t, "/consultations/"+slug+"/enrol", enrol); got.Status != 303 {
		t.Errorf("who was drawn does not enrol: %d %s", got.Status, got.Text("main"))
	}
	w.says(w.as("anna").Get(t, page), 200, "Sei già nel panel.")
	w.led(giulia.Post(t, desk+"/reserves", url.Values{"reserves_called": {"2"}}))
	w.says(giulia.Post(t, desk+"/reserves", url.Values{"reserves_called": {"2"}}), 409, "Non ci sono tante riserve da chiamare")

	// The files are the record's, and the verifier computes the draw again.
	files := strings.Fields(stranger.Get(t, "/record/"+slug+"/files").Body)
	for _, name := range []string{"roll.csv", "rule.json", "result.json"} {
		if !slices.Contains(files, "draws/residenti/"+name) {
			t.Errorf("the record does not list %s: %v", name, files)
		}
	}
	body := stranger.Get(t, "/record/"+slug+".zip").Body
	z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	r, err := verify.Run(t.Context(), archived{z}, verify.Options{})
	if err != nil || len(r.Draws) != 1 || !r.Draws[0].Done || r.Draws[0].Size != 8 {
		t.Errorf("the verifier finds %+v, %v", r.Draws, err)
	}

	w.says(giulia.Post(t, desk+"/withdraw", url.Values{"reason": {""}}), 422, "Motivo: Va compilato.")
	w.led(giulia.Post(t, desk+"/withdraw", url.Values{"reason": {"Nove persone non sono residenti."}}))
	w.says(stranger.Get(t, page), 200, "Sorteggio ritirato", "Nove persone non sono residenti.", "Non si estrae una seconda volta")
}

// archived is a .zip whose folders can be listed.
type archived struct{ *zip.Reader }

func (a archived) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(a.Reader, name) }

func (w *town) draw() drawing.Draw {
	w.Helper()
	c, err := w.Consultations.Find(w.Context(), account.Actor{}, slug)
	if err != nil {
		w.Fatal(err)
	}
	all, err := w.Draws.Shown(w.Context(), account.Actor{}, c.ID)
	if err != nil || len(all) != 1 || all[0].Draw == nil {
		w.Fatalf("%+v, %v", all, err)
	}
	return *all[0].Draw
}

func TestGuards(t *testing.T) {
	w := newTown(t)
	denied := map[string]webtest.Denial{
		"who does not steer":     {Who: w.Person(t, "anna"), Status: 403},
		"a facilitator":          {Who: w.Person(t, "paolo"), Status: 403},
		"another administration": {Who: w.Person(t, "elena"), Status: 403},
	}
	w.Guards(t, []string{"/consultations/{slug}/draws", "/desk/{slug}/draws"}, w.Person(t, "anna"), []webtest.Route{
		{Method: "GET", Path: page, Open: true},
		{Method: "GET", Path: "/consultations/" + slug + "/draws/tecnici", Open: true, Status: 404},
		{Method: "GET", Path: desk, Denied: denied},
		{Method: "POST", Path: desk + "/list", Form: url.Values{}, Denied: denied},
		{Method: "POST", Path: desk + "/rule", Form: rule(), Denied: denied},
		{Method: "POST", Path: desk + "/commit", Form: url.Values{"seen": {"x"}}, Denied: denied},
		{Method: "POST", Path: desk + "/open", Form: url.Values{"guarantor": {"1"}, "value": {"x"}}, Denied: denied},
		{Method: "POST", Path: desk + "/signature", Form: url.Values{"signature": {"x"}}, Denied: denied},
		{Method: "POST", Path: desk + "/reserves", Form: url.Values{"reserves_called": {"1"}}, Denied: denied},
		{Method: "GET", Path: desk + "/withdraw", Denied: denied},
		{Method: "POST", Path: desk + "/withdraw", Form: url.Values{"reason": {"x"}}, Denied: denied},
	})
}
