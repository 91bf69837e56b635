package record_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"delfi/internal/apptest"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/report"
	"delfi/web"
	"delfi/web/webtest"
)

// reports is report's service with the marks of a round that a test knows, and a
// file that breaks off.
type reports struct{ *report.Service }

var (
	mark     = "00" + strings.Repeat("a1", 31)
	replaced = "00" + strings.Repeat("b2", 31)
)

func (r reports) Marks(_ context.Context, slug, round, prefix string) (all, superseded []string, err error) {
	if slug != webtest.Published || round != "2" {
		return nil, nil, fault.New(fault.NotFound, "no_file", "the record has no such file")
	}
	if prefix != "00" {
		return nil, nil, nil
	}
	return []string{mark}, []string{replaced}, nil
}

func (r reports) Files(ctx context.Context, slug string) ([]string, error) {
	all, err := r.Service.Files(ctx, slug)
	if slug == webtest.Published {
		all = append(all, "rounds/2/counts.json", "rounds/2/leaves/A/x", "rounds/2/leaves/B")
		slices.Sort(all)
		all = slices.Compact(all)
	}
	return all, err
}

func (r reports) Write(ctx context.Context, slug, path string, w io.Writer) error {
	switch {
	case path == "torn":
		_, err := w.Write(make([]byte, 2<<20))
		return errors.Join(err, errors.New("the table is gone"))
	case strings.HasPrefix(path, "rounds/2/"):
		_, err := io.WriteString(w, path)
		return err
	}
	return r.Service.Write(ctx, slug, path, w)
}

// known gives the room the reports that a test knows.
func known(h *webtest.House, o *web.Options) { o.Record.Reports = reports{h.Reports} }

// TestRoom plays the demonstration once and lets every test walk in it.
func TestRoom(t *testing.T) {
	h := webtest.Open(t).Play(t)
	site := h.Site(t, known)
	t.Run("guards", func(t *testing.T) { guards(t, h) })
	t.Run("index", func(t *testing.T) { index(t, h, site) })
	t.Run("consultation", func(t *testing.T) { single(t, site) })
	t.Run("marks", func(t *testing.T) { marks(t, site) })
	t.Run("programs", func(t *testing.T) { programs(t, site) })
	t.Run("refusals", func(t *testing.T) { refusals(t, site) })
	t.Run("archive", func(t *testing.T) { archive(t, site) })
	t.Run("languages", func(t *testing.T) { languages(t, site) })
	t.Run("a forked log", func(t *testing.T) { forked(t, h, site) })
}

const published = "/record/" + webtest.Published

func guards(t *testing.T, h *webtest.House) {
	program := func(path string, status int) webtest.Route {
		return webtest.Route{Method: "GET", Path: path, Open: true, Program: true, Status: status}
	}
	h.Guards(t, []string{"/record"}, h.Person(t, "anna"), []webtest.Route{
		{Method: "GET", Path: "/record", Open: true},
		{Method: "GET", Path: published, Open: true},
		{Method: "GET", Path: "/record/nothing-here", Open: true, Status: 404},
		{Method: "GET", Path: published + "/rounds/2/marks", Open: true},
		{Method: "GET", Path: published + "/rounds/2/marks/00", Open: true},
		{Method: "GET", Path: published + "/rounds/2/marks/0g", Open: true, Status: 404},
		{Method: "GET", Path: published + "/rounds/02/marks", Open: true, Status: 404},
		program("/record/checkpoint", 200),
		program("/record/cosigned", 404),
		program("/record/key", 200),
		program("/record/consultations", 200),
		program("/record/entries", 200),
		program("/record/entries?from=x", 422),
		program("/record/entries?to=-1", 422),
		program("/record/entries?limit=0", 422),
		program("/record/entries?limit=1001", 422),
		program("/record/entries?from=99999999", 200),
		program("/record/tile/8/0/000.p/1", 200),
		program("/record/tile/8/0/999", 404),
		program(published+"/files", 200),
		program(published+"/protocol.json", 200),
		program(published+"/opinion.json", 200),
		program(published+"/unheard-of", 404),
		program("/record/"+webtest.Answering+"/opinion.json", 404),
		program("/record/bozza/protocol.json", 404),
		program(published+".zip", 200),
		{Method: "POST", Path: "/record/cosignatures", Open: true, Program: true, Status: 422},
	}, known)
}

// index: what the record is, how long, that nobody witnesses it, who did what, why
// and when; older acts on further pages; no draft.
func index(t *testing.T, h *webtest.House, site *webtest.Site) {
	b := site.Stranger()
	got := b.Get(t, "/record")
	for _, want := range []string{"si può solo allungare", "non ha ancora testimoni", "Marta Gibellini, moderatore", "Strade scolastiche", "Contributi uniti"} {
		if !strings.Contains(got.Text("main"), want) && !strings.Contains(b.Get(t, "/record?before=60").Text("main"), want) {
			t.Errorf("the record does not say %q", want)
		}
	}
	if strings.Contains(got.Body, "Borgo") {
		t.Error("a draft is in the record")
	}
	older := func(p webtest.Response) string {
		at, _ := p.Page.Find("main a.btn[href*='before=']").Attr("href")
		at, _, _ = strings.Cut(at, "#")
		return at
	}
	if n := got.Count("main ol.dlf-plain > li"); n != 40 || older(got) == "" {
		t.Fatalf("%d acts on a page, older ones at %q", n, older(got))
	}
	next := b.Get(t, older(got))
	first := got.Text("main ol.dlf-plain > li:last-child .dlf-small")
	if next.Count("main ol.dlf-plain > li") == 0 || strings.Contains(next.Text("main ol.dlf-plain"), first) {
		t.Error("the second page repeats the first")
	}
	// Every act is met once on the way to the oldest.
	seen := got.Count("main ol.dlf-plain > li")
	for at, pages := older(got), 0; at != "" && pages < 100; pages++ {
		p := b.Get(t, at)
		seen += p.Count("main ol.dlf-plain > li")
		at = older(p)
	}
	size := 0
	err := h.DB.Read(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		n, err := h.Record.Size(ctx, tx)
		size = int(n)
		return err
	})
	if err != nil || seen != size {
		t.Errorf("%d acts are shown of %d, %v", seen, size, err)
	}
	for _, bad := range []string{"0", "-1", "x"} {
		if got := b.Get(t, "/record?before="+bad); got.Status != 404 {
			t.Errorf("before %s: %d", bad, got.Status)
		}
	}
}

// single: its acts, its files under their rounds, the command that checks it.
func single(t *testing.T, site *webtest.Site) {
	got := site.Stranger().Get(t, published)
	if got.Count("main time[datetime]") == 0 {
		t.Error("no acts")
	}
	if code := got.Text("#check ~ code"); !strings.HasPrefix(code, "delfi verify http://delfi.test"+published) {
		t.Errorf("the command is %q", code)
	}
	for _, path := range []string{"/protocol.json", "/opinion.json", "/rounds/2/counts.json", "/rounds/2/leaves/B", "/rounds/2/marks"} {
		if got.Count("main a[href='"+published+path+"']") != 1 {
			t.Errorf("no link to %s", path)
		}
	}
	if got.Count("main a[href='"+published+".zip']") != 1 {
		t.Error("no link to the archive")
	}
	if got := site.Stranger().Get(t, "/record/"+webtest.Announced); got.Count("main a[href$='/protocol.json']") != 1 {
		t.Error("frozen rules cannot be downloaded")
	}
}

// marks: 256 static pages and no box to type in; what was replaced says so.
func marks(t *testing.T, site *webtest.Site) {
	b := site.Stranger()
	way := b.Get(t, published+"/rounds/2/marks")
	if n := way.Count("main a[href*='/rounds/2/marks/']"); n != 256 || way.Count("main form, main input") != 0 {
		t.Errorf("%d pages of marks, %d forms", n, way.Count("main form, main input"))
	}
	list := b.Get(t, published+"/rounds/2/marks/00")
	if got := list.Text("main li code"); got != mark+replaced {
		t.Errorf("the marks are %q", got)
	}
	if !strings.Contains(list.Text("main li:nth-child(2)"), "Sostituito") || strings.Contains(list.Text("main li:first-child"), "Sostituito") {
		t.Error("the replaced mark is not told apart")
	}
	if got := b.Get(t, published+"/rounds/2/marks/ff").Text("main"); !strings.Contains(got, "Nessun segno comincia così") {
		t.Errorf("an empty page says %q", got)
	}
	if got := b.Get(t, published+"/rounds/3/marks"); got.Status != 404 {
		t.Errorf("a round without marks: %d", got.Status)
	}
}

// programs: the right types, tags that spare a second transfer, HEAD, parts.
func programs(t *testing.T, site *webtest.Site) {
	b := site.Stranger()
	for path, want := range map[string][2]string{
		"/record/checkpoint":             {"text/plain; charset=utf-8", "public, no-cache"},
		"/record/consultations":          {"application/x-ndjson", "public, no-cache"},
		"/record/key":                    {"text/plain; charset=utf-8", "public, no-cache"},
		"/record/entries":                {"application/x-ndjson", "public, no-cache"},
		"/record/tile/8/0/000.p/1":       {"application/octet-stream", "public, no-cache"},
		published + "/files":             {"text/plain; charset=utf-8", "public, no-cache"},
		published + "/protocol.json":     {"application/json", "public, no-cache"},
		published + "/rounds/2/leaves/B": {"text/plain; charset=utf-8", "public, no-cache"},
		published + ".zip":               {"application/zip", "public, no-cache"},
	} {
		got := b.Get(t, path)
		if words := [2]string{got.Header.Get("Content-Type"), got.Header.Get("Cache-Control")}; got.Status != 200 || words != want {
			t.Errorf("%s: %d %v", path, got.Status, words)
		}
		r := httptest.NewRequest(http.MethodGet, "http://delfi.test"+path, nil)
		r.Header.Set("If-None-Match", got.Header.Get("ETag"))
		if again := b.Do(t, r); path != published+".zip" && (again.Status != http.StatusNotModified || again.Body != "") {
			t.Errorf("%s asked again: %d", path, again.Status)
		}
		if head := b.Do(t, httptest.NewRequest(http.MethodHead, "http://delfi.test"+path, nil)); head.Status != 200 {
			t.Errorf("HEAD %s: %d", path, head.Status)
		}
		if len(got.Header.Values("Set-Cookie")) != 0 || strings.Contains(got.Header.Get("Vary"), "Cookie") {
			t.Errorf("%s knows sessions", path)
		}
	}
	all := strings.SplitAfter(b.Get(t, "/record/entries").Body, "\n")
	part := strings.SplitAfter(b.Get(t, "/record/entries?from=2&to=5").Body, "\n")
	if len(part) != 4 || !slices.Equal(part[:3], all[2:5]) {
		t.Errorf("a part of the log has %d lines", len(part)-1)
	}
	var line struct {
		N     int
		Entry string
	}
	if err := json.Unmarshal([]byte(all[3]), &line); err != nil || line.N != 3 || !strings.HasPrefix(line.Entry, "delfi entry v1\n") {
		t.Errorf("%s: %v", all[3], err)
	}
	// Pages follow each other by their links, up to the end that the first one found.
	var text string
	pages := 0
	for at := "/record/entries?limit=7"; at != ""; pages++ {
		got := b.Get(t, at)
		if n := strings.Count(got.Body, "\n"); got.Status != 200 || n > 7 || n == 0 {
			t.Fatalf("%s: %d, %d lines", at, got.Status, n)
		}
		text += got.Body
		link := got.Header.Get("Link")
		if at = ""; link != "" {
			at = strings.TrimSuffix(strings.TrimPrefix(link, "<"), `>; rel="next"`)
			if want := fmt.Sprintf("/record/entries?from=%d&to=%d&limit=7", strings.Count(text, "\n"), len(all)-1); at != want {
				t.Fatalf("the next page is %s, want %s", at, want)
			}
		}
	}
	if text != strings.Join(all, "") || pages != (len(all)-1+6)/7 || pages < 3 {
		t.Errorf("%d pages have %d bytes of %d", pages, len(text), len(strings.Join(all, "")))
	}
	if checkpoint := strings.Split(b.Get(t, "/record/checkpoint").Body, "\n"); checkpoint[0] != "localhost/record" || len(checkpoint) != 6 {
		t.Errorf("%q", checkpoint)
	}
}

// refusals: a file that breaks off does not look whole; nothing has a control character
// in its name; a note that is too long or of
// nobody is refused in words.
func refusals(t *testing.T, site *webtest.Site) {
	b := site.Stranger()
	if got := b.Get(t, published+"/torn"); got.Status != 500 || got.Header.Get("Content-Type") != "application/problem+json" || strings.Contains(got.Body, "table") {
		t.Errorf("a torn file was sent as if it were whole: %d %.100q", got.Status, got.Body)
	}
	for _, path := range []string{"/record/a%00b", "/record/a%00b.zip", published + "/a%00b", published + "/rounds/%00/marks", "/record/tile/8/0/%00", published + "/a%1bb"} {
		if got := b.Get(t, path); got.Status != 404 {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
	for body, want := range map[string]int{"nonsense": 422, strings.Repeat("x", 20<<10): 413, "other/record\n1\nx\n\n— other AAAA\n": 422} {
		r := httptest.NewRequest(http.MethodPost, "http://delfi.test/record/cosignatures", strings.NewReader(body))
		if got := b.Do(t, r); got.Status != want || got.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%.20s…: %d %s", body, got.Status, got.Body)
		}
	}
}

// archive: the folder that delfi verify reads, whole.
func archive(t *testing.T, site *webtest.Site) {
	got := site.Stranger().Get(t, published+".zip")
	z, err := zip.NewReader(bytes.NewReader([]byte(got.Body)), int64(len(got.Body)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	for _, want := range []string{"checkpoint", "key", "consultations", "entries", "files", "protocol.json", "opinion.json", "rounds/2/leaves/B"} {
		if !slices.Contains(names, want) && !slices.Contains(names, webtest.Published+"/"+want) {
			t.Errorf("%s is not among %v", want, names)
		}
	}
	if text := got.Header.Get("Content-Disposition"); text != `attachment; filename="`+webtest.Published+`.zip"` {
		t.Errorf("it is stored as %q", text)
	}
}

var key = regexp.MustCompile(`^(record|ui)\.[a-z_.]+$`)

// languages: every page stands in both, without a key in place of words.
func languages(t *testing.T, site *webtest.Site) {
	for _, path := range []string{"/record", published, published + "/rounds/2/marks", published + "/rounds/2/marks/00"} {
		for lang, prefix := range map[string]string{"it": "", "en": "/en"} {
			got := site.Stranger().Get(t, prefix+path)
			if text, _ := got.Page.Find("html").Attr("lang"); got.Status != 200 || text != lang {
				t.Errorf("%s %s: %d in %q", lang, path, got.Status, text)
			}
			for _, word := range strings.Fields(got.Page.Find("body").Text()) {
				if key.MatchString(word) {
					t.Errorf("%s %s shows the key %q", lang, path, word)
				}
			}
			if got.Count("h1") != 1 || got.Count("[style], style, script:not([src])") != 0 {
				t.Errorf("%s %s has %d first headings, or inline style", lang, path, got.Count("h1"))
			}
		}
	}
}

// forked: a database that does not continue what was signed is shown as it is, and
// signed no more.
func forked(t *testing.T, h *webtest.House, _ *webtest.Site) {
	err := h.DB.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		for _, sql := range []string{`SET LOCAL session_replication_role = replica`, `UPDATE record.hash SET hash = sha256(hash)`} {
			if _, err := tx.ExecContext(ctx, sql); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b := (&webtest.House{World: h.World.Beside(t, apptest.Uncached)}).Site(t).Stranger()
	if got := b.Get(t, "/record"); got.Status != 200 || !strings.Contains(got.Text(".callout"), "non può continuare") || got.Count("main time") == 0 {
		t.Errorf("%d %q", got.Status, got.Text(".callout"))
	}
	if got := b.Get(t, "/record/checkpoint"); got.Status != 503 || !strings.Contains(got.Body, "log_forked") {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}
