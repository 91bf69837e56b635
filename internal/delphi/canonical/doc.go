// Package canonical writes and reads JSON in its canonical form (RFC 8785), so that one
// document has one text and one hash, whoever writes it: protocols, tables, opinions and
// the entries of the record are all hashed as it writes them.
//
//	any Go value ─ Write, Marshal ─► bytes ─► SHA-256
//	bytes ─ Read ─► sound, each field in its place, within its cost ─► the Go value
//
// Reading is strict: a text is read into a value only if it is, byte by byte, what that
// value would be written as. It is bounded too, since texts come from strangers: length,
// depth, names and numbers have limits, and a text whose values would take more memory than
// its length allows is refused before any of them is made. Loose and Reader read JSON that
// others wrote in any order and spelling, within the same bounds.
//
// It stands beneath the method, which hashes protocols, and like it knows no I/O but the
// streams that it is given.
package canonical
