// Package download sends answers that are large, or that grow with the record, to readers
// who may be slow. It exists so that none of them holds a connection of the database, a
// place among the requests at work, or memory without bound while it is sent.
//
//	making (few at once) ──▶ Spool: in memory, or a file without a name ──▶ sent in pieces, each within a window
//	a page from memory   ──▶ Write: bounded by what waits for slow readers
//	a file that is there ──▶ Paced: each write within a window
package download
