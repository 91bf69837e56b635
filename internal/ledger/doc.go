// Package ledger keeps the public append-only record of who did what, why and when.
//
// It exists so that whoever steers a consultation does so in sight: every act is
// written in the act's own transaction, by office and name, with its public
// reason, and nobody can take it back (the table refuses updates and deletions).
// A participant is never named in it.
//
//	act ── Append(tx) ──► entry n+1 ──commit──► read by everyone
//	  └──── rollback ───► nothing: a number is given only to what happened
//
// Numbers are given under one advisory lock, held until the act commits: they
// have no gaps, and a reader who saw entry n has seen all before it. That puts
// the acts of staff one after the other, which is cheap; answers are no acts.
package ledger
