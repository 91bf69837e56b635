package library_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/library"
	"delfi/internal/library/clean"
	"delfi/internal/platform/blob"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/internal/pseudonym"
	"delfi/internal/search"
	"delfi/internal/space"
)

// reading is a library over a space whose owner is the test.
type reading struct {
	testing.TB
	db     *postgres.DB
	lib    *library.Service
	record *ledger.Service
	find   *search.Service
	folder string
	space  uuid.UUID
	ground library.Ground // as the owner gives it to anna; others are refused
	anna   account.Actor
	other  account.Actor
}

func newReading(t testing.TB) *reading {
	t.Helper()
	r := &reading{TB: t, db: testdb.NewSingleAt(t, func() time.Time { return time.Date(2026, 4, 20, 10, 0, 0, 0, time.UTC) }), folder: filepath.Join(t.TempDir(), "files")}
	r.anna, r.other = account.Actor{Account: uuid.New(), Name: "Anna"}, account.Actor{Account: uuid.New(), Name: "Berta"}
	r.ground = library.Ground{Path: "/consultations/piazza/library", Record: uuid.New(), Role: account.Facilitator}
	keys, err := pseudonym.NewFileKeys(filepath.Join(t.TempDir(), "keys"), bytes.Repeat([]byte{3}, 32))
	r.ok(err)
	jobs, err := job.New(r.db)
	r.ok(err)
	files, err := blob.NewFolder(r.folder)
	r.ok(err)
	r.record = ledger.New(r.db, keys, ledger.Options{})
	r.lib = library.New(r.db, jobs, files, r.record, r.owner)
	r.find = search.New(r.db, jobs, func(context.Context, *postgres.Tx, uuid.UUID) error { return nil })
	riva, err := account.New(r.db, nil).Found(t.Context(), account.Administration{Slug: "riva", Name: "Comune di Riva d’Arno"})
	r.ok(err)
	r.ok(r.db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		sp, err := space.New(ctx, tx, riva.ID, space.Alias)
		r.space = sp.ID
		return err
	}))
	return r
}

// owner lets anna change the library, and nobody else; nobody but her sees it before it is
// public.
func (r *reading) owner(_ context.Context, _ *postgres.Tx, actor account.Actor, space uuid.UUID, _ bool) (library.Ground, error) {
	g := r.ground
	if space != r.space || actor.Account != r.anna.Account && !g.Public {
		return g, fault.New(fault.NotFound, "not_found", "there is no such space")
	}
	if actor.Account != r.anna.Account {
		g.Role, g.Refused = "", fault.New(fault.Forbidden, "wrong_role", "not you")
	}
	return g, nil
}

func (r *reading) ok(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// code gives the code of a fault, with its fields.
func code(err error) string {
	var f *fault.Fault
	if !errors.As(err, &f) {
		if err == nil {
			return ""
		}
		return err.Error()
	}
	out := f.Code
	for _, field := range f.Fields {
		out += " " + field.Name + ":" + field.Code
	}
	return out
}

var form = library.Form{Title: "Piano del traffico", Source: "Comune di Riva", Dated: "2025-11-03", Language: "it", Licence: "official", Description: "Le strade attorno alle scuole."}

func linked(f library.Form, to string) library.Form {
	f.Link = to
	return f
}

func file(name, body string) *library.Upload {
	return &library.Upload{Name: name, Body: strings.NewReader(body)}
}

func (r *reading) add(f library.Form, u *library.Upload) int {
	r.Helper()
	added, err := r.lib.Add(r.Context(), r.anna, r.space, f, u)
	r.ok(err)
	return added.Number
}

func (r *reading) desk() []library.Document {
	r.Helper()
	all, _, err := r.lib.Desk(r.Context(), r.anna, r.space)
	r.ok(err)
	return all
}

// entries gives what the record says of documents.
func (r *reading) entries() []string {
	r.Helper()
	all, err := r.record.Of(r.Context(), r.ground.Record)
	r.ok(err)
	var out []string
	for _, e := range all {
		out = append(out, strings.Join([]string{e.Role, e.Name, e.Kind, e.Target, e.Reason, e.Body}, "|"))
	}
	return out
}

func (r *reading) body(number, version int) (string, error) {
	r.Helper()
	b, err := r.lib.Open(r.Context(), r.other, r.space, number, version)
	if err != nil {
		return "", err
	}
	body, err := io.ReadAll(b)
	r.ok(errors.Join(err, b.Close()))
	return string(body), nil
}

// announce gives the panel the library, as the owner does.
func (r *reading) announce() []string {
	r.Helper()
	var given []string
	r.ok(r.db.Transact(r.Context(), func(ctx context.Context, tx *postgres.Tx) (err error) {
		if given, err = library.Give(ctx, tx, r.space); err != nil {
			return err
		}
		return library.Index(ctx, tx, r.space, r.ground.Path)
	}))
	r.ground.Public = true
	return given
}

// given are the digests of what the panel was given.
func (r *reading) given() []string {
	r.Helper()
	var out []string
	r.ok(r.db.Read(r.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		all, err := library.Reading(ctx, tx, r.space)
		for _, d := range all {
			out = append(out, d.Current().Digest())
		}
		return err
	}))
	return out
}

func sum(text string) string {
	s := sha256.Sum256([]byte(text))
	return hex.EncodeToString(s[:])
}

// TestALibraryFromDraftToWithdrawal: what is freely changed before the announcement is
// frozen by it, and each act after it is in the record.
func TestALibraryFromDraftToWithdrawal(t *testing.T) {
	r := newReading(t)
	ctx := t.Context()
	r.add(form, file("Tesi di Mario Rossi.txt", "Prima versione"))
	r.add(linked(form, "https://www.comune.example/piano?a=1"), nil)
	r.add(form, file("da togliere.csv", "a;b\n"))
	if _, err := r.lib.Revise(ctx, r.anna, r.space, 1, 1, form, file("x.txt", "Seconda versione")); err != nil {
		t.Fatal(err)
	}
	r.ok(r.lib.Withdraw(ctx, r.anna, r.space, 3, 1, ""))
	r.ok(r.lib.Withdraw(ctx, r.anna, r.space, 3, 1, "")) // pressed twice
	if all := r.desk(); len(all) != 2 || len(all[0].Versions) != 2 || len(r.entries()) != 0 {
		t.Fatalf("%+v, %q", all, r.entries())
	}
	if _, err := r.body(1, 1); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a draft's file: %v", err)
	}
	given := r.announce()
	if want := []string{sum("Seconda versione"), sum("https://www.comune.example/piano?a=1")}; !slices.Equal(given, want) {
		t.Errorf("given %q, want %q", given, want)
	}
	third := form
	third.Title = "Piano del traffico, aggiornato"
	if _, err := r.lib.Revise(ctx, r.anna, r.space, 1, 2, third, nil); err != nil { // words alone
		t.Fatal(err)
	}
	if _, err := r.lib.Revise(ctx, r.anna, r.space, 2, 1, form, file("b.txt", "Al posto del link")); err != nil {
		t.Fatal(err)
	}
	r.add(form, file("c.txt", "Dopo l’annuncio"))
	r.ok(r.lib.Withdraw(ctx, r.anna, r.space, 1, 3, "Contiene un errore"))
	want := []string{
		`facilitator|Anna|document-edit|document 1||{"digest":"` + sum("Seconda versione") + `","document":1,"version":3}`,
		`facilitator|Anna|document-replace|document 2||{"digest":"` + sum("Al posto del link") + `","document":2,"version":2}`,
		`facilitator|Anna|document-add|document 3||{"digest":"` + sum("Dopo l’annuncio") + `","document":3,"version":1}`,
		`facilitator|Anna|document-withdraw|document 1|Contiene un errore|{"digest":"` + sum("Seconda versione") + `","document":1,"version":3}`,
	}
	if diff := cmp.Diff(want, r.entries()); diff != "" {
		t.Error(diff)
	}
	all, err := r.lib.Listed(ctx, account.Actor{}, r.space)
	r.ok(err)
	if got := r.given(); !slices.Equal(got, given) {
		t.Errorf("what was given is now %q", got)
	}
	if v, ok := all[1].Version(1); !ok || !v.Given || v.Link == "" || all[1].Current().Given {
		t.Errorf("the version that was given: %+v", all[1])
	}
	if got, err := r.body(2, 2); got != "Al posto del link" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	for version := range 4 {
		if _, err := r.body(1, version); err == nil {
			t.Errorf("version %d of a withdrawn document is served", version)
		}
	}
	if _, err := r.lib.Revise(ctx, r.anna, r.space, 1, 3, form, nil); code(err) != "document_withdrawn" {
		t.Errorf("revising what is withdrawn: %v", err)
	}
	// No name of a file is anywhere.
	var rows string
	r.ok(r.db.Pool().Get(&rows, `SELECT coalesce(string_agg(v::text, ' '), '') FROM civic.document_version v`))
	if strings.Contains(rows, "Mario") {
		t.Errorf("a file's name is stored: %s", rows)
	}
}

func TestWhatIsTypedIsChecked(t *testing.T) {
	r := newReading(t)
	ctx := t.Context()
	txt := func() *library.Upload { return file("a.txt", "parole") }
	with := func(change func(f *library.Form)) library.Form {
		f := form
		change(&f)
		return f
	}
	for name, c := range map[string]struct {
		form library.Form
		file *library.Upload
		want string
	}{
		"nothing":          {library.Form{}, nil, "invalid title:required source:required language:required licence:required file:file_or_link"},
		"two lines":        {with(func(f *library.Form) { f.Title = "a\nb" }), txt(), "invalid title:not_one_line"},
		"long":             {with(func(f *library.Form) { f.Description = strings.Repeat("x", 2001) }), txt(), "invalid description:too_long"},
		"no date":          {with(func(f *library.Form) { f.Dated = "3 novembre" }), txt(), "invalid dated:not_a_date"},
		"no day":           {with(func(f *library.Form) { f.Dated = "2025-02-30" }), txt(), "invalid dated:not_a_date"},
		"licence":          {with(func(f *library.Form) { f.Licence = "mine" }), txt(), "invalid licence:required"},
		"both":             {linked(form, "https://www.comune.example"), txt(), "invalid file:file_and_link"},
		"script":           {linked(form, "javascript:alert(1)"), nil, "invalid link:bad_link"},
		"user":             {linked(form, "https://www.comune.example@evil.example/"), nil, "invalid link:bad_link"},
		"data":             {linked(form, "data:text/html,x"), nil, "invalid link:bad_link"},
		"no host":          {linked(form, "https:///x"), nil, "invalid link:bad_link"},
		"inside":           {linked(form, "http://localhost/admin"), nil, "invalid link:bad_link"},
		"wrong name":       {form, file("a.exe", "MZ"), "invalid file:file_type"},
		"wrong content":    {form, file("a.pdf", "parole"), "invalid file:file_content"},
		"empty":            {form, file("a.txt", ""), "invalid file:file_empty"},
		"without a date":   {with(func(f *library.Form) { f.Dated, f.Description = "", "" }), txt(), ""},
		"of a far country": {with(func(f *library.Form) { f.Language = "und" }), txt(), ""},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := r.lib.Add(ctx, r.anna, r.space, c.form, c.file); code(err) != c.want {
				t.Errorf("%q, want %q", code(err), c.want)
			}
		})
	}
}

// counter counts what is read of a file that does not end.
type counter struct{ n int64 }

func (c *counter) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'a'
	}
	c.n += int64(len(b))
	return len(b), nil
}

// A file is not read further than it takes to refuse it.
func TestAFileIsReadNoFurtherThanNeeded(t *testing.T) {
	r := newReading(t)
	for name, c := range map[string]struct {
		actor account.Actor
		form  library.Form
		name  string
		most  int64
		want  string
	}{
		"of somebody who may not": {r.other, form, "a.txt", 0, "not_found"},
		"beside a wrong field":    {r.anna, library.Form{}, "a.txt", 0, "invalid title:required source:required language:required licence:required"},
		"of a wrong name":         {r.anna, form, "a.iso", 0, "invalid file:file_type"},
		"too large":               {r.anna, form, "a.txt", library.MaxFile + 64<<10, "invalid file:file_too_large"},
	} {
		body := &counter{}
		_, err := r.lib.Add(t.Context(), c.actor, r.space, c.form, &library.Upload{Name: c.name, Body: body})
		if code(err) != c.want || body.n > c.most {
			t.Errorf("%s: %q after %d bytes, want %q after %d", name, code(err), body.n, c.want, c.most)
		}
	}
	if left := r.left(); len(left) != 0 {
		t.Errorf("left: %q", left)
	}
}

// left lists the files of the folder.
func (r *reading) left() []string {
	r.Helper()
	var out []string
	r.ok(filepath.WalkDir(r.folder, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			out = append(out, e.Name())
		}
		return err
	}))
	return out
}

func TestWhoMayNotIsRefused(t *testing.T) {
	r := newReading(t)
	ctx := t.Context()
	r.add(form, file("a.txt", "parole"))
	for _, want := range []string{"not_found", "wrong_role"} {
		_, err := r.lib.Add(ctx, r.other, r.space, form, file("b.txt", "x"))
		_, err2 := r.lib.Revise(ctx, r.other, r.space, 1, 1, form, nil)
		_, _, err3 := r.lib.Desk(ctx, r.other, r.space)
		for n, err := range []error{err, err2, r.lib.Withdraw(ctx, r.other, r.space, 1, 1, "x"), err3} {
			if code(err) != want {
				t.Errorf("%d: %v, want %s", n, err, want)
			}
		}
		_, listed := r.lib.Listed(ctx, r.other, r.space)
		_, opened := r.body(1, 1)
		if want == "wrong_role" && (listed != nil || opened != nil) {
			t.Errorf("reading what is public: %v, %v", listed, opened)
		}
		r.announce()
	}
	if _, err := r.lib.Add(ctx, r.anna, uuid.New(), form, file("b.txt", "x")); code(err) != "not_found" {
		t.Errorf("another space: %v", err)
	}
	for _, c := range [][2]int{{1, 9}, {9, 1}, {0, 0}} {
		if _, err := r.body(c[0], c[1]); fault.KindOf(err) != fault.NotFound {
			t.Errorf("document %d, version %d: %v", c[0], c[1], err)
		}
	}
}

// A button that is pressed twice does once; who writes over what a colleague changed is
// told so.
func TestTwiceIsOnceAndLateIsTold(t *testing.T) {
	r := newReading(t)
	ctx := t.Context()
	r.announce()
	for range 2 {
		if n := r.add(form, file("a.txt", "parole")); n != 1 {
			t.Errorf("document %d", n)
		}
	}
	mine, theirs := form, form
	mine.Title, theirs.Title = "Mio", "Loro"
	for range 2 {
		if _, err := r.lib.Revise(ctx, r.anna, r.space, 1, 1, theirs, nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.lib.Revise(ctx, r.anna, r.space, 1, 1, mine, nil); code(err) != "document_changed" {
		t.Errorf("over a colleague's: %v", err)
	}
	if err := r.lib.Withdraw(ctx, r.anna, r.space, 1, 1, "perché"); code(err) != "document_changed" {
		t.Errorf("withdrawing what changed: %v", err)
	}
	if err := r.lib.Withdraw(ctx, r.anna, r.space, 1, 2, " "); code(err) != "invalid reason:required" {
		t.Errorf("without a reason: %v", err)
	}
	for range 2 {
		r.ok(r.lib.Withdraw(ctx, r.anna, r.space, 1, 2, "perché"))
	}
	if n := len(r.entries()); n != 3 {
		t.Errorf("%d entries: %q", n, r.entries())
	}
}

// A document is found by its words while everybody may read it, and no longer.
func TestDocumentsAreFound(t *testing.T) {
	r := newReading(t)
	ctx := t.Context()
	found := func(words string) (out []string) {
		t.Helper()
		q, err := search.Parse(words)
		r.ok(err)
		p, err := r.find.Find(ctx, search.Request{Query: q})
		r.ok(err)
		for _, h := range p.Hits {
			out = append(out, string(h.Kind)+" "+h.Path)
		}
		return out
	}
	r.add(form, file("a.txt", "parole"))
	if got := found("traffico"); got != nil {
		t.Errorf("in a draft: %q", got)
	}
	r.announce()
	if got := found("scuola"); !slices.Equal(got, []string{"document /consultations/piazza/library#d1"}) {
		t.Errorf("announced: %q", got)
	}
	changed := form
	changed.Description = "Le piazze."
	_, err := r.lib.Revise(ctx, r.anna, r.space, 1, 1, changed, nil)
	r.ok(err)
	if got := found("scuola"); got != nil {
		t.Errorf("its old words: %q", got)
	}
	r.ok(r.lib.Withdraw(ctx, r.anna, r.space, 1, 2, "perché"))
	if got := found("piazza"); got != nil {
		t.Errorf("withdrawn: %q", got)
	}
}

// Files that no document has are swept, those of any version are not.
func TestFilesWithoutADocumentAreSwept(t *testing.T) {
	r := newReading(t)
	ctx := t.Context()
	r.add(form, file("a.txt", "uno"))
	r.add(form, file("b.txt", "due"))
	_, err := r.lib.Revise(ctx, r.anna, r.space, 1, 1, form, file("a.txt", "uno, di nuovo"))
	r.ok(err)
	r.ok(r.lib.Withdraw(ctx, r.anna, r.space, 2, 1, ""))
	r.ok(r.lib.Sweep(ctx, library.Sweep{}))
	if left := r.left(); len(left) != 3 {
		t.Errorf("swept while young: %q", left)
	}
	yesterday := time.Now().Add(-24 * time.Hour)
	for _, name := range r.left() {
		r.ok(os.Chtimes(filepath.Join(r.folder, name[:2], name), yesterday, yesterday))
	}
	r.ok(r.lib.Sweep(ctx, library.Sweep{}))
	left := r.left()
	slices.Sort(left)
	want := []string{sum("uno"), sum("uno, di nuovo")}
	slices.Sort(want)
	if !slices.Equal(left, want) {
		t.Errorf("left %q, want %q", left, want)
	}
}

// What is removed from a file is said, and what is served is what was stored.
func TestNamesAreRemoved(t *testing.T) {
	r := newReading(t)
	pdf := "%PDF-1.7\n1 0 obj\n<< /Author (Mario Rossi) >>\nendobj\nstartxref\n9\n%%EOF\n"
	added, err := r.lib.Add(t.Context(), r.anna, r.space, form, file("a.pdf", pdf))
	r.ok(err)
	if !slices.Equal(added.Removed, []clean.Removed{clean.Author}) {
		t.Errorf("removed %q", added.Removed)
	}
	r.announce()
	got, err := r.body(1, 1)
	if err != nil || strings.Contains(got, "Mario") || len(got) != len(pdf) {
		t.Errorf("%q, %v", got, err)
	}
	if v := r.desk()[0].Current(); v.File.Size != int64(len(got)) || v.File.Digest.String() != sum(got) || v.File.Type != clean.PDF || !slices.Equal(v.File.Removed, added.Removed) {
		t.Errorf("%+v", v.File)
	}
}
