package library

import (
	"testing"

	"delfi/internal/library"
	"delfi/internal/library/clean"
	"delfi/web/i18n"
	"delfi/web/page"
)

func TestSizesAreSaidAsPeopleSayThem(t *testing.T) {
	for bytes, want := range map[int64][2]string{
		1:          {"1 kB", "1 kB"},
		88_499:     {"88 kB", "88 kB"},
		999_999:    {"999 kB", "999 kB"},
		1_000_000:  {"1 MB", "1 MB"},
		1_149_999:  {"1,1 MB", "1.1 MB"},
		1_950_000:  {"2 MB", "2 MB"},
		26_214_400: {"26,2 MB", "26.2 MB"},
	} {
		for i, lang := range i18n.Languages {
			q := &page.Request{Printer: i18n.Printer{Lang: lang}}
			if got := size(q, bytes); got != want[i] {
				t.Errorf("%d in %s: %q, want %q", bytes, lang, got, want[i])
			}
		}
	}
}

func TestWhatAVersionGives(t *testing.T) {
	q := &page.Request{Printer: i18n.Printer{Lang: "it"}}
	for want, v := range map[string]library.Version{
		"CSV, 2 kB":       {File: library.File{Type: clean.CSV, Size: 2400}},
		"riva.example":    {Link: "https://riva.example:8443/mappe?a=b"},
		"xn--bcher-kva.x": {Link: "http://xn--bcher-kva.x"},
	} {
		if got := gives(q, v); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
