package library

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/library/clean"
	"delfi/internal/platform/blob"
	"delfi/internal/prose"
)

const (
	// MaxFile is the size of a file, in bytes, that is taken.
	MaxFile = 25 << 20
	// maxDocuments and maxVersions bound a space and a document.
	maxDocuments = 200
	maxVersions  = 50
	// The longest texts, in characters.
	maxLine        = 200
	maxLink        = 1000
	maxDescription = 2000
	maxReason      = 600
)

// Languages are the codes of the languages that a document may have; "und" is another.
var Languages = []string{"it", "en", "de", "fr", "sl", "es", "und"}

// Licences are the codes of licences: what a reader may do with a document.
var Licences = []string{"official", "iodl-2.0", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "permission", "reserved"}

// Document is one document of a space.
type Document struct {
	ID        uuid.UUID
	Space     uuid.UUID
	Number    int // 1.. in its space
	Withdrawn bool
	Reason    string    // of the withdrawal
	Versions  []Version // newest first; never empty
}

// Version is a document as it stood from a day on.
type Version struct {
	Number      int // 1..
	Title       string
	Source      string
	Dated       time.Time // its date, at midnight UTC; zero for none
	Language    string
	Licence     string
	Description string
	Link        string // "" for a file
	File        File   // zero for a link
	AddedOn     time.Time
	Given       bool // to the panel, with the announcement
}

// File is what is stored of a file.
type File struct {
	Type    clean.Type
	Size    int64
	Digest  blob.Digest
	Removed []clean.Removed
}

// Current is the newest version.
func (d Document) Current() Version { return d.Versions[0] }

// Version gives a version by its number.
func (d Document) Version(number int) (Version, bool) {
	at := slices.IndexFunc(d.Versions, func(v Version) bool { return v.Number == number })
	if at < 0 {
		return Version{}, false
	}
	return d.Versions[at], true
}

// IsFile tells whether a version is a file.
func (v Version) IsFile() bool { return v.Link == "" }

// Lang is the code of a version's language; "" when it has none.
func (v Version) Lang() string {
	if v.Language == "und" {
		return ""
	}
	return v.Language
}

// says tells whether two versions say the same.
func (v Version) says(o Version) bool {
	return v.Title == o.Title && v.Source == o.Source && v.Dated.Equal(o.Dated) && v.Language == o.Language && v.Licence == o.Licence &&
		v.Description == o.Description && v.Link == o.Link && v.File.Digest == o.File.Digest
}

// Form is a document as it is typed.
type Form struct {
	Title, Source, Dated, Language, Licence, Description, Link string
}

// FormOf gives a version as it would be typed.
func FormOf(v Version) Form {
	f := Form{Title: v.Title, Source: v.Source, Language: v.Language, Licence: v.Licence, Description: v.Description, Link: v.Link}
	if !v.Dated.IsZero() {
		f.Dated = v.Dated.Format(time.DateOnly)
	}
	return f
}

// read checks a form, with a file or without; kept says that the file of before stays
// where there is neither file nor link.
func (f Form) read(file, kept bool) (Version, error) {
	var bad []fault.Field
	v := Version{
		Title:    prose.Field{Name: "title", Max: maxLine, Needed: true, Line: true}.Read(f.Title, &bad),
		Source:   prose.Field{Name: "source", Max: maxLine, Needed: true, Line: true}.Read(f.Source, &bad),
		Language: f.Language, Licence: f.Licence,
	}
	if f.Dated = strings.TrimSpace(f.Dated); f.Dated != "" {
		var err error
		if v.Dated, err = time.Parse(time.DateOnly, f.Dated); err != nil || v.Dated.Year() < 1000 {
			bad = append(bad, fault.Field{Name: "dated", Code: "not_a_date", Message: "is no date: write it as 2026-05-31"})
		}
	}
	for _, one := range []struct {
		name, value string
		known       []string
	}{{"language", f.Language, Languages}, {"licence", f.Licence, Licences}} {
		if !slices.Contains(one.known, one.value) {
			bad = append(bad, fault.Field{Name: one.name, Code: "required", Message: "is needed"})
		}
	}
	v.Description = prose.Field{Name: "description", Max: maxDescription}.Read(f.Description, &bad)
	v.Link = prose.Field{Name: "link", Max: maxLink, Line: true}.Read(f.Link, &bad)
	switch {
	case file && v.Link != "":
		bad = append(bad, fault.Field{Name: "file", Code: "file_and_link", Message: "and a link are two documents: leave one of them out"})
	case !file && !kept && v.Link == "":
		bad = append(bad, fault.Field{Name: "file", Code: "file_or_link", Message: "or a link is needed"})
	case v.Link != "" && !leads(v.Link):
		bad = append(bad, fault.Field{Name: "link", Code: "bad_link", Message: "is no address of the web: write it with https://, without a user"})
	}
	if len(bad) > 0 {
		return Version{}, fault.Bad(bad...)
	}
	return v, nil
}

// leads tells whether a link is an address of the web that says where it leads.
func leads(link string) bool {
	u, err := url.Parse(link)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil && strings.Contains(u.Hostname(), ".")
}

// refused is why a file is not taken, in its field.
func refused(code, message string, figures map[string]any) error {
	return fault.Bad(fault.Field{Name: "file", Code: code, Message: message, Args: figures})
}

var (
	errNone    = fault.New(fault.NotFound, "no_document", "there is no such document")
	errChanged = fault.New(fault.Conflict, "document_changed", "somebody has changed this document meanwhile")
	errGone    = fault.New(fault.Conflict, "document_withdrawn", "this document is withdrawn")
	errFull    = fault.New(fault.Conflict, "library_full", "this library has as many documents as it may have").With("max", maxDocuments)
	errLong    = fault.New(fault.Conflict, "versions_full", "this document has as many versions as it may have").With("max", maxVersions)
)
