// Package page is the kernel that every room of the web stands on: what a
// page's handler is, the one exit for its errors, who asks, forms, languages.
// It knows no audience and no markup: web/ui draws, the rooms speak.
//
// One request walks down, and comes back up as a page:
//
//	Front    kept? → the finished page, and nothing else
//	Once     one drawing at a time of a page that can be kept; the others wait
//	Wrap     request id, headers → language → address → size, body → a place in work, or 503 → panics → foreign origins
//	 router  (chi; static files and health stop here, without a session)
//	  Handle session → actor → guards → Handler
//	   exit  nil: what the handler rendered; error: one table from fault.Kind to status,
//	         one page in the reader's language, one line in the log
//
// The session of a person, of which the database keeps neither token nor owner
// (web/session):
//
//	(none) ──GET /sign-in──▶ attempt, 15 min ──callback──▶ signed in ──POST /sign-out──▶ (none)
//	                          a sealed cookie              a token, a row      row deleted
//	signed in ── 12 h · 2 h unused (idle.go) · ended elsewhere (end.go) ──▶ (none)
//	signed in with a role ── 1 h ──▶ stale: nobody's role, until the provider was asked, silently where it can
//
// Pages under which people answer are quiet: declared where they are registered, known
// before anything of a request is looked at, without a line in any log (quiet.go).
//
// A form that arrives too late is put by, and comes back filled in (typed.go).
//
// A request reads its session in one statement, which it may share with those who ask
// in the same moment, with the edition of all accounts and roles: while that is the one
// at which the actor was read, memory knows who asks.
//
// Nothing is written on a read: words to show once and a session's idle time travel in
// cookies, and pages for readers without a session carry an
// ETag and are the same for all of them.
//
// Such a page stands on a shelf, finished and compressed, until something changes it:
//
//	(nothing) ──drawn, 200, no cookie──▶ kept ──10 s · notified · act of office · deaf──▶ (nothing)
//
// Of what one person did nothing is kept here: the next request may reach another
// server, and the one after it this one again.
//
// A place in work is given back when the answer begins. What grows with the record is
// made with places of its own, and sent from a spool (spool.go); bodies are gathered
// before there is a place, in room by their length (body.go). Each is bounded in all and
// for one address (share.go), and below a least rate a connection is cut.
//
// What changes a page says so at commit, by NOTIFY from triggers (migration 0080).
// A server that cannot hear keeps nothing.
package page
