// Package ledger implements the public append-only record of acts, their authors and
// their reasons, as a log that anybody can check (docs/RECORD.md §5).
//
// It exists so that consultations are steered in sight: every act is written in the act's
// own transaction, by office and name, with its public reason, and cannot be taken back
// unseen. A participant is never named in it.
//
//	act ── Append(tx) ──► entry n, its words, the hashes it completes ──commit──► read by everyone
//	  └──── rollback ───► nothing: a number is given only to what happened
//
//	committed ── Checkpoint ──► signed size and root ──stored outside the database──► shown
//	                                   │                         │
//	             witness: contains the last one? ──► its line    │ at a start, a signing, an entry:
//	                                                             ▼ is the signed log still in the database?
//	                       yes: go on        no: "log_forked", nothing is added ── Succeed(reason) ──► the next log
//
// An entry is five LF-ended lines: format, type, consultation, UTC minute and a
// canonical JSON body. What people wrote (a name, a target, a reason, and further texts of
// the act) stands beside it as words; the body has only their salted digest, so that the
// law can have a text removed: then the words are null, and an entry "removal" names it.
// A figure of more than one word is refused.
//
//	words ──Remove(ground)──► null      entry and tree ──► never change
//
//	start ── Start: O(log n) hashes ──► serving ── Recount: all entries, beside it ──► same ──► nothing
//	                                                                    └► a difference ──► finding: no act, no signature
//
// Numbers are given under one advisory lock, held until the act commits: they have no
// gaps, and a reader who saw entry n has seen all before it. Acts of staff are thereby
// serial, which is cheap; answers are no acts.
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
