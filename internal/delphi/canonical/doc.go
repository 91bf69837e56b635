// Package canonical writes JSON in its canonical form (RFC 8785), so that one document
// has one text and one hash, whoever writes it: protocols, tables, opinions and the
// entries of the record are all hashed as it writes them.
//
//	any Go value ─ Marshal ─► tree of JSON values ─ Append ─► bytes ─► SHA-256
//
// It stands beneath the method, which hashes protocols, and like it knows no I/O.
package canonical
