// Package sessions stores the rows of sessions, and their ends. It exists so that a
// session ends on every server at once, and that its row says nothing: a name, bytes and
// a whole hour. Who has the cookie can read it (web/session).
//
//	Put ──▶ row until an hour ──Find──▶ row, edition of all accounts, last end
//	End(names) ──▶ what began before is over ──Ended──▶ true
//	Sweep: rows and ends that are over go
package sessions
