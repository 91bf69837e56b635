package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"delfi/cmd/internal/command"
	"delfi/internal/account"
	"delfi/internal/app"
	"delfi/internal/demo"
	"delfi/internal/login"
	"delfi/internal/login/devidp"
	"delfi/internal/platform/mail"
	"delfi/internal/platform/postgres"
	"delfi/web"
	webdemo "delfi/web/demo"
	"delfi/web/page"
	"delfi/web/ui"
)

// serveCommand is the settings of a server: flags, environment and help from one struct.
type serveCommand struct {
	Listen  string `default:"127.0.0.1:8080" env:"DELFI_LISTEN" help:"Address to serve on."`
	BaseURL string `env:"DELFI_BASE_URL" placeholder:"URL" help:"Public address of the site; by default http:// and the address to serve on."`
	databaseSettings
	OIDC struct {
		Issuer       string            `env:"DELFI_OIDC_ISSUER" placeholder:"URL" help:"Identity provider; without one the built-in provider is on, for trying Delfi out."`
		ClientID     string            `env:"DELFI_OIDC_CLIENT_ID" help:"Client registered with the provider."`
		SecretFile   string            `name:"client-secret-file" env:"DELFI_OIDC_CLIENT_SECRET_FILE" type:"path" placeholder:"FILE" help:"File of its secret, which may also be in $$DELFI_OIDC_CLIENT_SECRET; none for a public client."`
		KeyFile      string            `name:"client-key-file" env:"DELFI_OIDC_CLIENT_KEY_FILE" type:"path" placeholder:"FILE" help:"File of its private key (PEM), instead of a secret, for providers that take private_key_jwt."`
		KeyID        string            `name:"client-key-id" env:"DELFI_OIDC_CLIENT_KEY_ID" placeholder:"KID" help:"The key's kid as registered; by default a hash of its public half."`
		ACR          []string          `name:"acr-values" env:"DELFI_OIDC_ACR_VALUES" placeholder:"ACR" help:"Authentication contexts to ask for (acr_values), the most wished first, e.g. https://www.spid.gov.it/SpidL2."`
		Prompt       string            `env:"DELFI_OIDC_PROMPT" help:"What the provider shows at a sign-in (prompt), e.g. select_account; by default its choice."`
		MaxAge       time.Duration     `env:"DELFI_OIDC_MAX_AGE" help:"Greatest age of a sign-in at the provider (max_age); 0 is any."`
		Scopes       []string          `env:"DELFI_OIDC_SCOPES" default:"openid,profile,email" help:"What to ask for."`
		Name         string            `env:"DELFI_OIDC_CLAIM_NAME" default:"name" help:"Claim with the person's name."`
		Email        string            `env:"DELFI_OIDC_CLAIM_EMAIL" default:"email" help:"Claim with the e-mail address."`
		Groups       string            `env:"DELFI_OIDC_CLAIM_GROUPS" default:"groups" help:"Claim with the groups (\"administration/role\"): a list, or one text, which is one group."`
		Separator    string            `name:"groups-separator" env:"DELFI_OIDC_GROUPS_SEPARATOR" placeholder:"TEXT" help:"What stands between the groups of a claim that is one text, e.g. a comma."`
		Municipality string            `env:"DELFI_OIDC_CLAIM_MUNICIPALITY" default:"municipality" help:"Claim with the municipality."`
		FiscalCode   string            `env:"DELFI_OIDC_CLAIM_FISCAL_CODE" help:"Claim with the fiscal code, for groups of a roll; by default the names of SPID and CIE."`
		Birth        string            `env:"DELFI_OIDC_CLAIM_BIRTH" help:"Claim with the day of birth (1980-01-31), for groups with a rule about age; by default the names of SPID and CIE."`
		Domicile     string            `env:"DELFI_OIDC_CLAIM_DOMICILE" help:"Claim with the municipality of the domicile, a name or a Belfiore code; by default the names of SPID and CIE, then that of the municipality."`
		Roles        map[string]string `env:"DELFI_OIDC_ROLES" placeholder:"GROUP=ADMINISTRATION/ROLE[/CONSULTATION]" help:"The provider's own group names, renamed to ours; with any, only those that are named count."`
	} `embed:"" prefix:"oidc-"`
	Session struct {
		Lifetime  time.Duration `default:"12h" env:"DELFI_SESSION_LIFETIME" help:"How long a session lasts, used or not."`
		Idle      time.Duration `default:"2h" env:"DELFI_SESSION_IDLE" help:"How long a session lasts that nobody uses."`
		StaffLook time.Duration `default:"1h" env:"DELFI_SESSION_STAFF_LOOK" help:"How long a role holds before the identity provider is asked again whether the person has it; at most 1h."`
		Fresh     time.Duration `default:"10m" env:"DELFI_SESSION_FRESH" help:"Greatest age of a sign-in before an act that cannot be undone: announcing, concluding, publishing, withdrawing."`
	} `embed:"" prefix:"session-"`
	Provider struct {
		Listen   string `default:"127.0.0.1:8081" env:"DELFI_PROVIDER_LISTEN" help:"Address of the built-in provider."`
		Anywhere bool   `env:"DELFI_PROVIDER_ANYWHERE" help:"Allow the built-in provider, with which anybody can be anybody, on an address that others reach."`
	} `embed:"" prefix:"provider-"`
	Private struct {
		Listen   string `env:"DELFI_PRIVATE_LISTEN" placeholder:"HOST:PORT" help:"Address of /metrics (Prometheus) and /debug/pprof, for those who run the server, e.g. 127.0.0.1:9090; off by default."`
		Anywhere bool   `env:"DELFI_PRIVATE_ANYWHERE" help:"Allow them on an address that others reach: profiles tell what the server does at this moment."`
	} `embed:"" prefix:"private-"`
	SMTP       string        `env:"DELFI_SMTP_URL" placeholder:"URL" help:"Mail server, smtp://user:password@host:port or smtps://; without one mail waits."`
	MailFrom   string        `env:"DELFI_MAIL_FROM" default:"Delfi <delfi@localhost>" help:"Sender of mail."`
	BackupDays int           `default:"30" env:"DELFI_BACKUP_DAYS" help:"For how many days copies of the key folder may be kept; the end of a key names the day by which they expire."`
	Demo       bool          `env:"DELFI_DEMO" help:"Seed the demonstration on the first start (with the built-in provider only)."`
	Forwarded  []string      `env:"DELFI_FORWARDED" placeholder:"NETWORK" help:"Networks of the proxies in front (203.0.113.0/24, or one address), whose X-Forwarded-For is believed; without any, all who come through a proxy share its limits."`
	Cosigners  []string      `name:"cosigner" env:"DELFI_COSIGNERS" placeholder:"KEY" help:"Verifier key of a witness whose lines the public record carries, as delfi witness prints it; again for each."`
	Beacons    []string      `name:"beacon" env:"DELFI_BEACONS" default:"https://api.drand.sh,https://drand.cloudflare.com" placeholder:"URL" help:"Servers of drand that are asked for the beacon of a draw, in this order; an empty text asks none, and administrators paste the signature."`
	LogLevel   string        `default:"info" enum:"debug,info,warn,error" env:"DELFI_LOG_LEVEL" help:"Least level that is logged: ${enum}."`
	LogFormat  string        `default:"text" enum:"text,json" env:"DELFI_LOG_FORMAT" help:"Form of the log: ${enum}."`
	MaxWork    int           `default:"128" env:"DELFI_MAX_WORK" help:"Requests in work at once, of readers and of those who send something each; four times as many wait, the others are told to come back (503)."`
	MaxWait    time.Duration `default:"2s" env:"DELFI_MAX_WAIT" help:"How long a request waits for its turn before it is told to come back."`
}

// memoryMost is the runtime's soft memory limit, in bytes: towards it the collector comes
// more often, so that closing a large round leaves less uncollected. GOMEMLIMIT sets another.
const memoryMost = 768 << 20

// garbagePercent is how much may be allocated between two collections, in percent of what
// lives: a server holds little and answers much, and at Go's 100 the collector is a quarter
// of its work. GOGC sets another.
const garbagePercent = 200

// Run serves until ctx ends. A signal before the server serves ends a start that the next
// one repeats: nothing failed.
func (c *serveCommand) Run(ctx context.Context) error {
	served, err := c.run(ctx)
	if err != nil && !served && ctx.Err() != nil {
		slog.Info("stopped before the server was ready", "under way", err)
		return nil
	}
	return err
}

// run serves until ctx ends; served tells whether it came to that.
func (c *serveCommand) run(ctx context.Context) (served bool, err error) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryMost)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
	log := c.logger()
	slog.SetDefault(log)
	if err := c.check(); err != nil {
		return false, command.Refuse(err)
	}
	if host, plain := strings.CutPrefix(c.BaseURL, "http://"); plain && !loopback(hostport(host)) {
		log.Warn("people's answers and sessions cross the network unencrypted: set --base-url to an https:// address, and let a proxy in front end TLS", "base-url", c.BaseURL)
	}
	o, err := c.signIn()
	if err != nil {
		return false, command.Refuse(err)
	}
	sender, err := c.sender()
	if err != nil {
		return false, command.Refuse(err)
	}
	if err := c.place(); err != nil {
		return false, err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return false, command.Refuse(c.listening("--listen", c.Listen, err))
	}
	defer listener.Close()
	if c.BaseURL == "" {
		c.BaseURL = "http://" + listener.Addr().String()
	}
	c.print(os.Stdout)

	var private net.Listener
	if c.Private.Listen != "" {
		if private, err = net.Listen("tcp", c.Private.Listen); err != nil {
			return false, command.Refuse(c.listening("--private-listen", c.Private.Listen, err))
		}
		defer private.Close()
	}

	ctx, lost := context.WithCancelCause(ctx)
	defer lost(nil)
	db, keys, closeDatabase, err := c.openWatched(ctx, false, lost)
	if err != nil {
		return false, err
	}
	defer closeDatabase()
	if c.DatabaseURL != "" {
		if err := warn(ctx, db, log); err != nil {
			return false, err
		}
	}
	h, parts, err := c.services(db, keys, sender)
	if err != nil {
		return false, err
	}
	if err := unlock(ctx, h.Accounts); err != nil {
		return false, err
	}
	refused, err := startRecord(ctx, h.Record, log)
	if err != nil {
		return false, err
	}
	h.Pseudonyms.Backups(c.BackupDays)
	meter := web.NewMeter()
	secret, err := c.siteSecret()
	if err != nil {
		return false, err
	}
	forwarded, err := c.proxies()
	if err != nil {
		return false, command.Refuse(err)
	}
	options := page.Options{
		BaseURL: c.BaseURL, DB: db, Actors: h.Accounts, Secret: secret, ErrorPage: ui.ErrorPage, Log: log, Forwarded: forwarded, Changes: h.Changes,
		MaxWork: c.MaxWork, MaxWait: c.MaxWait, Meter: meter,
		Lifetime: c.Session.Lifetime, Idle: c.Session.Idle, StaffLook: c.Session.StaffLook, Fresh: c.Session.Fresh,
	}
	var invented *demo.Demonstration
	provider, err := c.provide(ctx)
	if err != nil {
		return false, err
	}
	if provider != nil {
		defer func() {
			if err := provider.Close(); err != nil {
				log.Error("built-in provider", "error", err)
			}
		}()
		options.FormAction = []string{provider.Issuer()}
		options.DemoBar = webdemo.Bar(people(provider), h.Answering)
		if invented, err = c.seed(ctx, h, provider, parts); err != nil {
			return false, err
		}
	} else {
		options.FormAction = []string{origin(c.OIDC.Issuer)}
	}
	o.Trouble, o.Log = func(kind login.Trouble) { meter.Trouble(string(kind)) }, log
	client, err := c.client(o, provider)
	if err != nil {
		return false, command.Refuse(err)
	}
	pages := page.New(options)
	defer pages.Close()
	site := app.SiteOptions{Pages: pages, Login: client, Log: log, Checks: map[string]func(context.Context) error{
		"sign-in": func(context.Context) error { return client.Ready() },
	}}
	if invented != nil {
		site.Demo = invented
	}
	if private != nil {
		meter.Watch(web.Watched{App: pages, Pool: db.Pool().DB, Jobs: h.Jobs.Waiting, Checked: h.Record.Checked, Sound: h.Record.Sound})
		host, _, err := net.SplitHostPort(c.Private.Listen)
		if err != nil {
			return false, command.Refuse(fmt.Errorf("--private-listen %s: %w", c.Private.Listen, err))
		}
		go c.tell(private, meter.Private(log, host), log)
	}
	firstCode := ""
	if !c.Demo {
		if firstCode, err = h.Accounts.FirstRun(ctx); err != nil {
			return false, err
		}
	}
	handler, err := web.New(h.Site(site))
	if err != nil {
		return false, err
	}
	defer beside(ctx, func(ctx context.Context) { recount(ctx, h.Record, log, refused) })()
	return true, c.serve(ctx, listener, h, handler, provider, firstCode)
}

// tell answers those who run the server, until the listener is closed. A profile
// takes as long as it is asked to.
func (c *serveCommand) tell(private net.Listener, handler http.Handler, log *slog.Logger) {
	server := web.Server(handler)
	server.WriteTimeout = 10 * time.Minute
	if err := server.Serve(private); !errors.Is(err, net.ErrClosed) {
		log.Error("private listener", "error", err)
	}
}

// serve answers until ctx ends, then lets what is under way finish.
func (c *serveCommand) serve(ctx context.Context, listener net.Listener, h *app.App, handler http.Handler, provider *devidp.Provider, firstCode string) error {
	if err := h.Start(ctx); err != nil {
		return err
	}
	server := web.Server(handler)
	c.welcome(os.Stdout, provider, firstCode)
	g, running := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	g.Go(func() error { return h.Run(running) })
	g.Go(func() error {
		<-running.Done()
		// Five seconds in all, for the pages, the jobs and the cluster.
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		return errors.Join(quit(server, end), h.Jobs.Stop(end))
	})
	err := within(running, g.Wait)
	// A signal is no failure; a database that went away is, and says more than
	// what failed in its wake.
	if l := (lostDatabase{}); errors.As(context.Cause(ctx), &l) {
		return l
	}
	if err != nil && ctx.Err() != nil {
		slog.WarnContext(ctx, "stopped as asked; something did not end by itself, as while the database is away", "error", err)
		return nil
	}
	return err
}

// warn says what a database that is not ours writes into its log about people, and what of
// theirs it may lose.
func warn(ctx context.Context, db *postgres.DB, log *slog.Logger) error {
	loud, err := postgres.UnsafeLogSettings(ctx, db)
	if err != nil {
		return err
	}
	for _, setting := range loud {
		log.WarnContext(ctx, "the database's own log may show what people write", "set", setting)
	}
	forgetful, err := postgres.ForgetfulSettings(ctx, db)
	if err != nil {
		return err
	}
	for _, setting := range forgetful {
		log.WarnContext(ctx, "a crash of the database would lose ballots that were acknowledged: turn it on", "setting", setting)
	}
	return nil
}

// provide starts the built-in provider, unless another is configured.
func (c *serveCommand) provide(ctx context.Context) (*devidp.Provider, error) {
	if c.OIDC.Issuer != "" {
		return nil, nil
	}
	p, err := devidp.New(devidp.Demonstration(), c.BaseURL+"/sign-in/callback").Start(ctx, c.Provider.Listen)
	if err != nil {
		return nil, command.Refuse(c.listening("--provider-listen", c.Provider.Listen, err))
	}
	return p, nil
}

func (c *serveCommand) sender() (mail.Sender, error) {
	if c.SMTP == "" {
		return nil, nil
	}
	s, err := mail.New(c.SMTP, c.MailFrom)
	if err != nil {
		return nil, fmt.Errorf("--smtp: %w", err)
	}
	return s, nil
}

// seed makes the demonstration's consultations on the first start, and gives the
// demonstration, whose panel plays on.
func (c *serveCommand) seed(ctx context.Context, h *app.App, p *devidp.Provider, parts app.Options) (*demo.Demonstration, error) {
	var staff []account.Claims
	for _, who := range p.People() {
		staff = append(staff, account.Claims{
			Issuer: p.Issuer(), Subject: who.Subject, Name: who.Name, Email: who.Email, Municipality: who.Municipality, Groups: who.Groups,
		})
	}
	invented := demo.New(h.DB, func(db *postgres.DB) (demo.Services, error) {
		parts.DB, parts.Sender = db, nil
		moved, err := app.New(parts)
		if err != nil {
			return demo.Services{}, err
		}
		return moved.Demo(), nil
	}, staff)
	if !c.Demo {
		return invented, nil
	}
	return invented, invented.Seed(ctx, func(line string) { fmt.Fprintln(os.Stdout, "  demonstration:", line) })
}

func people(p *devidp.Provider) []webdemo.Person {
	var out []webdemo.Person
	for _, who := range p.People() {
		person := webdemo.Person{Subject: who.Subject, Name: who.Name}
		if len(who.Groups) > 0 {
			person.Office = who.Groups[0]
		}
		out = append(out, person)
	}
	return out
}

func origin(issuer string) string {
	u, err := url.Parse(issuer)
	if err != nil {
		return issuer
	}
	return u.Scheme + "://" + u.Host
}

func (c *serveCommand) logger() *slog.Logger {
	var level slog.Level
	// The enum of the flag has made sure that this parses.
	_ = level.UnmarshalText([]byte(c.LogLevel))
	options := &slog.HandlerOptions{Level: level}
	var h slog.Handler = slog.NewTextHandler(os.Stderr, options)
	if c.LogFormat == "json" {
		h = slog.NewJSONHandler(os.Stderr, options)
	}
	return slog.New(h)
}
