package page

import (
	"cmp"
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/a-h/templ"
	"github.com/alexedwards/scs/v2"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/account/sessions"
	"delfi/internal/fault"
	"delfi/internal/platform/changes"
	"delfi/internal/platform/postgres"
	"delfi/web/cookie"
	"delfi/web/i18n"
	"delfi/web/middleware"
	"delfi/web/page/download"
	"delfi/web/page/refill"
	"delfi/web/pagecache"
)

// Actors finds who stands behind an account, as of an edition that is no older than
// the one given; account.Service does.
type Actors interface {
	ActorAt(ctx context.Context, id uuid.UUID, at account.Edition) (account.Actor, error)
}

// Options are what the app is built from. DB and Actors are needed, the rest has defaults.
type Options struct {
	BaseURL   string       // public address, e.g. "https://delfi.example.it"; https makes cookies Secure
	DB        *postgres.DB // where sessions are, and whose Ping tells 503 from 500
	Actors    Actors
	Secret    []byte                                           // of the site's sealed cookies, one for all its servers; nil: this process alone
	ErrorPage func(status int, f *fault.Fault) templ.Component // nil: a bare page
	DemoBar   func(q *Request) templ.Component                 // nil: no bar; shown by the layout
	// FormAction lists the origins besides our own that a form may lead to: the
	// identity provider's, to which signing out redirects.
	FormAction []string
	// Forwarded are the networks of the proxies in front, whose X-Forwarded-For is believed.
	Forwarded []netip.Prefix
	Lifetime  time.Duration // of a signed-in session, used or not; 12 hours
	Idle      time.Duration // of a session that nobody uses; 2 hours
	StaffLook time.Duration // for which a role holds before the provider is asked again; 1 hour
	Fresh     time.Duration // greatest age of a sign-in before an act that cannot be undone; 10 minutes
	MaxBody   int64         // bytes of a request; 1 MiB
	SignIns   int           // sign-ins begun per minute and address; 120: a library has one address
	Posts     int           // posts per minute and person (or address, signed out); 240
	Codes     int           // codes tried per minute and address; 60
	Searches  int           // searches per minute and person (or address, signed out); 120
	MaxWork   int           // requests in work at once, of readers and of senders each; 128
	MaxWait   time.Duration // for a place in work, before 503; 2 seconds
	Patience  time.Duration // for an answer to begin, before 503; 50 seconds, for after a minute the server cuts it
	Silence   time.Duration // for the answer to a reader to begin, before the database is asked whether it answers, and 503 if not; 4 seconds
	// Changes are what invalidates cached pages; nil: no page is cached.
	Changes *changes.Hub
	Meter   Meter // nil: nothing is counted
	Log     *slog.Logger
}

// App makes handlers of pages. It is safe for concurrent use.
type App struct {
	opts       Options
	secure     bool   // the public address is https
	host       string // of the public address, with its port; "" when there is none
	sessions   *scs.SessionManager
	rows       *sessions.Store // nil without a database
	sealer     *cookie.Sealer
	endKey     []byte      // of the names of ends
	fixed      http.Header // what every answer's headers have
	cache      *pagecache.Cache
	table      *table       // of the site; empty before Serve
	signed     http.Handler // answers with a session
	failed     failures     // of answering routes
	end        func()       // of what runs beside requests
	cross      *http.CrossOriginProtection
	clients    *middleware.Clients
	signIns    middleware.Rate
	posts      middleware.Rate
	codes      middleware.Rate
	searches   middleware.Rate
	forms      *refill.Store // nil without a database
	reads      *middleware.Limiter
	acts       *middleware.Limiter
	uploads    *middleware.Limiter
	arrivals   *middleware.Quota // forms with files, by address; those that wait for a place among them
	shedLogged atomic.Int64      // when the log last said so, in seconds
	bodies     *middleware.Bodies
	downloads  *download.Limits
}

// New makes an app; Close ends its housekeeping.
func New(o Options) *App {
	if o.Lifetime == 0 {
		o.Lifetime = 12 * time.Hour
	}
	if o.Idle == 0 {
		o.Idle = 2 * time.Hour
	}
	if o.StaffLook == 0 {
		o.StaffLook = time.Hour
	}
	if o.Fresh == 0 {
		o.Fresh = 10 * time.Minute
	}
	if o.MaxBody == 0 {
		o.MaxBody = 1 << 20
	}
	o.SignIns, o.Codes, o.Searches, o.Posts = cmp.Or(o.SignIns, 120), cmp.Or(o.Codes, 60), cmp.Or(o.Searches, 120), cmp.Or(o.Posts, 240)
	if o.MaxWork == 0 {
		o.MaxWork = 128
	}
	if o.MaxWait == 0 {
		o.MaxWait = 2 * time.Second
	}
	if o.Silence == 0 {
		o.Silence = 4 * time.Second
	}
	if o.Patience == 0 {
		o.Patience = 50 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.ErrorPage == nil {
		o.ErrorPage = bare
	}
	i18n.Load() // a catalogue that does not parse stops the start, and not each page
	a := &App{opts: o, table: newTable(nil)}
	base, err := url.Parse(o.BaseURL)
	if err == nil {
		a.secure, a.host = base.Scheme == "https", base.Host
	}
	a.fixed = middleware.Headers(o.FormAction, a.secure)
	a.cross = http.NewCrossOriginProtection()
	if err == nil && base.Host != "" {
		// Behind a proxy that rewrites Host, the browser's Origin is still the public address.
		if err := a.cross.AddTrustedOrigin(base.Scheme + "://" + base.Host); err != nil {
			o.Log.Warn("base URL is no origin", "base", o.BaseURL, "error", err)
		}
	}
	a.cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.exit(a.outside(w, r), fault.New(fault.Forbidden, "foreign_origin", "the request came from another site"))
	}))
	a.clients = &middleware.Clients{Proxies: o.Forwarded, Now: a.now, Unbelieved: func(header string) {
		if header == "X-Forwarded-For" {
			o.Log.Warn("requests carry X-Forwarded-For, which is not believed: if a proxy stands in front, everybody shares its limits until --forwarded names its network")
			return
		}
		o.Log.Warn("requests carry a header that is never believed and no X-Forwarded-For: if a proxy stands in front, everybody shares its limits until it sends X-Forwarded-For and --forwarded names its network", "header", header)
	}}
	a.signIns = middleware.NewRate(o.SignIns)
	a.posts, a.codes, a.searches = middleware.NewRate(o.Posts), middleware.NewRate(o.Codes), middleware.NewRate(o.Searches)
	a.reads, a.acts = middleware.NewLimiter(o.MaxWork, o.MaxWait), middleware.NewLimiter(o.MaxWork, o.MaxWait)
	a.uploads = middleware.NewLimiter(uploading, o.MaxWait)
	a.arrivals = middleware.NewQuota(5*uploading, uploadingOne) // a limiter lets four times as many wait
	a.bodies, a.downloads = middleware.NewBodies(), download.New()
	if err := a.keys(o.Secret); err != nil {
		panic(err) // a key of a right length makes a cipher
	}
	a.openSessions()
	a.signed = a.sessions.LoadAndSave(http.HandlerFunc(a.answer))
	a.cache = a.newCache()
	ctx, cancel := context.WithCancel(context.Background())
	var beside sync.WaitGroup
	if o.DB != nil {
		beside.Go(func() { a.sweep(ctx) })
	}
	beside.Go(func() { a.sums(ctx) })
	if o.Changes != nil {
		beside.Go(func() { a.logHits(ctx) })
	}
	a.end = func() { cancel(); beside.Wait() }
	return a
}

// keys derives what is sealed and named by the secret of the site; without one it is
// this process' own.
func (a *App) keys(secret []byte) (err error) {
	if secret == nil {
		secret = make([]byte, 32)
		rand.Read(secret) // it does not fail: it ends the program
	}
	if a.endKey, err = hkdf.Key(sha256.New, secret, nil, "delfi ends of sessions v1", 32); err != nil {
		return err
	}
	a.sealer, err = cookie.NewSealer(secret)
	return err
}

// Close ends keeping pages and the housekeeping of sessions.
func (a *App) Close() { a.end() }

// Handler answers one request; the error it returns is rendered by the one exit.
type Handler func(q *Request) error
