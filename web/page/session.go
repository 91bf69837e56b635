package page

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/account/sessions"
	"delfi/internal/fault"
	"delfi/web/cookie"
	"delfi/web/page/refill"
	"delfi/web/session"
)

// The values of a session. Times are seconds since 1970, names are keyed hashes.
const (
	accountKey = "account"
	idTokenKey = "id_token" // for signing out at the provider
	untilKey   = "until"    // the absolute end
	authKey    = "auth"     // when the person proved who they are; 0 when nobody said
	lookedKey  = "looked"   // when the provider was last asked what the person may do
	subjectKey = "subject"  // name under which the provider ends all sessions of the person
	sidKey     = "sid"      // name under which it ends this one
)

// sweeping is how often sessions that are over are deleted.
const sweeping = 10 * time.Minute

// sessionCookie is the cookie's name.
func (a *App) sessionCookie() string {
	return cookie.Jar{Secure: a != nil && a.secure}.HostName("session")
}

func (a *App) openSessions() {
	s := scs.New()
	s.Lifetime = a.opts.Lifetime
	s.IdleTimeout = 0 // of the library, which would write a row on every read: see idle.go
	s.Codec = session.Codec{}
	s.Cookie.Name = a.sessionCookie()
	s.Cookie.HttpOnly = true
	s.Cookie.SameSite = http.SameSiteLaxMode
	s.Cookie.Secure = a.secure
	s.Cookie.Persist = false // it ends with the browser: many people share a library's
	s.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		a.exit(a.outside(w, r), fmt.Errorf("session: %w", err))
	}
	if a.opts.DB != nil {
		a.rows = sessions.New(a.opts.DB)
		a.forms = refill.NewStore(a.rows)
		s.Store = session.NewStore(a.rows)
	}
	a.sessions = s
}

// sweep deletes sessions that are over until ctx ends.
func (a *App) sweep(ctx context.Context) {
	tick := time.NewTicker(sweeping)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := a.rows.Sweep(ctx); err != nil && ctx.Err() == nil {
				a.opts.Log.Error("sessions that are over stay", "error", err)
			}
		}
	}
}

// identify finds who asks: one read of the session, done by then, and another only
// when something changed about anybody since the actor was last read. A session that
// is over, by age, by idleness or by an end from elsewhere, is nobody's.
func (a *App) identify(q *Request) error {
	if !q.visit.route.class().session {
		return nil
	}
	text := a.sessions.GetString(q.Context(), accountKey)
	if text == "" {
		return nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return fmt.Errorf("session's account: %w", err)
	}
	read, _ := a.sessions.Get(q.Context(), session.ReadKey).(sessions.Row)
	if over, err := a.over(q, id, read); err != nil || over {
		if err == nil {
			err = q.destroy()
		}
		return err
	}
	actor, err := a.opts.Actors.ActorAt(q.Context(), id, read.At)
	if fault.KindOf(err) == fault.NotFound {
		return q.destroy() // the account is gone, and its sessions with it
	}
	if err != nil {
		return fmt.Errorf("who asks: %w", err)
	}
	q.Actor = actor
	q.Actor.Attested = session.Attested(func(key string) string { return a.sessions.GetString(q.Context(), key) })
	q.mark(id)
	if len(actor.Grants) > 0 && q.Now.Sub(q.instant(lookedKey)) > a.opts.StaffLook {
		// What the provider gave an hour ago it may have taken back: until it is asked,
		// the person is anybody.
		q.stale, q.Actor.Grants = true, nil
	}
	return nil
}

// over tells whether a session is.
func (a *App) over(q *Request, id uuid.UUID, read sessions.Row) (bool, error) {
	if !q.Now.Before(q.instant(untilKey)) || q.idle(id) {
		return true, nil
	}
	if a.rows == nil {
		return false, nil
	}
	names := []string{a.endName("account", id.String())}
	for _, key := range []string{subjectKey, sidKey} {
		if name := a.sessions.GetString(q.Context(), key); name != "" {
			names = append(names, name)
		}
	}
	return a.rows.Ended(q.Context(), read, names...)
}

// instant reads a time of the session; the zero instant of 1970 when there is none.
func (q *Request) instant(key string) time.Time {
	seconds, err := strconv.ParseInt(q.app.sessions.GetString(q.Context(), key), 10, 64)
	if err != nil {
		return time.Unix(0, 0)
	}
	return time.Unix(seconds, 0)
}

// Entered is how a person entered, as the provider says.
type Entered struct {
	Account                       uuid.UUID
	Issuer, Subject, SID, IDToken string    // "" when unknown
	Auth                          time.Time // when they proved who they are; zero when unknown
	Silent                        bool      // nobody was asked: the session goes on as old as it is
	Attested                      account.Attested
}

// SignIn makes the session the account's, who proved this very moment who they are.
func (q *Request) SignIn(id uuid.UUID) error { return q.Enter(Entered{Account: id, Auth: q.Now}) }

// Enter makes the session the account's. The token is a new one, so that whoever
// planted or saw the old one holds nothing.
func (q *Request) Enter(e Entered) error {
	a, ctx := q.app, q.Context()
	s := a.sessions
	until, auth := q.Now.Add(a.opts.Lifetime), e.Auth
	if e.Silent && s.GetString(ctx, accountKey) == e.Account.String() {
		until = q.instant(untilKey)
		if before := q.instant(authKey); auth.Before(before) {
			auth = before
		}
	}
	if auth.After(q.Now) {
		auth = q.Now // a provider's clock makes no sign-in younger
	}
	if err := s.Clear(ctx); err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	if err := s.RenewToken(ctx); err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	s.SetDeadline(ctx, time.Now().Add(until.Sub(q.Now)))
	for key, value := range map[string]string{
		accountKey: e.Account.String(), idTokenKey: e.IDToken,
		untilKey: seconds(until), authKey: seconds(auth), lookedKey: seconds(q.Now),
		subjectKey: a.endName("subject", e.Issuer, e.Subject), sidKey: a.endName("sid", e.Issuer, e.SID),
	} {
		if value != "" {
			s.Put(ctx, key, value)
		}
	}
	session.Attest(e.Attested, func(key, value string) { s.Put(ctx, key, value) })
	q.note(e.Account)
	return nil
}

func seconds(at time.Time) string {
	if at.IsZero() {
		return "0"
	}
	return strconv.FormatInt(at.Unix(), 10)
}

// IDToken is what the provider gave at the last sign-in; "" when nothing is kept.
func (q *Request) IDToken() string { return q.app.sessions.GetString(q.Context(), idTokenKey) }

// SignOut ends the session on the server; the cookie that named it is worth nothing
// then, and the browser forgets what pages of it are at hand.
func (q *Request) SignOut() error {
	if err := q.destroy(); err != nil {
		return err
	}
	q.unmark()
	// Not "cookies": the words to show once travel in one.
	q.W.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return nil
}

// destroy ends the session on the server.
func (q *Request) destroy() error {
	if err := q.app.sessions.Destroy(q.Context()); err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	q.Actor = account.Actor{}
	return nil
}
