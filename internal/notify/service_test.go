package notify_test

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/notify"
	"delfi/internal/platform/job"
	"delfi/internal/platform/mail"
	"delfi/internal/platform/mail/mailtest"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/internal/pseudonym"
)

// bench is a notice service with its own database, mail server and clock.
type bench struct {
	t      *testing.T
	now    time.Time
	db     *postgres.DB
	keys   pseudonym.Keys
	jobs   *job.Queue
	server *mailtest.Server
	svc    *notify.Service
	people []uuid.UUID
}

func newBench(t *testing.T, withMail bool) *bench {
	t.Helper()
	b := &bench{t: t, now: time.Date(2026, 4, 19, 8, 0, 0, 0, time.UTC), server: mailtest.New(t)}
	b.db = testdb.NewSingleAt(t, func() time.Time { return b.now })
	keys, err := pseudonym.NewFileKeys(t.TempDir(), bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	b.keys = keys
	accounts := account.New(b.db, keys)
	for _, who := range []string{"anna", "bruno", "carla"} {
		id, err := accounts.SignIn(context.Background(), account.Claims{Issuer: "test", Subject: who, Name: who, Email: who + "@example.org"})
		if err != nil {
			t.Fatal(err)
		}
		b.people = append(b.people, id)
	}
	if b.jobs, err = job.New(b.db); err != nil {
		t.Fatal(err)
	}
	b.svc = notify.New(b.db, b.jobs, accounts, b.sender(withMail), "https://delfi.example/")
	return b
}

func (b *bench) sender(withMail bool) mail.Sender {
	if !withMail {
		return nil
	}
	s, err := mail.New("smtp://"+b.server.Address+"?starttls=none", "Delfi <delfi@comune.example>")
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

var lastDay = notify.Message{
	Kind: notify.LastDay, Consultation: uuid.MustParse("6f2d6f0e-5f0e-4b59-9b1e-6ad1f1a2b3c4"),
	Slug: "piazza", Title: "Piazza", Round: 2, Deadline: "2026-04-20T21:59:00Z",
}

func (b *bench) tell(m notify.Message, to ...uuid.UUID) {
	b.t.Helper()
	err := b.db.Transact(context.Background(), func(ctx context.Context, tx *postgres.Tx) error { return b.svc.Tell(ctx, tx, m, to) })
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) drain() {
	b.t.Helper()
	if err := b.jobs.Drain(context.Background()); err != nil {
		b.t.Fatal(err)
	}
}

// got counts the letters by addressee.
func (b *bench) got() map[string]int {
	n := map[string]int{}
	for _, l := range b.server.Letters() {
		n[l.To]++
	}
	return n
}

func (b *bench) waiting(n int, trouble string) {
	b.t.Helper()
	got, why, err := b.svc.Waiting(context.Background())
	if err != nil {
		b.t.Fatal(err)
	}
	if got != n || (trouble != "any" && why != trouble) {
		b.t.Errorf("%d wait (%q), want %d (%q)", got, why, n, trouble)
	}
}

// Everybody told gets one letter, however often it is told and worked.
func TestOnce(t *testing.T) {
	b := newBench(t, true)
	b.tell(lastDay, b.people...)
	b.tell(lastDay, b.people...)
	b.drain()
	b.tell(lastDay, b.people...)
	b.drain()
	want := map[string]int{"anna@example.org": 1, "bruno@example.org": 1, "carla@example.org": 1}
	if diff := cmp.Diff(want, b.got()); diff != "" {
		t.Error(diff)
	}
	b.waiting(0, "")
	// A moved deadline is another last day.
	moved := lastDay
	moved.Deadline = "2026-04-27T21:59:00Z"
	b.tell(moved, b.people[0])
	b.drain()
	if n := b.got()["anna@example.org"]; n != 2 {
		t.Errorf("%d letters about the moved day", n-1)
	}
}

// All letters of one kind say the same: nothing tells who has answered.
func TestSameWords(t *testing.T) {
	b := newBench(t, true)
	b.tell(lastDay, b.people...)
	b.drain()
	seen := map[string]bool{}
	for _, l := range b.server.Letters() {
		if len(l.Text) < 100 {
			t.Fatalf("short letter %q", l.Text)
		}
		seen[l.Text[len("Buongiorno anna"):][1:]] = true // the names differ by a letter in length at most
	}
	if len(seen) > 2 {
		t.Errorf("%d different texts", len(seen))
	}
}

// An act that is taken back tells nobody.
func TestRolledBack(t *testing.T) {
	b := newBench(t, true)
	undone := errors.New("undone")
	err := b.db.Transact(context.Background(), func(ctx context.Context, tx *postgres.Tx) error {
		if err := b.svc.Tell(ctx, tx, lastDay, b.people); err != nil {
			return err
		}
		return undone
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	b.drain()
	if n := len(b.server.Letters()); n != 0 {
		t.Errorf("%d letters", n)
	}
}

// A server in trouble is tried again; an address that does not exist is not, and
// keeps nobody else waiting.
func TestRetry(t *testing.T) {
	b := newBench(t, true)
	b.server.Break()
	b.tell(lastDay, b.people...)
	b.drain()
	b.waiting(3, "any")
	b.server.Mend()
	b.server.Refuse("bruno@example.org", 550)
	b.drain()
	if n := len(b.server.Letters()); n != 0 {
		t.Errorf("%d letters before the pause was over", n)
	}
	b.now = b.now.Add(2 * time.Minute)
	b.drain()
	if diff := cmp.Diff(map[string]int{"anna@example.org": 1, "carla@example.org": 1}, b.got()); diff != "" {
		t.Error(diff)
	}
	b.waiting(0, "")
}

// Without a mail server messages are kept; they leave when there is one, except
// those that it is too late for.
func TestNoServer(t *testing.T) {
	b := newBench(t, false)
	invitation := lastDay
	invitation.Kind, invitation.Round, invitation.Deadline = notify.Invitation, 0, ""
	b.tell(lastDay, b.people...)
	b.tell(invitation, b.people[0])
	b.drain()
	b.waiting(4, "no mail server")

	b.now = b.now.Add(48 * time.Hour)
	jobs, err := job.New(b.db)
	if err != nil {
		t.Fatal(err)
	}
	b.jobs, b.svc = jobs, notify.New(b.db, jobs, account.New(b.db, b.keys), b.sender(true), "https://delfi.example")
	b.tell(invitation, b.people[1])
	b.drain()
	if diff := cmp.Diff(map[string]int{"anna@example.org": 1, "bruno@example.org": 1}, b.got()); diff != "" {
		t.Error(diff)
	}
	b.waiting(0, "")
}

// Two servers on one database send each letter once.
func TestTwoServers(t *testing.T) {
	b := newBench(t, true)
	for i := range 5 {
		m := lastDay
		m.Round = i + 1
		b.tell(m, b.people...)
	}
	var wg sync.WaitGroup
	for range 2 {
		jobs, err := job.New(b.db)
		if err != nil {
			t.Fatal(err)
		}
		notify.New(b.db, jobs, account.New(b.db, b.keys), b.sender(true), "https://delfi.example")
		b.tell(notify.Message{Kind: notify.Invitation, Consultation: uuid.New(), Slug: "x", Title: "x"}, b.people[0])
		wg.Go(func() {
			if err := jobs.Drain(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if diff := cmp.Diff(map[string]int{"anna@example.org": 7, "bruno@example.org": 5, "carla@example.org": 5}, b.got()); diff != "" {
		t.Error(diff)
	}
}

// A deadline that cannot be read is a mistake of the caller, said at once.
func TestDeadline(t *testing.T) {
	b := newBench(t, true)
	bad := lastDay
	bad.Deadline = "domani"
	err := b.db.Transact(context.Background(), func(ctx context.Context, tx *postgres.Tx) error { return b.svc.Tell(ctx, tx, bad, b.people) })
	if err == nil {
		t.Error("stored")
	}
}

// Who asked to leave is told nothing more, and the outbox does not tell who it is.
func TestWhoLeavesIsToldNothing(t *testing.T) {
	b := newBench(t, true)
	accounts := account.New(b.db, b.keys)
	if err := accounts.Leave(context.Background(), account.Actor{Account: b.people[0]}); err != nil {
		t.Fatal(err)
	}
	b.tell(lastDay, b.people...)
	b.drain()
	if diff := cmp.Diff(map[string]int{"bruno@example.org": 1, "carla@example.org": 1}, b.got()); diff != "" {
		t.Error(diff)
	}
	var kinds int
	if err := b.db.Pool().Get(&kinds, `SELECT count(DISTINCT (state, tries, trouble)) FROM civic.outbox`); err != nil || kinds != 1 {
		t.Errorf("%d kinds of rows, %v", kinds, err)
	}
}

// A mail server's words often repeat whom it refuses.
func TestTheOutboxKeepsNoAddress(t *testing.T) {
	anna := account.Addressee{Name: "Anna Vandelli", Email: "anna.v@posta.example"}
	for text, want := range map[string]string{
		"550 <anna.v@posta.example>: unknown":          "550 <(address)>: unknown",
		"550 user ANNA.V does not exist":               "550 user (person) does not exist",
		"mailbox of Anna Vandelli full; ask a@b.it":    "mailbox of (person) full; ask (address)",
		"dial tcp 127.0.0.1:25: connection refused":    "dial tcp 127.0.0.1:25: connection refused",
		"552 5.2.2 (other.name@posta.example) is full": "552 5.2.2 ((address)) is full",
	} {
		if got := notify.Unnamed(text, anna); got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
}
