package static

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

func TestAnAssetIsServedForeverAtItsOwnEdition(t *testing.T) {
	for _, c := range []struct{ path, caching string }{
		{URL("css/delfi.css"), "public, max-age=31536000, immutable"},
		{"/static/000000000000/css/delfi.css", "no-cache"},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, c.path, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		Handler().ServeHTTP(w, r)
		if w.Code != 200 || w.Header().Get("Cache-Control") != c.caching || w.Header().Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: %d, %v", c.path, w.Code, w.Header())
		}
		if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") {
			t.Errorf("%s is served as %s", c.path, w.Header().Get("Content-Type"))
		}
	}
}

func TestNothingOutsideTheAssetsIsServed(t *testing.T) {
	for _, path := range []string{"/static/x/../static.go", "/static/x/%2e%2e/static.go", "/static/", "/static/x/css", "/static/x/none.css"} {
		w := httptest.NewRecorder()
		Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// Whatever names are asked for, there are as many packed files as were asked for by
// their own.
func TestAFloodOfNamesFillsNothing(t *testing.T) {
	h := Handler().(*server)
	ask := func(path string) int {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL.Path = path // as written, whatever a parser makes of it
		r.Header.Set("Accept-Encoding", "gzip")
		h.ServeHTTP(w, r)
		return w.Code
	}
	for i := range 1400 {
		for _, path := range []string{"x/a%d/../css/delfi.css", "x/./a%d/../css/delfi.css", "x//css/delfi.css?%d", "x/css/delfi.css/%d", "x/css/%d", "x/../a%d/css/delfi.css"} {
			if status := ask(Prefix + fmt.Sprintf(path, i)); status != http.StatusNotFound {
				t.Fatalf("%s: %d", path, status)
			}
		}
		if status := ask(Prefix + fmt.Sprintf("edition-%d/css/delfi.css", i)); status != http.StatusOK {
			t.Fatal(status)
		}
	}
	if len(h.packed) != 1 || h.packed["css/delfi.css"] == nil {
		t.Errorf("%d files are packed of one", len(h.packed))
	}
}

// No style sheet holds a font: pages load them from the site alone (font-src 'self'), and a
// browser would report each page that tries.
func TestNoStyleSheetHoldsAFont(t *testing.T) {
	faces := regexp.MustCompile(`@font-face\s*\{[^}]*\}`)
	found := 0
	err := fs.WalkDir(files, "assets", func(name string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".css" {
			return err
		}
		sheet, err := fs.ReadFile(files, name)
		for _, face := range faces.FindAllString(string(sheet), -1) {
			found++
			if strings.Contains(face, "data:") {
				t.Errorf("%s has %.80s…", name, face)
			}
		}
		return err
	})
	if err != nil || found == 0 {
		t.Errorf("%d fonts, %v", found, err)
	}
}

// What npm gave is compared with what was reviewed, byte for byte.
func TestPackagesAreTheListedOnes(t *testing.T) {
	// echo -n look | sha256sum
	const list = "3c01eba119e00d79c82b6f65d70bc5f1044d568618bf41377e6d1432023fc2b8  vendor/css/look.css\n"
	for name, c := range map[string]struct {
		tree fstest.MapFS
		list string
		want string
	}{
		"listed":    {fstest.MapFS{"assets/vendor/css/look.css": {Data: []byte("look")}}, list, ""},
		"missing":   {fstest.MapFS{}, list, "vendor/css/look.css is missing: run make assets"},
		"different": {fstest.MapFS{"assets/vendor/css/look.css": {Data: []byte("loot")}}, list, "run make assets"},
		"no list":   {fstest.MapFS{}, "look\n", "is no line"},
	} {
		err := verify(c.tree, c.list)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
