package verify

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"delfi/internal/verify/source"
)

// TestARecordHoldsAtItsAddress and in the folder in which it was kept.
func TestARecordHoldsAtItsAddress(t *testing.T) {
	b := press(t, nil)
	server := httptest.NewServer(http.StripPrefix("/record/", http.FileServerFS(b.files)))
	defer server.Close()
	for _, at := range []string{"", "/", "/record", "/record/", "/en/record/tigli", "/record/tigli", "/record/tigli.zip", "/record/tigli/opinion.json"} {
		base, slug, err := source.Address(server.URL + at)
		if err != nil || base != server.URL+"/record/" || slug != "" && slug != "tigli" || (slug == "") == strings.Contains(at, "tigli") {
			t.Errorf("%s is %q of %q, %v", at, slug, base, err)
		}
	}
	folder := t.TempDir()
	there, err := Run(t.Context(), source.Saved(source.Web(t.Context(), server.URL+"/record/"), folder), Options{})
	if err != nil {
		t.Fatal(err)
	}
	here, err := Run(t.Context(), os.DirFS(folder), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if there.Leaves != here.Leaves || there.Figures != here.Figures || there.Root != here.Root || len(here.Consultations) != 1 {
		t.Errorf("%+v\n%+v", there, here)
	}
	if left, err := fs.Glob(os.DirFS(folder), ".part-*"); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
	if _, err := Run(t.Context(), source.Web(t.Context(), server.URL+"/elsewhere/"), Options{}); !errors.Is(err, ErrNoRecord) {
		t.Errorf("a site without a record: %v", err)
	}
	for _, bad := range []string{"ftp://host/record", "https://", "https://host/elsewhere", "tigli"} {
		if base, _, err := source.Address(bad); err == nil {
			t.Errorf("%s was taken for %s", bad, base)
		}
	}
}

// TestNoNameLeadsOutOfTheFolder in which a record is kept.
func TestNoNameLeadsOutOfTheFolder(t *testing.T) {
	if _, err := source.Saved(source.Web(t.Context(), "http://127.0.0.1:1/record/"), t.TempDir()).Open("../x"); err == nil {
		t.Error("a name led out")
	}
}

// paged serves a record whose entries come by the page, seven at a time, with
// the link that next makes of the number of the next page.
func paged(t *testing.T, b *book, next func(from int) string) *httptest.Server {
	t.Helper()
	lines := strings.SplitAfter(string(b.files["entries"].Data), "\n")
	lines = lines[:len(lines)-1]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/record/entries" {
			http.StripPrefix("/record/", http.FileServerFS(b.files)).ServeHTTP(w, r)
			return
		}
		var from int
		if at := r.URL.Query().Get("from"); at != "" {
			if _, err := fmt.Sscan(at, &from); err != nil {
				t.Error(err)
			}
		}
		to := min(from+7, len(lines))
		if link := next(to); to < len(lines) && link != "" {
			w.Header().Set("Link", "<"+link+`>; rel="next"`)
		}
		_, _ = io.WriteString(w, strings.Join(lines[min(from, to):to], ""))
	}))
	t.Cleanup(server.Close)
	return server
}

// TestEntriesAreReadByThePage as if they were one file, and kept as one.
func TestEntriesAreReadByThePage(t *testing.T) {
	b := press(t, nil)
	server := paged(t, b, func(from int) string { return fmt.Sprintf("/record/entries?from=%d", from) })
	folder := t.TempDir()
	there, err := Run(t.Context(), source.Saved(source.Web(t.Context(), server.URL+"/record/"), folder), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if here, err := Run(t.Context(), os.DirFS(folder), Options{}); err != nil || here.Entries != there.Entries || here.Entries < 15 {
		t.Errorf("%d entries by the page, %d of the folder, %v", there.Entries, here.Entries, err)
	}
	if kept, err := os.ReadFile(folder + "/entries"); err != nil || string(kept) != string(b.files["entries"].Data) {
		t.Errorf("%d bytes are kept, %v", len(kept), err)
	}
}

// TestALinkLeadsToPagesOfTheFileAlone: neither to another file or server, nor round in a
// circle, nor on without an end, nor to an end before the last entry.
func TestALinkLeadsToPagesOfTheFileAlone(t *testing.T) {
	b := press(t, nil)
	for name, c := range map[string]struct {
		next func(from int) string
		want string
		says bool // of the record, that it does not hold
	}{
		"another server": {func(int) string { return "http://elsewhere.example/record/entries?from=7" }, "no further page", false},
		"another file":   {func(int) string { return "/record/key?from=7" }, "no further page", false},
		"itself":         {func(from int) string { return fmt.Sprintf("?from=%d", from-7) }, "no further page", false},
		"no address":     {func(int) string { return "http://[::1" }, "has no address", false},
		"nothing":        {func(int) string { return "?from=99&to=0" }, "entries of the checkpoint are missing", true},
		"an early end":   {func(int) string { return "" }, "entries of the checkpoint are missing", true},
	} {
		server := paged(t, b, c.next)
		_, err := Run(t.Context(), source.Web(t.Context(), server.URL+"/record/"), Options{})
		var f *source.Fault
		if err == nil || !strings.Contains(err.Error(), c.want) || errors.As(err, &f) != c.says {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", fmt.Sprintf(`<?from=%s9>; rel="next"`, r.URL.Query().Get("from")))
	}))
	defer endless.Close()
	if _, err := fs.ReadFile(source.Web(t.Context(), endless.URL+"/record/"), "entries"); err == nil || !strings.Contains(err.Error(), "a page with nothing in it") {
		t.Errorf("pages of nothing: %v", err)
	}
}
