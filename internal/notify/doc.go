// Package notify tells people what happens, through an outbox: who is told is
// stored in the transaction of the act that is told, and letters leave later.
//
// Everybody enrolled is told the same thing. Nothing here knows how or whether
// anybody answered, so nothing in a letter, in the outbox or in the mail server's
// log can tell it (docs/RECORD.md §2.3).
//
//	Tell ── waiting ──(the server takes it)── sent
//	         │  ▲ └──(the address is refused, or tried for days)── refused
//	         │  └─ in trouble: tried again, ever later
//	         └──(its deadline has passed)── late
//
// A letter goes to an account or to the guest of an invitation, who has none. The outbox names
// the invitation alone: address and code are asked for when the letter is written (Host).
//
// Without a mail server messages stay waiting, marked "no mail server"; they
// leave when there is one, unless it is too late for them. A letter is handed
// over under its row's lock and has the same Message-ID at every try: two servers
// never send it twice, and should one die between the mail server's yes and its
// own note of it, the copy can be told for one.
package notify
