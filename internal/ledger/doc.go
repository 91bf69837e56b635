// Package ledger keeps the public append-only record of who did what, why and when,
// as a log that anybody can check (docs/RECORD.md §5).
//
// It exists so that whoever steers a consultation does so in sight: every act is
// written in the act's own transaction, by office and name, with its public
// reason, and nobody can take it back unseen. A participant is never named in it.
//
//	act ── Append(tx) ──► entry n, its words, the hashes it completes ──commit──► read by everyone
//	  └──── rollback ───► nothing: a number is given only to what happened
//
//	committed ── Checkpoint ──► signed size and root ──kept outside the database──► shown
//	                                   │                         │
//	             witness: contains what it saw? ──► its line     │ at start, at every signing, at every entry:
//	                                                             ▼ is what was signed still in the database?
//	                       yes: go on        no: "log_forked", nothing is added ── Succeed(reason) ──► the next log
//
// An entry is five LF-ended lines: format, type, consultation, UTC minute and a
// canonical JSON body. What people wrote (a name, a target, a reason) stands beside
// it as words; the body has only their salted digest, so that the law can have a
// text removed: then the words are null, and an entry "removal" says which.
//
//	words ──Remove(ground)──► null      entry and tree ──► never change
//
// Numbers are given under one advisory lock, held until the act commits: they
// have no gaps, and a reader who saw entry n has seen all before it. That puts
// the acts of staff one after the other, which is cheap; answers are no acts.
//
// The tree is that of the checksum database (golang.org/x/mod/sumdb/tlog), its
// notes are signed by Ed25519 under a key that lies with the others, outside the
// database. A log that cannot go on (a restore that would fork it, a lost key) is
// succeeded by one of another name, whose first entry says what was last signed and
// why; the entries that are there follow byte by byte.
//
// Types of entries are listed in type.go. The arithmetic of rounds and receipts,
// which closing and checking share, is in the room leaf.
package ledger
