package page

import "net/http"

// Apart makes a page of h without session: none is read, none is written, and q.Actor is
// nobody whatever cookie comes along. Ballots that are reached by a code are such pages,
// so that no line of ours ever sees the code and the account of one request together
// (docs/RECORD.md §1). They are quiet. It must run beneath Wrap.
func (a *App) Apart(h Handler, guards ...Guard) Quiet {
	return Quiet{func(w http.ResponseWriter, r *http.Request) {
		q := a.outside(w, r)
		q.NoStore() // what is read with a code is its holder's own
		if err := a.pass(q, h, guards); err != nil {
			a.exit(q, err)
		}
	}}
}
