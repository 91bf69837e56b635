package library_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"delfi/internal/ledger"
	"delfi/web/webtest"
)

// market is the draft of the demonstration, which nobody but Elena's administration sees.
const market = "mercato-coperto"

func public(slug, more string) string { return "/consultations/" + slug + "/library" + more }

func desk(slug, more string) string { return "/desk/" + slug + "/library" + more }

// upload is a form with a file, the file last, as a browser sends it from the site's own page.
func upload(t *testing.T, b *webtest.Browser, path string, form url.Values, name string, file []byte) webtest.Response {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	var err error
	for field := range form {
		err = errors.Join(err, w.WriteField(field, form.Get(field)))
	}
	part, failed := w.CreateFormFile("file", name)
	if err := errors.Join(err, failed); err != nil {
		t.Fatal(err)
	}
	_, err = part.Write(file)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "http://delfi.test"+path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.Do(t, r)
}

// survey is a form that is complete but for what the document is.
func survey() url.Values {
	return url.Values{
		"title": {"Rilievo dei marciapiedi"}, "source": {"Ordine degli architetti"}, "dated": {"2026-02-20"}, "language": {"it"},
		"licence": {"cc-by-4.0"}, "description": {"Larghezza e ostacoli.\n\nVia per via."}, "link": {""},
	}
}

func with(form url.Values, pairs ...string) url.Values {
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

// photo is a picture that says where it was taken.
func photo(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	text := append([]byte("tEXt"), "Comment\x00via Fonda 3"...)
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(text)-4))
	chunk = append(chunk, text...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(text))
	end := b.Len() - 12 // IEND
	return append(append(bytes.Clone(b.Bytes()[:end]), chunk...), b.Bytes()[end:]...)
}

func TestGuards(t *testing.T) {
	h := webtest.Open(t).Play(t)
	denied := map[string]webtest.Denial{
		"who does not steer":     {Who: h.Person(t, "anna"), Status: 403},
		"a moderator":            {Who: h.Person(t, "marta"), Status: 403},
		"another administration": {Who: h.Person(t, "elena"), Status: 403},
	}
	drafted := map[string]webtest.Denial{"another administration": {Who: h.Person(t, "giulia"), Status: 404}}
	form := survey()
	h.Guards(t, []string{"/consultations/{slug}/library", "/desk/{slug}/library"}, h.Person(t, "anna"), []webtest.Route{
		{Method: "GET", Path: public(webtest.Published, ""), Open: true},
		{Method: "GET", Path: public(webtest.Published, "/1/1"), Open: true},
		{Method: "GET", Path: public(webtest.Published, "/2/1"), Open: true, Status: 404}, // a link
		{Method: "GET", Path: public(webtest.Published, "/01/1"), Open: true, Status: 404},
		{Method: "GET", Path: public(market, ""), Open: true, Status: 404},
		{Method: "GET", Path: public(market, "/1/1"), Open: true, Status: 404},
		{Method: "GET", Path: desk(webtest.Answering, ""), Denied: denied},
		{Method: "GET", Path: desk(market, ""), Denied: drafted},
		{Method: "GET", Path: desk(webtest.Answering, "/1"), Denied: denied},
		{Method: "GET", Path: desk(webtest.Answering, "/1/1")},
		{Method: "POST", Path: desk(webtest.Answering, ""), Form: form, Denied: denied},
		{Method: "POST", Path: desk(market, ""), Form: form, Denied: drafted},
		{Method: "POST", Path: desk(webtest.Answering, "/1"), Form: form, Denied: denied},
		{Method: "GET", Path: desk(webtest.Answering, "/1/withdraw"), Denied: denied},
		{Method: "POST", Path: desk(webtest.Answering, "/1/withdraw"), Form: url.Values{"seen": {"1"}, "reason": {"x"}}, Denied: denied},
	})
}

// A draft's library is its staff's alone: what is typed is checked with each field named,
// what is stored can be read, and what goes leaves nothing.
func TestTheLibraryOfADraft(t *testing.T) {
	h := webtest.Open(t).Play(t)
	site := h.Site(t)
	elena, anna := site.As(t, h.Person(t, "elena")), site.As(t, h.Person(t, "anna"))
	if got := elena.Get(t, "/desk/"+market); got.Count(`a[href="`+desk(market, "")+`"]`) != 1 {
		t.Error("the desk has no library")
	}
	if got := elena.Get(t, desk(market, "")); got.Status != 200 || got.Count(".dlf-docs") != 0 || !strings.Contains(got.Text("main"), "Fino all’annuncio") {
		t.Errorf("%d: %s", got.Status, got.Text("main"))
	}
	empty := url.Values{"title": {" "}, "source": {""}, "dated": {"domani"}, "language": {"xx"}, "licence": {""}, "description": {strings.Repeat("è", 2001)}, "link": {"javascript:alert(1)"}}
	for lang, words := range map[string][3]string{
		"":    {"Titolo: ", "Non è una data", "Non è l’indirizzo di una pagina"},
		"/en": {"Title: ", "This is not a date", "It is not the address of a page"},
	} {
		got := elena.Post(t, lang+desk(market, ""), empty)
		if got.Status != 422 || got.Count("#errors a") != 7 || got.Count("form .dlf-field-err") != 7 || got.Count("input.bad, textarea.bad, select.bad") != 7 {
			t.Fatalf("%d: %s", got.Status, got.Text("#errors"))
		}
		for _, w := range words {
			if !strings.Contains(got.Text("#errors"), w) {
				t.Errorf("%q lacks %q", got.Text("#errors"), w)
			}
		}
		if got.Page.Find("#f-dated").AttrOr("value", "") != "domani" || got.Page.Find("#f-description").Text() != empty.Get("description") || got.Page.Find("#f-link").AttrOr("value", "") != empty.Get("link") {
			t.Error("what was typed is lost")
		}
	}
	for name, c := range map[string]struct {
		form url.Values
		file string
		body string
		want string
	}{
		"neither file nor link": {survey(), "", "", "Scegli un file, oppure"},
		"both":                  {with(survey(), "link", "https://riva.example/a"), "a.csv", "a;b", "sono due documenti"},
		"a program":             {survey(), "rilievo.exe", "MZ", "scegline uno fra PDF"},
		"a false name":          {survey(), "rilievo.pdf", "a;b", "Il contenuto non è quello"},
		"too large":             {survey(), "rilievo.txt", strings.Repeat("x", 25<<20+1), "Supera 25 MB"},
	} {
		got := upload(t, elena, desk(market, ""), c.form, c.file, []byte(c.body))
		if got.Status != 422 || !strings.Contains(got.Text("#errors"), c.want) || got.Page.Find("#f-title").AttrOr("value", "") != c.form.Get("title") || got.Page.Find("#f-file").AttrOr("aria-invalid", "") != "true" {
			t.Errorf("%s: %d %s", name, got.Status, got.Text("#errors"))
		}
	}
	for range 2 { // the button was pressed twice
		got := upload(t, elena, desk(market, ""), survey(), "Via Fonda 3, di Mario Rossi.png", photo(t))
		if got.Status != 303 || got.Location != desk(market, "") {
			t.Fatalf("%d %s", got.Status, got.Text("main"))
		}
		if text := elena.Get(t, desk(market, "")).Text(".dlf-flash"); !strings.Contains(text, "Abbiamo tolto dal file") {
			t.Errorf("it says %q", text)
		}
	}
	listed := elena.Get(t, desk(market, ""))
	if listed.Count(".dlf-docs > li") != 1 || !strings.Contains(listed.Text("#d1"), "PNG, 1 kB") || listed.Count("#d1 p:contains(Larghezza), #d1 p:contains(Via)") != 2 {
		t.Errorf("the desk lists %s", listed.Text(".dlf-docs"))
	}
	file := elena.Get(t, desk(market, "/1/1"))
	if file.Status != 200 || strings.Contains(file.Body, "Fonda") || file.Header.Get("Cache-Control") != "no-store" || file.Header.Get("ETag") != "" {
		t.Errorf("%d %v", file.Status, file.Header)
	}
	for _, path := range []string{public(market, ""), public(market, "/1/1")} {
		if got := anna.Get(t, path); got.Status != 404 || got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s of a draft: %d %v", path, got.Status, got.Header)
		}
		if got := elena.Get(t, path); got.Status != 200 || got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("ETag") != "" {
			t.Errorf("%s of a draft, to its administrator: %d %v", path, got.Status, got.Header)
		}
	}
	got := elena.Post(t, desk(market, "/1"), with(survey(), "seen", "1", "title", "Rilievo <b>nuovo</b>"))
	if got.Status != 303 {
		t.Fatalf("%d %s", got.Status, got.Text("main"))
	}
	if got := elena.Get(t, "/en"+desk(market, "/1")); got.Text("h1") != "Rilievo <b>nuovo</b>" || !strings.Contains(got.Text("main"), "It has PNG, 1 kB now") || got.Count("#d1 details li") != 2 || got.Count("#f-reason") != 0 {
		t.Errorf("%s", got.Text("main"))
	}
	if got := elena.Post(t, desk(market, "/1/withdraw"), url.Values{"seen": {"1"}}); got.Status != 409 || !strings.Contains(got.Text("[role=alert]"), "Qualcun altro") {
		t.Errorf("deleting what was changed: %d %s", got.Status, got.Text("main"))
	}
	for range 2 {
		if got := elena.Post(t, desk(market, "/1/withdraw"), url.Values{"seen": {"2"}}); got.Status != 303 {
			t.Errorf("%d %s", got.Status, got.Text("main"))
		}
	}
	if got := elena.Get(t, desk(market, "/1")); got.Status != 404 {
		t.Errorf("what was deleted: %d", got.Status)
	}
	// Somebody else who still has its form copies what they typed.
	if got := elena.Post(t, desk(market, "/1"), with(survey(), "seen", "2", "description", "Ogni via.")); got.Status != 409 || got.Page.Find("textarea").FilterFunction(func(_ int, s *goquery.Selection) bool { return s.Text() == "Ogni via." }).Length() != 1 {
		t.Errorf("%d %s", got.Status, got.Text("main"))
	}
}

// A file that would show who reads it is refused with what is in it and the remedy.
func TestAFileThatCallsHomeIsRefusedByName(t *testing.T) {
	h := webtest.Open(t).Play(t)
	elena := h.Site(t).As(t, h.Person(t, "elena"))
	var text bytes.Buffer
	z := zip.NewWriter(&text)
	for _, part := range [][2]string{
		{"[Content_Types].xml", `<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`},
		{"word/document.xml", `<w:document/>`},
		{"word/_rels/document.xml.rels", `<Relationships><Relationship Type="x/image" TargetMode="External" Target="https://beacon.example/p.png?a=&lt;b&gt;"/></Relationships>`},
	} {
		w, err := z.Create(part[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(part[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	act := []byte("%PDF-1.7\n1 0 obj\n<< /Type /Catalog /AA << >> >>\nendobj\nstartxref\n9\n%%EOF\n")
	for lang, words := range map[string][2]string{
		"":    {"il file va a prendere qualcosa altrove", "Il file fa qualcosa da solo"},
		"/en": {"the file fetches something from elsewhere", "The file does something by itself"},
	} {
		for name, c := range map[string]struct {
			file       []byte
			what, says string
		}{
			"relazione.docx": {text.Bytes(), "https://beacon.example/p.png?a=<b>", words[0]},
			"relazione.pdf":  {act, "/AA", words[1]},
		} {
			got := upload(t, elena, lang+desk(market, ""), survey(), name, c.file)
			words := got.Text("#errors")
			if got.Status != 422 || !strings.Contains(words, c.says) || !strings.Contains(words, c.what) || !strings.Contains(words, "PDF/A") || got.Page.Find("#f-file").AttrOr("aria-invalid", "") != "true" {
				t.Errorf("%s%s: %d %s", lang, name, got.Status, words)
			}
		}
	}
}

// What the panel was given stays beside what comes later, until it is withdrawn; each act
// is in the record.
func TestTheLibraryOfAConsultation(t *testing.T) {
	h := webtest.Open(t).Play(t)
	site := h.Site(t)
	paolo, giulia, reader := site.As(t, h.Person(t, "paolo")), site.As(t, h.Person(t, "giulia")), site.Stranger()
	slug := webtest.Answering
	if got := reader.Get(t, "/consultations/"+slug); got.Count(`section a[href="`+public(slug, "#d1")+`"]`) != 1 || !strings.Contains(got.Text("main"), "Il documento della biblioteca") {
		t.Errorf("the consultation does not name its document: %s", got.Text("main"))
	}
	if got := reader.Get(t, public(slug, "")); !strings.Contains(got.Text("#d1"), "dato al panel con l’annuncio, non cambia più") || got.Count("#d1 code") != 1 || got.Count("form[method=post]") != 0 {
		t.Errorf("%s", got.Text("main"))
	}
	// Two of staff have the same form open: the later one is shown both wordings.
	form := with(survey(), "seen", "1")
	if got := upload(t, paolo, desk(slug, "/1"), form, "rilievo.csv", []byte("via;larghezza\nFonda;1,5\n")); got.Status != 303 {
		t.Fatalf("%d %s", got.Status, got.Text("main"))
	}
	mine := with(survey(), "seen", "1", "title", "Rilievo, corretto", "licence", "reserved")
	got := giulia.Post(t, "/en"+desk(slug, "/1"), mine)
	if got.Status != 409 || got.Count("#stale del, #stale ins") < 2 || got.Page.Find("#f-title").AttrOr("value", "") != "Rilievo, corretto" || got.Page.Find("input[name=seen]").First().AttrOr("value", "") != "2" || !strings.Contains(got.Text("#stale"), "rights reserved") {
		t.Fatalf("%d %s", got.Status, got.Text("#stale"))
	}
	if got := giulia.Post(t, desk(slug, "/1"), with(mine, "seen", "2")); got.Status != 303 {
		t.Fatalf("%d %s", got.Status, got.Text("main"))
	}
	listed := reader.Get(t, public(slug, ""))
	if listed.Text("#d1 h2") != "Rilievo, corretto" || !strings.Contains(listed.Text("#d1"), "al panel con l’annuncio: la versione 1") || listed.Count("#d1 details li") != 3 || listed.Count(`#d1 h2 a[href="`+public(slug, "/1/3")+`"]`) != 1 {
		t.Errorf("%s", listed.Text("#d1"))
	}
	for version, want := range map[string]string{"1": "giorno;ora;presenze", "2": "Fonda;1,5", "3": "Fonda;1,5"} {
		if got := reader.Get(t, public(slug, "/1/"+version)); got.Status != 200 || !strings.Contains(got.Body, want) {
			t.Errorf("version %s: %d %q", version, got.Status, got.Body)
		}
	}
	if got := giulia.Post(t, desk(slug, ""), with(survey(), "title", "Norme", "link", "https://riva.example/norme?a=1&b=2", "language", "und")); got.Status != 303 {
		t.Fatalf("%d %s", got.Status, got.Text("main"))
	}
	second := reader.Get(t, "/en"+public(slug, ""))
	if second.Page.Find("#d2 h2 a").AttrOr("href", "") != "https://riva.example/norme?a=1&b=2" || second.Count("#d2 h2 [lang]") != 0 || second.Count("#d1 h2 [lang=it]") != 1 || !strings.Contains(second.Text("#d2"), "another language") {
		t.Errorf("%s", second.Text("#d2"))
	}
	stored := reader.Get(t, public(slug, "/1/1")).Header.Get("ETag")
	if stored == "" {
		t.Error("what everybody may read is not stored")
	}
	if got := giulia.Post(t, desk(slug, "/1/withdraw"), url.Values{"seen": {"3"}, "reason": {" "}}); got.Status != 422 || got.Count("#f-reason.bad") != 1 || got.Page.Find("#errors a").AttrOr("href", "") != "#f-reason" {
		t.Errorf("%d %s", got.Status, got.Text("#errors"))
	}
	if got := giulia.Post(t, desk(slug, "/1/withdraw"), url.Values{"seen": {"1"}, "reason": {"Sbagliato."}}); got.Status != 409 || got.Page.Find("#f-reason").Text() != "Sbagliato." {
		t.Errorf("%d %s", got.Status, got.Text("main"))
	}
	for range 2 {
		if got := giulia.Post(t, desk(slug, "/1/withdraw"), url.Values{"seen": {"3"}, "reason": {"Le misure <b>erano</b> di un’altra via."}}); got.Status != 303 {
			t.Errorf("%d %s", got.Status, got.Text("main"))
		}
	}
	gone := reader.Get(t, public(slug, ""))
	if !strings.Contains(gone.Text("#d1"), "Documento ritirato: «Le misure <b>erano</b> di un’altra via.»") || gone.Count("#d1 a") != 0 || gone.Count("#d1 code") != 3 {
		t.Errorf("%s", gone.Text("#d1"))
	}
	if got := reader.Get(t, public(slug, "/1/1")); got.Status != 404 || got.Text("h1") == "" || !strings.Contains(got.Text("main"), "è stato ritirato") {
		t.Errorf("%d %s", got.Status, got.Text("main"))
	}
	for name, b := range map[string]*webtest.Browser{"a reader": reader, "its administrator": giulia} { // who stored it asks again
		r := httptest.NewRequest(http.MethodGet, "http://delfi.test"+public(slug, "/1/1"), nil)
		r.Header.Set("If-None-Match", stored)
		if got := b.Do(t, r); got.Status != 404 || got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("ETag") != "" {
			t.Errorf("what was withdrawn, to %s: %d %v", name, got.Status, got.Header)
		}
	}
	if got := reader.Get(t, "/consultations/"+slug); strings.Contains(got.Text("main"), "Rilievo, corretto") || !strings.Contains(got.Text("main"), "Norme") {
		t.Error("the consultation names what was withdrawn")
	}
	if got := giulia.Get(t, desk(slug, "/1")); got.Status != 200 || got.Count("form[method=post] input[name=seen]") != 0 {
		t.Errorf("%d: what was withdrawn has forms", got.Status)
	}
	if got := giulia.Post(t, desk(slug, "/1"), with(mine, "seen", "3", "title", "Ancora")); got.Status != 409 || !strings.Contains(got.Text("main"), "è stato ritirato") || !strings.Contains(got.Text("main"), "Ancora") {
		t.Errorf("%d %s", got.Status, got.Text("main"))
	}
	c, err := h.Consultations.Find(t.Context(), h.Person(t, "giulia"), slug)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := h.Record.Of(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range entries {
		if e.Type == ledger.Act && strings.HasPrefix(e.Kind, "document-") {
			kinds = append(kinds, e.Kind+" "+e.Name)
		}
	}
	if got := strings.Join(kinds, "; "); got != "document-replace Paolo Sighinolfi; document-edit Giulia Bortolotti; document-add Giulia Bortolotti; document-withdraw Giulia Bortolotti" {
		t.Errorf("the record has %s", got)
	}
	if got := reader.Get(t, "/record/"+slug).Text("main"); !strings.Contains(got, "Documento ritirato") || !strings.Contains(got, "documento 1") {
		t.Error("the record's page does not say what was done")
	}
}

// A file is an attachment of a site that gives it no rights, whole or in parts.
func TestAFileIsSent(t *testing.T) {
	h := webtest.Open(t).Play(t)
	reader := h.Site(t).Stranger()
	get := func(header ...string) webtest.Response {
		r := httptest.NewRequest(http.MethodGet, "http://delfi.test"+public(webtest.Published, "/1/1"), nil)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		return reader.Do(t, r)
	}
	whole := get()
	for name, want := range map[string]string{
		"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": `attachment; filename="strade-scolastiche-1-1.csv"`, "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "public, no-cache", "Accept-Ranges": "bytes",
	} {
		if got := whole.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if !strings.HasPrefix(whole.Body, "scuola;fascia;incidenti") || len(whole.Header.Values("Set-Cookie")) > 0 {
		t.Errorf("%q", whole.Body)
	}
	if part := get("Range", "bytes=7-12"); part.Status != http.StatusPartialContent || part.Body != "fascia" {
		t.Errorf("%d %q", part.Status, part.Body)
	}
	if again := get("If-None-Match", whole.Header.Get("ETag")); again.Status != http.StatusNotModified || again.Body != "" {
		t.Errorf("%d %q", again.Status, again.Body)
	}
	english := reader.Get(t, "/en"+public(webtest.Published, "/1/1"))
	if english.Body != whole.Body || english.Header.Get("ETag") != whole.Header.Get("ETag") {
		t.Error("it is another in English")
	}
	if page := reader.Get(t, public(webtest.Published, "")); !strings.Contains(page.Text("#d1 code"), strings.Trim(whole.Header.Get("ETag"), `"`)) {
		t.Error("the page does not name the digest")
	}
}

// endless is a body that would go on for ever.
type endless struct{ read int }

func (e *endless) Read(b []byte) (int, error) {
	e.read += len(b)
	return len(b), nil
}

// TestNobodyReadsAStrangersFile: who may not change a library is told so before their file
// is read.
func TestNobodyReadsAStrangersFile(t *testing.T) {
	h := webtest.Open(t).Play(t)
	site := h.Site(t)
	for _, who := range []string{"anna", "marta", "elena"} {
		for _, more := range []string{"", "/1"} {
			var body endless
			r := httptest.NewRequest(http.MethodPost, "http://delfi.test"+desk(webtest.Answering, more), &body)
			r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			if got := site.As(t, h.Person(t, who)).Do(t, r); got.Status != 403 || body.read > 64<<10 {
				t.Errorf("%s at %q: %d after %d bytes", who, more, got.Status, body.read)
			}
		}
	}
}
