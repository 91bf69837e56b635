package verify

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// TestARecordHoldsAtItsAddress and in the folder in which it was kept.
func TestARecordHoldsAtItsAddress(t *testing.T) {
	b := press(t, nil)
	server := httptest.NewServer(http.StripPrefix("/record/", http.FileServerFS(b.files)))
	defer server.Close()
	for _, at := range []string{"", "/", "/record", "/record/", "/en/record/tigli", "/record/tigli", "/record/tigli.zip", "/record/tigli/opinion.json"} {
		base, slug, err := Address(server.URL + at)
		if err != nil || base != server.URL+"/record/" || slug != "" && slug != "tigli" || (slug == "") == strings.Contains(at, "tigli") {
			t.Errorf("%s is %q of %q, %v", at, slug, base, err)
		}
	}
	folder := t.TempDir()
	there, err := Run(t.Context(), Saved(Web(t.Context(), server.URL+"/record/"), folder), Options{})
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
	if _, err := Run(t.Context(), Web(t.Context(), server.URL+"/elsewhere/"), Options{}); err != ErrNoRecord {
		t.Errorf("a site without a record: %v", err)
	}
	for _, bad := range []string{"ftp://host/record", "https://", "https://host/elsewhere", "tigli"} {
		if base, _, err := Address(bad); err == nil {
			t.Errorf("%s was taken for %s", bad, base)
		}
	}
}

// TestNoNameLeadsOutOfTheFolder in which a record is kept.
func TestNoNameLeadsOutOfTheFolder(t *testing.T) {
	if _, err := Saved(Web(t.Context(), "http://127.0.0.1:1/record/"), t.TempDir()).Open("../x"); err == nil {
		t.Error("a name led out")
	}
}
