// Package page has the handler type that every room of the web is built from: requests,
// forms, guards, sessions, and the one exit for errors. It exists so that a room writes
// what its page does and nothing of how a request arrives. It has no audience and no
// markup: web/ui draws.
//
// One request walks down, and comes back up as a page:
//
//	Serve      the site's own name → page cache → the route's row (table.go); assets and probes end here
//	 wrap      request id, headers → language → address → body → a place at work, or 503 → panics → foreign origins
//	  dispatch as the row says (route.go): access log → session → actor → guards → Handler
//	   exit    nil: what the handler rendered; error: one table from fault.Kind to status,
//	           one page in the reader's language, one line in the log
//
// The session of a person, of which the database has neither token nor owner (web/session):
//
//	(none) ──GET /sign-in──▶ attempt, 15 min ──callback──▶ signed in ──POST /sign-out──▶ (none)
//	                          a sealed cookie              a token, a row      row deleted
//	signed in ── 12 h · 2 h unused (idle.go) · ended elsewhere (end.go) ──▶ (none)
//	signed in with a role ── 1 h ──▶ stale: without roles, until the provider was asked, silently where it can
//
// Routes under which people answer are answering ones: their rows say so, and no log has a
// line of them (failure.go counts what failed). A form that arrives too late is stored encrypted and comes
// back filled in (refill.go).
//
// A request reads its session in one statement, batched with those of the same moment,
// together with the edition of all accounts and roles: an actor that was read at that
// edition is taken from memory.
//
// Nothing is written on a read: words to show once and a session's idle time travel in
// cookies, and pages for readers without a session carry an ETag and are the same for all
// of them. Nothing one person did is cached: the next request may reach another server,
// and the one after it this one again.
//
// A place at work is released when the answer begins. Answers that grow with the record
// have a limiter of their own, and are sent from a spool (package download); below a least rate a
// connection is cut.
package page
