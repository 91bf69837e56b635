package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"delfi/e2e/bench/asked"
	"delfi/e2e/bench/bare"
	"delfi/e2e/bench/database"
	"delfi/e2e/bench/figure"
	"delfi/e2e/bench/load"

	"delfi/e2e/bench/machine"
	"delfi/internal/login/devidp"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/private"
	"delfi/internal/pseudonym"
)

// sizes are how large a run is.
type sizes struct {
	rounds   int
	crowd    int // people of the large consultation, most without an account
	own      int // of them, who can sign in
	small    int // of those, who take part in the consultations that grow
	items    int
	standing int           // people of the standing round
	ballots  int           // delivered in a round of the bench
	span     time.Duration // of one load
}

var (
	whole = sizes{rounds: 3, crowd: 100_000, own: 5_000, small: 200, items: 20, standing: 100_000, ballots: 1500, span: 1500 * time.Millisecond}
	quick = sizes{rounds: 1, crowd: 2_000, own: 600, small: 100, items: 20, standing: 2_000, ballots: 300, span: 500 * time.Millisecond}
)

const (
	mainDatabase = private.Database
	connections  = 160 // of the cluster: 64 bare, and what the server and the bench hold
	readers      = 16  // at once, unless a case says otherwise
	writers      = 64
)

// bench is one run.
type bench struct {
	o       options
	n       sizes
	dir     string
	log     *os.File
	master  string // base64
	cluster *private.Cluster
	idp     *devidp.Provider
	all     []devidp.Person
	admin   *sql.DB // on the cluster's own database, for what no service does
	bare    *sql.DB // on the main database, as wide as the limits need
	h       *house
	staff   company
	people  []person
	srv     *server

	crowd     *answering   // the large consultation
	published *answering   // one with an opinion
	grown     []*answering // by people and by items
	kinds     []*answering // one of each kind of answer but the scale's
	standing  *standing
	standings []*standing // by people and by items; the last has a thousand items
	signedIn  int         // people with a session

	machine machine.Machine
	rows    []figure.Row
	points  []figure.Point
	seeding time.Duration
	took    time.Duration
}

// open starts what a run stands on: a folder, a cluster, a provider.
func open(ctx context.Context, o options) (_ *bench, err error) {
	b := &bench{o: o, n: whole}
	if o.quick {
		b.n = quick
	}
	if o.crowd > 0 {
		b.n.crowd, b.n.standing, b.n.own = o.crowd, o.crowd, min(b.n.own, o.crowd)
		if o.crowd > whole.crowd {
			b.n.rounds = 1 // each copy of a million ballots is 4 GB
		}
		b.n.ballots = min(b.n.ballots, (b.n.own-warmup-b.n.small)/b.n.rounds)
	}
	if o.span > 0 {
		b.n.span = o.span
	}
	if _, err := os.Stat(o.binary); err != nil {
		return nil, fmt.Errorf("%s is not built: run make build", o.binary)
	}
	if b.dir, err = folder(o.dir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.close())
		}
	}()
	if b.log, err = os.Create(filepath.Join(b.dir, "server.log")); err != nil {
		return nil, err
	}
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	b.master = base64.StdEncoding.EncodeToString(key)
	if b.machine, err = machine.Look(b.dir); err != nil {
		return nil, err
	}
	if err := b.startCluster(ctx); err != nil {
		return nil, err
	}
	b.all = population(b.n.own)
	if b.idp, err = devidp.New(b.all).Start(ctx, "127.0.0.1:0"); err != nil {
		return nil, err
	}
	return b, nil
}

// folder makes one that the user who runs Postgres can reach.
func folder(wanted string) (string, error) {
	dir, err := os.MkdirTemp(wanted, "delfi-bench-")
	if err != nil {
		return "", err
	}
	// Others pass through and see nothing.
	if err := os.Chmod(dir, 0o711); err != nil {
		return "", err
	}
	if err := private.Reachable(dir); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return filepath.Abs(dir)
}

// startCluster starts the private cluster twice: its own number of connections is
// too small for the limits, and another takes effect at a start.
func (b *bench) startCluster(ctx context.Context) error {
	config := private.Config{Data: b.dir}
	first, err := private.Start(ctx, config)
	if err != nil {
		return err
	}
	db, err := bare.Open(first.URL("postgres"), 1)
	if err != nil {
		return errors.Join(err, first.Stop(ctx))
	}
	if err := errors.Join(database.Widen(ctx, db, connections), db.Close(), first.Stop(ctx)); err != nil {
		return err
	}
	if b.cluster, err = private.Start(ctx, config); err != nil {
		return err
	}
	if b.admin, err = bare.Open(b.cluster.URL("postgres"), 1); err != nil {
		return err
	}
	b.machine.Postgres, b.machine.Settings, err = database.Settings(ctx, b.admin)
	return err
}

// join opens a database's services in this process. Seeding need not be durable row
// by row; nothing that is measured is relaxed.
func (b *bench) join(ctx context.Context, database string, relaxed bool) (*house, error) {
	url := b.cluster.URL(database)
	if relaxed {
		url += "&synchronous_commit=off"
	}
	master, err := base64.StdEncoding.DecodeString(b.master)
	if err != nil {
		return nil, err
	}
	keys, err := pseudonym.NewFileKeys(filepath.Join(b.dir, "keys"), master)
	if err != nil {
		return nil, err
	}
	db, err := postgres.Open(ctx, url)
	if err != nil {
		return nil, err
	}
	h, err := wire(db, keys, filepath.Join(b.dir, "files"))
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := h.listen(ctx); err != nil {
		return nil, errors.Join(err, h.close())
	}
	for _, s := range slices.Concat(b.standings, []*standing{b.standing}) {
		if s == nil {
			continue
		}
		if err := h.hold(ctx, s.id); err != nil {
			return nil, errors.Join(err, h.close())
		}
	}
	return h, nil
}

// serve starts bin/delfi on one of the cluster's databases and waits until it is
// ready.
func (b *bench) serve(database string) (*server, error) {
	private, err := freeAddress()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	s, err := start(b.log, b.o.binary, nil, []string{"DELFI_MASTER_KEY=" + b.master, "DELFI_OIDC_CLIENT_SECRET=" + b.idp.Secret()},
		serveArgs(b.dir, b.cluster.URL(database), private, b.idp.Issuer(), devidp.ClientID)...)
	if err != nil {
		return nil, fmt.Errorf("%w; %s", err, b.lastLog())
	}
	s.private = private
	b.idp.Allow(s.url + callbackPath)
	return s, s.await(readyPath, began)
}

// lastLog is the end of what the server said.
func (b *bench) lastLog() string {
	text, err := os.ReadFile(b.log.Name())
	if err != nil {
		return err.Error()
	}
	if len(text) > 600 {
		text = text[len(text)-600:]
	}
	return string(text)
}

// limits starts the bare server with these pages and this form.
func (b *bench) limits(pages map[string][]byte, form []byte) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	config, err := json.Marshal(bare.Config{Database: b.cluster.URL(mainDatabase), Pages: pages, Form: form})
	if err != nil {
		return nil, err
	}
	return start(b.log, self, config, nil, bare.Word)
}

// say tells what the bench does, on standard error.
func (b *bench) say(format string, a ...any) {
	fmt.Fprintf(os.Stderr, "bench: "+format+"\n", a...)
}

// seed makes the data of a large consultation, and of the smaller ones beside it.
func (b *bench) seed(ctx context.Context) (err error) {
	began := time.Now()
	if err := b.migrate(); err != nil {
		return err
	}
	h, err := b.join(ctx, mainDatabase, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	if b.staff, err = h.hire(ctx, b.idp.Issuer(), b.all[b.n.own:]); err != nil {
		return err
	}
	if b.people, err = h.people(ctx, b.idp.Issuer(), b.all, b.n.own); err != nil {
		return err
	}
	b.say("%d people after %s", b.n.own, time.Since(began).Round(time.Second))
	b.published = &answering{slug: "strade-pubblicate", people: 300, items: b.n.items, asked: asked.Scale}
	if err := h.play(ctx, b.staff, b.published); err != nil {
		return err
	}
	if err := h.publish(ctx, b.staff, b.published); err != nil {
		return err
	}
	b.crowd = &answering{slug: "strade-scolastiche", people: b.n.crowd, items: b.n.items, own: b.people, asked: asked.Scale}
	if err := h.play(ctx, b.staff, b.crowd); err != nil {
		return err
	}
	b.say("%d ballots after %s", b.n.crowd, time.Since(began).Round(time.Second))
	if b.o.wanted("tick") {
		if b.standing, err = h.converse(ctx, b.staff, "permanente", b.n.standing, b.n.items); err != nil {
			return err
		}
		b.say("%d standing ballots after %s", b.n.standing, time.Since(began).Round(time.Second))
	}
	if b.o.wanted("kinds") {
		if err := b.seedKinds(ctx, h); err != nil {
			return err
		}
	}
	if b.o.wanted("growth") {
		if err := b.seedGrowth(ctx, h); err != nil {
			return err
		}
	}
	b.say("seeded in %s", time.Since(began).Round(time.Second))
	return database.Calm(ctx, b.admin)
}

// seedGrowth makes what stands beside the large consultation: fewer people at the
// same items, other items with few people.
func (b *bench) seedGrowth(ctx context.Context, h *house) error {
	for _, size := range []struct {
		slug          string
		people, items int
	}{
		{"mille", few, b.n.items}, {"diecimila", 10 * few, b.n.items}, {"centomila", 100 * few, b.n.items},
		{"dieci", few, 10}, {"cento", few, 100}, {"larga", few, 1000},
	} {
		if size.people > max(few, b.n.crowd/2) {
			continue
		}
		s, err := h.converse(ctx, b.staff, size.slug+"-permanente", size.people, size.items)
		if err != nil {
			return fmt.Errorf("%s: %w", size.slug, err)
		}
		b.standings = append(b.standings, s)
		if size.items > 100 {
			continue // more than a protocol of the drafting form holds
		}
		a := &answering{slug: size.slug, people: size.people, items: size.items, own: b.people[:b.n.small], asked: asked.Scale}
		if err := h.play(ctx, b.staff, a); err != nil {
			return fmt.Errorf("%s: %w", size.slug, err)
		}
		b.grown = append(b.grown, a)
	}
	return nil
}

// migrate lets the server make its tables: it starts once and stops.
func (b *bench) migrate() error {
	s, err := b.serve(mainDatabase)
	return errors.Join(err, s.stop())
}

// settle opens the main database durably, with the server on it.
func (b *bench) settle(ctx context.Context) (err error) {
	if b.h, err = b.join(ctx, mainDatabase, false); err != nil {
		return err
	}
	if b.bare, err = bare.Open(b.cluster.URL(mainDatabase), writers+2); err != nil {
		return err
	}
	b.srv, err = b.serve(mainDatabase)
	return err
}

// close ends everything that open and settle began, and clears the folder.
func (b *bench) close() error {
	err := b.srv.stop()
	if b.h != nil {
		err = errors.Join(err, b.h.close())
	}
	for _, db := range []*sql.DB{b.bare, b.admin} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	if b.idp != nil {
		err = errors.Join(err, b.idp.Close())
	}
	if b.cluster != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		err = errors.Join(err, b.cluster.Stop(ctx))
	}
	if b.log != nil {
		err = errors.Join(err, b.log.Close())
	}
	if b.o.keep {
		b.say("data are in %s", b.dir)
		return err
	}
	return errors.Join(err, os.RemoveAll(b.dir))
}

// with runs a load beside the caller's hook.
func (b *bench) with(ctx context.Context, name string, run func() load.Sample) (load.Sample, error) {
	end, err := hook(ctx, b.o.hook, name, b.srv.pid)
	if err != nil {
		return load.Sample{}, err
	}
	defer end()
	s := run()
	return s, s.Sound(name)
}

// pageOf fetches a page and gives a copy of its bytes and its ETag.
func pageOf(base, path, cookie, from string) ([]byte, string, error) {
	c := load.NewClient(base)
	defer c.Close()
	r, err := c.Get(path, cookie, from)
	if err != nil {
		return nil, "", err
	}
	if r.Status != 200 {
		return nil, "", fmt.Errorf("%s: status %d: %s", path, r.Status, headline(r.Body))
	}
	return bytes.Clone(r.Body), r.Header("ETag"), nil
}

// kilobytes writes a length for people.
func kilobytes(n int) string {
	return strings.Replace(fmt.Sprintf("%.1f KB", float64(n)/1000), ".0 ", " ", 1)
}
