package library

import (
	"fmt"
	"net/http"
	"strconv"

	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/internal/library"
	"delfi/web/page"
	"delfi/web/ui"
)

// listView is everybody's list.
type listView struct {
	consultation.Consultation
	Documents []library.Document
}

// path is the library's own page.
func path(c consultation.Consultation) string { return "/consultations/" + c.Slug + "/library" }

// list shows the documents.
func (c room) list(q *page.Request) error {
	v := listView{}
	var err error
	if v.Consultation, err = c.Consultations.Latest(q.Context(), q.Actor, q.Param("slug")); err != nil {
		return err
	}
	if v.Documents, err = c.Library.Listed(q.Context(), q.Actor, v.Space); err != nil {
		return err
	}
	return q.Render(http.StatusOK, list(v))
}

// number reads a number of an address, which has one form.
func number(q *page.Request, name string) (int, error) {
	n, err := strconv.Atoi(q.Param(name))
	if err != nil || n < 1 || strconv.Itoa(n) != q.Param(name) {
		return 0, fault.New(fault.NotFound, "no_document", "there is no such document")
	}
	return n, nil
}

// file sends the file of a version.
func (c room) file(q *page.Request) error {
	of, err := c.Consultations.Latest(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return err
	}
	n, err := number(q, "n")
	if err != nil {
		return err
	}
	version, err := number(q, "version")
	if err != nil {
		return err
	}
	o, err := c.Library.Open(q.Context(), q.Actor, of.Space, n, version)
	if err != nil {
		return err
	}
	defer o.Close()
	f := page.File{
		Name: fmt.Sprintf("%s-%d-%d.%s", of.Slug, n, version, o.File.Type), Type: o.File.Type.Media(), Tag: o.File.Digest.String(), Body: o.Blob,
	}
	if !o.Public {
		f.Cache = page.NoStore
	}
	return q.Send(f)
}

// frame is the frame of a page about a consultation's library.
func (v listView) frame(q *page.Request) ui.Frame {
	return ui.Frame{
		Title: q.T("library.title") + " · " + v.Title, Section: ui.Consultations, Owner: v.AdministrationName, Address: v.Address,
		Crumbs: []ui.Crumb{
			{Label: q.T("ui.nav.consultations"), Path: "/"},
			{Label: v.Title, Path: "/consultations/" + v.Slug, Lang: v.Language},
			{Label: q.T("library.title")},
		},
	}
}
