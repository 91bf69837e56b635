package page

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/google/uuid"
)

// A session's idle time is in its browser, not in its row: a sealed cookie says of
// which session it is, when that was last used, to some minutes, and whose it is. A
// row written while somebody reads would be a clock beside their ballot.
//
//	sign-in ─► mark ─► each request: older than the idle limit → over
//	                    └─ older than a twelfth of it → a new mark
//
// Who steals a session's cookie without the mark holds nothing.

// marked is a mark, opened.
type marked struct {
	session [sha256.Size]byte // hash of its token
	at      time.Time
	owner   uuid.UUID
}

// steps are how many times a session that is used all the time is marked within the
// idle limit.
const steps = 12

func (q *Request) markCookie() string { return q.Cookies.HostName("seen") }

// idle tells whether the session of an account was not used for too long, and reads
// the mark for mark.
func (q *Request) idle(id uuid.UUID) bool {
	m, ok := q.marked()
	q.seen = m.at
	return !ok || m.owner != id || m.session != sha256.Sum256([]byte(q.app.sessions.Token(q.Context()))) || q.Now.Sub(m.at) > q.app.opts.Idle
}

// mark marks the session as used, if the last mark is a step old.
func (q *Request) mark(id uuid.UUID) {
	if q.Now.Sub(q.seen) >= q.app.opts.Idle/steps {
		q.note(id)
	}
}

// note sets the mark of the session as it is named now.
func (q *Request) note(id uuid.UUID) {
	name := q.markCookie()
	session := sha256.Sum256([]byte(q.app.sessions.Token(q.Context())))
	b := binary.BigEndian.AppendUint64(session[:], uint64(q.Now.Unix()))
	b = append(b, id[:]...)
	q.Cookies.Set(name, q.app.sealer.SealBytes(name, b), 0) // until the browser is closed, as the session's
}

// unmark forgets whose the browser's last session was.
func (q *Request) unmark() { q.Cookies.Delete(q.markCookie()) }

// marked opens the mark that the browser brings.
func (q *Request) marked() (m marked, ok bool) {
	name := q.markCookie()
	c, err := q.R.Cookie(name)
	if err != nil {
		return m, false
	}
	b, ok := q.app.sealer.OpenBytes(name, c.Value)
	if !ok || len(b) != sha256.Size+8+len(m.owner) {
		return m, false
	}
	copy(m.session[:], b)
	m.at = time.Unix(int64(binary.BigEndian.Uint64(b[sha256.Size:])), 0)
	copy(m.owner[:], b[sha256.Size+8:])
	return m, true
}

// owner is the account that the browser's session is or was last of; uuid.Nil when it
// is nobody's.
func (q *Request) owner() uuid.UUID {
	if q.Actor.SignedIn() {
		return q.Actor.Account
	}
	m, _ := q.marked()
	return m.owner
}
