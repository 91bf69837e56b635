package participate

import (
	"delfi/internal/consultation"
	"delfi/web/dossier"
	"delfi/web/page"
)

// view is a consultation as the room's pages show it.
type view struct{ dossier.View }

// load gives the consultation that the address names, with the reader's group.
func (c room) load(q *page.Request) (view, error) {
	v, err := c.loader.Load(q)
	v.ByCode = c.coded
	return view{v}, err
}

// numbered gives the consultation with the round that the address names.
func (c room) numbered(q *page.Request) (view, consultation.Round, error) {
	v, r, err := c.loader.Numbered(q)
	v.ByCode = c.coded
	return view{v}, r, err
}
