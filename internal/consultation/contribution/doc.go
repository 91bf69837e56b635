// Package contribution keeps contributions sealed while their gather round is open, and
// turns them into items afterwards: the moderator admits, rejects with a reason, merges,
// and undoes until the next round opens. It knows authors by alias alone.
//
// While the round is open an author has one row, whatever they write, change or take back:
//
//	              write                write, correct, withdraw
//	(nothing) ─────────────▶ sealed row ───┐         author = HMAC(alias key, alias ‖ round)
//	                           │  ▲        │         blob   = AES-GCM(HKDF(alias key, author ‖ round),
//	                           │  └────────┘                    alias ‖ texts, padded to 8, 64 or 512 KiB)
//	          the round closes │
//	                           ▼      in the closing's transaction: all authors at once,
//	       pending contributions      in the order of random ids, with their aliases; the
//	                                  table of sealed rows is dropped
//
// Before that no alias, no word and no id of a contribution stands in the database. Rows
// are written anew in the order of their ids every hour. A row stays, as long as it was,
// when all that it held is withdrawn. What becomes of sealed rows otherwise:
//
//	suspended              they stay sealed; nobody writes, authors read their own
//	closed early           opened, as at the deadline
//	the key's last day     the round closes, and they are opened
//	withdrawn              dropped unread; what a backup holds opens only with the alias
//	                       key, which lives until the space is archived
//	the key is missing     the closing fails as a whole, and comes again
//
// Who has the database without the key reads from it who is enrolled and how many have
// written. Who also keeps copying the write-ahead log sees in which order enrolments and
// sealed rows were written, how often each row was and of which length it is: of an
// account, which is nobody without its own key, it tells that it wrote and about how
// much, and of somebody who wrote far more than all others perhaps which alias is theirs.
//
// A contribution, from the closing on:
//
//	pending
//	 │  ▲
//	 │  ├─ undo ─┐
//	 ▼  │        │
//	admitted   rejected (with a reason)
//
// Admitted means that it went into at least one item, and into as many as it
// speaks of. Every act has a public reason, stands in the public record with it,
// and stores what is needed to take it back. An act that made an item or changed
// its words cannot be taken back while a later act builds on those words.
//
// Moderators act one after the other, under the consultation's lock; one who acts
// on what another has just examined is told so.
package contribution
