package page

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
)

const (
	accountKey = "account"
	// editionKey is the edition that a session was read at; it is never stored.
	editionKey = "edition"
	// sweeping is how often sessions that are over are deleted.
	sweeping = 10 * time.Minute
)

// sessionCookie is the cookie's name. Over https it has the prefix by which a
// browser refuses one that a neighbouring subdomain planted (RFC 6265bis §4.1.3.2).
func (k *Kernel) sessionCookie() string {
	if k != nil && k.secure {
		return "__Host-delfi_session"
	}
	return "delfi_session"
}

func (k *Kernel) openSessions() {
	s := scs.New()
	s.Lifetime = k.opts.Lifetime
	s.IdleTimeout = 0 // an idle time would write a row on every read
	s.Codec = codec{}
	s.Cookie.Name = k.sessionCookie()
	s.Cookie.HttpOnly = true
	s.Cookie.SameSite = http.SameSiteLaxMode
	s.Cookie.Secure = k.secure
	s.Cookie.Persist = false // it ends with the browser: many people share a library's
	s.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		k.exit(k.outside(w, r), fmt.Errorf("session: %w", err))
	}
	if k.opts.DB != nil {
		s.Store = sealed{account.NewSessions(k.opts.DB)}
	}
	k.sessions = s
}

// sweep deletes sessions that are over until ctx ends.
func (k *Kernel) sweep(ctx context.Context) {
	tick := time.NewTicker(sweeping)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := account.NewSessions(k.opts.DB).Sweep(ctx); err != nil && ctx.Err() == nil {
				k.opts.Log.Error("sessions that are over stay", "error", err)
			}
		}
	}
}

// identify finds who asks: one read of the session, done by then, and another only
// when something changed about anybody since the actor was last read.
func (k *Kernel) identify(q *Request) error {
	said := k.sessions.GetString(q.Context(), accountKey)
	if said == "" {
		return nil
	}
	id, err := uuid.Parse(said)
	if err != nil {
		return fmt.Errorf("session's account: %w", err)
	}
	at, _ := k.sessions.Get(q.Context(), editionKey).(account.Edition)
	actor, err := k.opts.Actors.ActorAt(q.Context(), id, at)
	if fault.KindOf(err) == fault.NotFound {
		return q.SignOut() // the account is gone, and its sessions with it
	}
	if err != nil {
		return fmt.Errorf("who asks: %w", err)
	}
	q.Actor = actor
	return nil
}

// SignIn makes the session the account's. The token is a new one, so that
// whoever planted or saw the old one holds nothing.
func (q *Request) SignIn(id uuid.UUID) error {
	s := q.kernel.sessions
	if err := s.Clear(q.Context()); err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	if err := s.RenewToken(q.Context()); err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	s.SetDeadline(q.Context(), time.Now().Add(q.kernel.opts.Lifetime))
	s.Put(q.Context(), accountKey, id.String())
	return nil
}

// SignOut ends the session on the server; the cookie that named it is worth nothing then.
func (q *Request) SignOut() error {
	if err := q.kernel.sessions.Destroy(q.Context()); err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	q.Actor = account.Actor{}
	return nil
}

// Keep stores v as JSON under key in the session of someone who has signed in. For
// strangers nothing is stored: what they bring back is theirs to carry (Entrust).
func (q *Request) Keep(key string, v any) error {
	s := q.kernel.sessions
	if !s.Exists(q.Context(), accountKey) {
		return fmt.Errorf("keep %s: nobody has signed in", key)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("keep %s: %w", key, err)
	}
	s.Put(q.Context(), key, string(b))
	return nil
}

// Recall reads what Keep stored into v; false when nothing is there.
func (q *Request) Recall(key string, v any) (bool, error) {
	text := q.kernel.sessions.GetString(q.Context(), key)
	if text == "" {
		return false, nil
	}
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return false, fmt.Errorf("recall %s: %w", key, err)
	}
	return true, nil
}
