package library

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"delfi/internal/library"
	"delfi/internal/library/clean"
	"delfi/web/page"
	"delfi/web/ui"
)

// size says how large a file is, as people say it.
func size(q *page.Request, bytes int64) string {
	if bytes < 1_000_000 {
		return q.T("library.size.kb", "n", q.Number(int(max(1, bytes/1000))))
	}
	tenths := (bytes + 50_000) / 100_000
	figure := q.Number(int(tenths / 10))
	if tenths%10 > 0 {
		figure = q.T("library.size.decimal", "whole", figure, "tenth", fmt.Sprint(tenths%10))
	}
	return q.T("library.size.mb", "n", figure)
}

// gives says what a version gives to read: a type and a size, or a host.
func gives(q *page.Request, v library.Version) string {
	if v.IsFile() {
		return strings.ToUpper(string(v.File.Type)) + ", " + size(q, v.File.Size)
	}
	u, err := url.Parse(v.Link)
	if err != nil {
		return v.Link // what was stored is a link
	}
	return u.Hostname()
}

// words are some of a version, marked with its language.
func words(v library.Version, text string) string { return ui.In(v.Lang(), text) }

// icon is the symbol of what a version gives.
func icon(v library.Version) string {
	switch {
	case !v.IsFile():
		return "it-external-link"
	case v.File.Type == clean.PDF:
		return "it-file-pdf-ext"
	}
	return "it-file"
}

// accepted lists the ends of names that a form takes.
func accepted() string {
	ends := []string{".jpeg"}
	for _, t := range clean.Types {
		ends = append(ends, "."+string(t))
	}
	return strings.Join(ends, ",")
}

// types names the types that are taken.
func types() string {
	out := make([]string, len(clean.Types))
	for i, t := range clean.Types {
		out[i] = strings.ToUpper(string(t))
	}
	return strings.Join(out, ", ")
}

// done names the words for an act on a document, with what was removed from its file.
func done(key string, removed []clean.Removed) string {
	picture, author := slices.Contains(removed, clean.Picture), slices.Contains(removed, clean.Author)
	switch {
	case picture && author:
		return key + "_both"
	case picture:
		return key + "_picture"
	case author:
		return key + "_author"
	}
	return key
}

// listing is a list of documents, for readers or on the desk.
type listing struct {
	Documents []library.Document
	path      string // of the list, and beneath it of the files
	desk      bool   // each leads to its form
}

// href leads to what a version gives to read.
func (v listing) href(q *page.Request, d library.Document, one library.Version) templ.SafeURL {
	if one.IsFile() {
		return templ.SafeURL(q.URL(fmt.Sprintf("%s/%d/%d", v.path, d.Number, one.Number)))
	}
	return templ.URL(one.Link)
}

// about says where a version is from: source, date, language, licence, and what it gives.
func about(q *page.Request, v library.Version) string {
	parts := []string{v.Source}
	if !v.Dated.IsZero() {
		parts = append(parts, q.Day(v.Dated))
	}
	return strings.Join(append(parts, q.T("library.language."+v.Language), q.T("library.licence."+v.Licence), gives(q, v)), " · ")
}

// paragraphs are those of a description.
func paragraphs(text string) []string {
	return slices.DeleteFunc(strings.Split(text, "\n\n"), func(p string) bool { return strings.TrimSpace(p) == "" })
}
