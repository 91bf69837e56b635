package verify

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"delfi/internal/ledger/leaf"
	"delfi/internal/verify/source"
)

// endless is a record of which one file repeats a text for ever; read counts what was
// taken of it.
type endless struct {
	fstest.MapFS
	name, head, text string
	read             *int64
}

func (e endless) Open(name string) (fs.File, error) {
	if name != e.name {
		return e.MapFS.Open(name)
	}
	return &without{text: e.text, left: e.head, read: e.read}, nil
}

// without is a file without an end.
type without struct {
	text, left string
	read       *int64
}

func (w *without) Stat() (fs.FileInfo, error) { return nil, errors.ErrUnsupported }
func (w *without) Close() error               { return nil }
func (w *without) Read(b []byte) (int, error) {
	n := 0
	for n < len(b) {
		if w.left == "" {
			w.left = w.text
		}
		k := copy(b[n:], w.left)
		w.left = w.left[k:]
		n += k
	}
	*w.read += int64(n)
	return n, nil
}

// begunItems is a list of items up to a text.
const begunItems = `[{"item":"11111111-1111-4111-8111-111111111111","kind":"`

// TestNothingEndlessIsReadToItsEnd: a file, a line, a table, a list.
func TestNothingEndlessIsReadToItsEnd(t *testing.T) {
	b := press(t, nil)
	few := source.Most
	few.Document, few.Line, few.Log, few.Listed = 1<<20, 64<<10, 1<<20, 100
	leaves := "tigli/rounds/3/leaves/A/" + first
	honest := string(b.files[leaves].Data)
	for what, c := range map[string]struct{ name, head, text, want string }{
		"a line of the log":     {"entries", "", "a", "entries, line 1: the line is longer than 65536 bytes"},
		"entries":               {"entries", string(b.files["entries"].Data), "\n", "nobody signed this entry"},
		"a document":            {"tigli/rounds/3/items.json", begunItems, "a", "longer than any of its kind"},
		"a document of nothing": {"tigli/rounds/3/counts.json", "{", " ", "byte 2: a space stands where canonical JSON has none"},
		"keys":                  {"key", "", b.log.key + "\n", "longer than any of its kind"},
		"a checkpoint":          {"checkpoint", "", "x", "longer than any of its kind"},
		"heads":                 {"tigli/rounds/3/heads", "", "delfi table v1\n", "the file has more lines than the tables that the rule names"},
		"a line of heads":       {"tigli/rounds/3/heads", "delfi table v1\n", "A", "line 2: the line is longer than 4096 bytes"},
		"a line of a tally":     {"tigli/rounds/3/tally", "", "1", "line 1: the line is longer than "},
		"tallies":               {"tigli/rounds/3/tally", "", "delfi tally v1\nA\n1=1\n", "the file has more lines than the tables that the rule names"},
		"a superseded mark":     {"tigli/rounds/2/superseded", "", "ab", "line 1: the line is longer than 4096 bytes"},
		"superseded marks":      {"tigli/rounds/2/superseded", "", strings.Repeat("ab", 32) + "\n", "longer than any of its kind"},
		"a line of leaves":      {leaves, leaf.FileHead(leaf.ID(b.id, 3, "A/"+first)), "9", "line 3: the line is longer than 65536 bytes"},
		"the name of a table":   {leaves, leaf.Format, "A", "line 2: the line is longer than 65536 bytes"},
		"a list of files":       {"tigli/files", "", "protocol.json\n", "line 2: the list is not sorted"},
		"consultations":         {"consultations", "", string(b.files["consultations"].Data), "line 2: the consultation is listed twice"},
		"leaves after the last": {leaves, honest, "x y\n", "no salt"},
	} {
		t.Run(what, func(t *testing.T) {
			read := int64(0)
			_, err := Run(t.Context(), endless{b.files, c.name, c.head, c.text, &read}, Options{Bounds: few})
			var f *source.Fault
			if !errors.As(err, &f) || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), c.name) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if read > few.Document+64<<10 {
				t.Errorf("%d bytes were read", read)
			}
		})
	}
}

// TestALineOfATallyIsBoundedByItsTables, whatever a document may have: a server that
// puts a line without an end into a tally is refused after some pages of it.
func TestALineOfATallyIsBoundedByItsTables(t *testing.T) {
	b := press(t, nil)
	for _, name := range []string{"tigli/rounds/2/tally", "tigli/rounds/3/tally", "tigli/rounds/3/heads", "tigli/rounds/3/superseded"} {
		read := int64(0)
		_, err := Run(t.Context(), endless{b.files, name, "", "1=1 ", &read}, Options{})
		if err == nil || !strings.HasPrefix(err.Error(), name+", line 1: the line is longer than ") {
			t.Errorf("%s: %v", name, err)
		}
		if read > 1<<20 {
			t.Errorf("%s: %d bytes were read", name, read)
		}
	}
}

// TestWhatARecordMayCost: all files together, their number, the names beneath a
// folder, and the values of a document.
func TestWhatARecordMayCost(t *testing.T) {
	b := press(t, nil)
	for what, c := range map[string]struct {
		less func(b *source.Bounds)
		want string
	}{
		"all bytes":       {func(b *source.Bounds) { b.Total = 20_000 }, "longer than the 20000 bytes"},
		"all files":       {func(b *source.Bounds) { b.Files = 10 }, "more files than are read of one"},
		"consultations":   {func(b *source.Bounds) { b.Spoken = 0 }, "more consultations than are read of one"},
		"names of a list": {func(b *source.Bounds) { b.Listed = 5 }, "the list is longer"},
	} {
		bounds := source.Most
		c.less(&bounds)
		if _, err := Run(t.Context(), b.files, Options{Bounds: bounds}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	delete(b.files, "tigli/files") // a folder may be kept without it
	bounds := source.Most
	bounds.Listed = 5
	if _, err := Run(t.Context(), b.files, Options{Bounds: bounds}); err == nil || !strings.Contains(err.Error(), "more names than") {
		t.Errorf("names beneath a folder: %v", err)
	}
	b = press(t, nil)
	b.put("tigli/rounds/3/items.json", []byte("["+strings.Repeat("{},", 999)+"{}]"))
	if _, err := Run(t.Context(), b.files, Options{}); err == nil || !strings.Contains(err.Error(), "fields are missing") {
		t.Errorf("fields that are not written: %v", err)
	}
}

// laid writes a record into a folder.
func laid(t *testing.T, b *book) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, b.files); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestOnlyRegularFilesBeneathTheFolder are read: no link, pipe, or folder in the place
// of a file; and none of them is waited for.
func TestOnlyRegularFilesBeneathTheFolder(t *testing.T) {
	b := press(t, nil)
	elsewhere := laid(t, b)
	link := func(to, from string) error {
		if err := os.RemoveAll(from); err != nil {
			return err
		}
		return os.Symlink(to, from)
	}
	instead := func(name string, make func(string) error) func(string) error {
		return func(folder string) error {
			name := filepath.Join(folder, name)
			return errors.Join(os.RemoveAll(name), make(name))
		}
	}
	pipe := func(name string) error { return syscall.Mkfifo(name, 0o600) }
	for what, c := range map[string]struct {
		does func(folder string) error
		want string
	}{
		"nothing":          {func(string) error { return nil }, ""},
		"a link to a file": {func(f string) error { return link(filepath.Join(elsewhere, "entries"), filepath.Join(f, "entries")) }, "entries: this is no regular file"},
		"a link within":    {func(f string) error { return link("protocol.json", filepath.Join(f, "tigli/opinion.json")) }, "tigli/opinion.json: this is no regular file"},
		"a link to a folder": {func(f string) error {
			return link(filepath.Join(elsewhere, "tigli/rounds"), filepath.Join(f, "tigli/rounds"))
		}, "this is no regular file"},
		"a link to a consultation": {func(f string) error { return link(filepath.Join(elsewhere, "tigli"), filepath.Join(f, "tigli")) }, "tigli: this is no regular file"},
		"a pipe for one":           {instead("tigli", pipe), "tigli: this is no regular file"},
		"a link to a device":       {func(f string) error { return link("/dev/zero", filepath.Join(f, "key")) }, "key: this is no regular file"},
		"a pipe":                   {instead("checkpoint", pipe), "checkpoint: this is no regular file"},
		"a pipe of leaves":         {instead("tigli/rounds/2/leaves/B", pipe), "this is no regular file"},
		"a folder":                 {instead("cosigned", func(name string) error { return os.Mkdir(name, 0o700) }), "cosigned: this is no regular file"},
		"a link to itself":         {func(f string) error { return os.Symlink(".", filepath.Join(f, "tigli/more")) }, "nothing in the record speaks of this file"},
	} {
		t.Run(what, func(t *testing.T) {
			folder := laid(t, b)
			if err := c.does(folder); err != nil {
				t.Fatal(err)
			}
			files, closer, err := source.Folder(folder)
			if err != nil {
				t.Fatal(err)
			}
			defer closer.Close()
			switch _, err := Run(t.Context(), files, Options{}); {
			case c.want == "" && err != nil, c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
	receipt := filepath.Join(t.TempDir(), "receipt")
	if err := pipe(receipt); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{receipt, "/dev/zero", filepath.Dir(receipt)} {
		if _, err := source.ReadFile(name, 100); err == nil || !strings.Contains(err.Error(), "no regular file") {
			t.Errorf("%s was read: %v", name, err)
		}
	}
	if _, err := source.ReadFile(filepath.Join(elsewhere, "entries"), 100); err == nil || !strings.Contains(err.Error(), "longer than 100 bytes") {
		t.Errorf("a long receipt: %v", err)
	}
}

// TestAnArchiveUnpacksToNoMoreThanARecord, and lists no more.
func TestAnArchiveUnpacksToNoMoreThanARecord(t *testing.T) {
	b := press(t, nil)
	b.put("tigli/rounds/3/items.json", append([]byte(begunItems), bytes.Repeat([]byte{'a'}, 4<<20)...)) // four kilobytes of zip
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	for name, f := range b.files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(f.Data); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "record.zip")
	if err := os.WriteFile(path, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	files, closer, err := source.Archive(path)
	if err != nil {
		t.Fatal(err)
	}
	defer closer.Close()
	few := source.Most
	few.Document = 1 << 20
	if _, err := Run(t.Context(), files, Options{Bounds: few}); err == nil || !strings.Contains(err.Error(), "tigli/rounds/3/items.json: the file is longer") {
		t.Errorf("a bomb: %v", err)
	}
}

// TestAServerThatSaysNothingIsGivenUp, after a byte or before, and one that leads to
// another; what could not be read is no fault of the record.
func TestAServerThatSaysNothingIsGivenUp(t *testing.T) {
	over := make(chan struct{})
	elsewhere := httptest.NewServer(http.NotFoundHandler())
	defer elsewhere.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/led/"):
			http.Redirect(w, r, elsewhere.URL+r.URL.Path, http.StatusFound)
			return
		case strings.HasPrefix(r.URL.Path, "/round/"):
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
			return
		case strings.HasPrefix(r.URL.Path, "/byte/"):
			_, _ = io.WriteString(w, "d")
			w.(http.Flusher).Flush()
		}
		select {
		case <-over:
		case <-r.Context().Done():
		}
	}))
	defer server.Close()
	defer close(over)
	for at, want := range map[string]string{
		"/byte/": "the server has said nothing for", "/none/": "timeout", "/led/": "leads to another", "/round/": "without an end",
	} {
		_, err := Run(t.Context(), source.WebWithin(t.Context(), server.URL+at, 50*time.Millisecond), Options{})
		var f *source.Fault
		if err == nil || !strings.Contains(err.Error(), want) || errors.As(err, &f) {
			t.Errorf("%s: %v, want %q", at, err, want)
		}
	}
}

// TestTwoReceiptsNeverBearOneMark, nor replace one ballot; a table of marks neither
// holds one twice nor one that was superseded.
func TestTwoReceiptsNeverBearOneMark(t *testing.T) {
	b := press(t, nil)
	r := proofOf(b)
	note, err := leaf.Open([]byte(r.Receipt))
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := leaf.ParseReceipt(note.Text)
	if err != nil {
		t.Fatal(err)
	}
	receipt.Mark, receipt.Part.Browser = strings.Repeat("cd", 32), strings.Repeat("cd", 32)
	other := b.signed(receipt.Text(), b.log)
	for what, c := range map[string]struct {
		receipts map[string][]byte
		want     string
	}{
		"a copy":              {map[string][]byte{"ada": b.receipt, "bo": b.receipt}, "bo, line 5: it bears the mark of the receipt ada"},
		"a receipt, a proof":  {map[string][]byte{"ada": b.proof, "bo": b.receipt}, "bo, line 5: it bears the mark of the receipt ada"},
		"both replace one":    {map[string][]byte{"ada": b.receipt, "bo": other}, "bo, line 6: it replaces the ballot that the receipt ada replaces"},
		"one after the other": {map[string][]byte{"ada": b.receipt, "bo": b.replaced}, ""},
		"only one":            {map[string][]byte{"ada": b.receipt}, ""},
	} {
		if _, err := Run(t.Context(), b.files, Options{Receipts: c.receipts}); err == nil != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", what, err, c.want)
		}
	}
	for what, c := range map[string]struct {
		does func(all []leafLine)
		want string
	}{
		"a mark twice": {func(all []leafLine) { all[0].value = all[1].value }, "stands twice: one ballot is counted for two people"},
		"marks that only begin alike": {func(all []leafLine) {
			all[0].value = all[1].value[:32] + strings.Repeat("0", 32)
		}, ""},
		"a superseded mark": {func(all []leafLine) { all[0].value = receipt.Replaces }, "is counted, and listed as superseded"},
	} {
		b := press(t, nil)
		all := b.leaves(3, "B")
		c.does(all)
		b.relay(3, "B", all)
		b.rehead(3, "B")
		b.record(3)
		b.seal()
		_, err := Run(t.Context(), b.files, Options{})
		if err == nil != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", what, err, c.want)
		}
	}
}

// TestNothingInARecordSpeaksForTheProgram: titles, keys' names and files that write
// lines of their own are quoted, in the ending and in faults.
func TestNothingInARecordSpeaksForTheProgram(t *testing.T) {
	forged := "I tigli\n  - receipt mine: its ballot is among those counted in round 3\x1b[2J\u202e"
	r := Result{Origin: "o\rThe record holds", Consultations: []Checked{{Slug: "tigli", Stage: "published", Title: forged}}, Cosigners: []string{"g\x1b]0;x\a"}, Key: "k\u2028"}
	for _, lang := range []string{"en", "it"} {
		var out bytes.Buffer
		if err := r.Write(&out, lang); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(out.String(), "\n")
		if slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, "  - receipt mine") }) || strings.ContainsAny(out.String(), "\x1b\r\a\u2028\u202e") {
			t.Errorf("%s\n%q", lang, out.String())
		}
		if !strings.Contains(out.String(), `"I tigli\n  - receipt mine: its ballot is among those counted in round 3\x1b[2J\u202e"`) {
			t.Errorf("%s does not quote the title:\n%s", lang, out.String())
		}
	}
	f := &source.Fault{File: "a\nb", Table: "\x1b[2J", What: "it is\twrong " + strings.Repeat("x", 10_000), Found: forged, Expected: strings.Repeat("é", 10_000)}
	if text := f.Error(); strings.ContainsAny(text, "\n\x1b\t\u202e") || len(text) > 3000 {
		t.Errorf("%d bytes: %.300q", len(text), text)
	}
	if got := fmt.Sprint(f); got != f.Error() {
		t.Error(got)
	}
}
