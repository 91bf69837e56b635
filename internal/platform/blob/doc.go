// Package blob stores files outside the database, under the digest of their bytes.
//
//	bytes ── Put ──► temporary file, hashed and counted ── fsync, rename ──► blob
//	blob  ── Open ──► hashed, compared with its name ──► reader
//	blob  ── Sweep ──► removed, when nothing refers to it for some time
//
// A blob never changes: equal bytes are one blob, and a database's row that has the digest
// says whose it is. A blob that does not hash to its name is not served: it says so, and the
// next Put of the same bytes mends it.
//
// A row is written after its blob, in a transaction that holds Use until it commits; a
// sweep holds the same lock alone. So no row refers to a blob that a sweep removes.
package blob
