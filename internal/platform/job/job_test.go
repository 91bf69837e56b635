package job_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
)

type closing struct{ Round string }

func (closing) Kind() string { return "test_closing" }

type ticking struct{}

func (ticking) Kind() string { return "test_ticking" }

// counter counts how often each round was worked.
type counter struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *counter) add(round string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[string]int{}
	}
	c.n[round]++
}

func (c *counter) of(round string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n[round]
}

func queue(t *testing.T, db *postgres.DB, work func(context.Context, closing) error) *job.Queue {
	t.Helper()
	q, err := job.New(db)
	if err != nil {
		t.Fatal(err)
	}
	job.On(q, work)
	return q
}

func start(t *testing.T, q *job.Queue) {
	t.Helper()
	if err := q.Start(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, q) })
}

func stop(t *testing.T, q *job.Queue) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := q.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func enqueue(t *testing.T, db *postgres.DB, q *job.Queue, args job.Args, at time.Time) {
	t.Helper()
	err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error { return q.Enqueue(ctx, tx, args, at) })
	if err != nil {
		t.Fatal(err)
	}
}

func waiting(t *testing.T, db *postgres.DB) int {
	t.Helper()
	var n int
	if err := db.Pool().Get(&n, `SELECT count(*) FROM queue.river_job WHERE state IN ('available', 'scheduled', 'retryable', 'running')`); err != nil {
		t.Fatal(err)
	}
	return n
}

func eventually(t *testing.T, limit time.Duration, what string, is func() bool) {
	t.Helper()
	for until := time.Now().Add(limit); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("not within %s: %s", limit, what)
		}
	}
}

func TestAJobSharesItsActsFate(t *testing.T) {
	db := testdb.New(t)
	var c counter
	q := queue(t, db, func(_ context.Context, a closing) error { c.add(a.Round); return nil })
	sentinel := errors.New("the act failed")
	err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		return errors.Join(q.Enqueue(ctx, tx, closing{"1"}, time.Time{}), sentinel)
	})
	if !errors.Is(err, sentinel) || waiting(t, db) != 0 {
		t.Fatalf("%v; %d jobs were left by an act that was rolled back", err, waiting(t, db))
	}
	enqueue(t, db, q, closing{"1"}, time.Time{})
	if err := q.Drain(t.Context()); err != nil || c.of("1") != 1 || waiting(t, db) != 0 {
		t.Fatalf("%v; worked %d times, %d waiting", err, c.of("1"), waiting(t, db))
	}
}

func TestEqualWaitingJobsAreOne(t *testing.T) {
	at := time.Date(2026, 4, 20, 21, 59, 0, 0, time.UTC)
	db := testdb.NewAt(t, func() time.Time { return at })
	q := queue(t, db, func(context.Context, closing) error { return nil })
	later := at.Add(time.Hour)
	for _, e := range []struct {
		round string
		at    time.Time
		want  int
	}{{"1", later, 1}, {"1", later, 1}, {"2", later, 2}, {"1", later.Add(time.Minute), 3}, {"1", time.Time{}, 4}, {"1", time.Time{}, 4}} {
		enqueue(t, db, q, closing{e.round}, e.at)
		if n := waiting(t, db); n != e.want {
			t.Errorf("after round %s at %s: %d waiting, want %d", e.round, e.at, n, e.want)
		}
	}
}

// Drain follows the database's clock and not the machine's.
func TestDrainFollowsTheMovedClock(t *testing.T) {
	at := time.Date(2031, 4, 20, 21, 59, 0, 0, time.UTC)
	var mu sync.Mutex
	db := testdb.NewAt(t, func() time.Time { mu.Lock(); defer mu.Unlock(); return at })
	var order []string
	q := queue(t, db, func(_ context.Context, a closing) error { order = append(order, a.Round); return nil })
	enqueue(t, db, q, closing{"second"}, at.Add(2*time.Hour))
	enqueue(t, db, q, closing{"first"}, at.Add(time.Hour))
	if err := q.Drain(t.Context()); err != nil || len(order) != 0 {
		t.Fatalf("%v; before their instant ran %v", err, order)
	}
	mu.Lock()
	at = at.Add(3 * time.Hour)
	mu.Unlock()
	if err := q.Drain(t.Context()); err != nil || strings.Join(order, " ") != "first second" {
		t.Fatalf("%v; ran %v", err, order)
	}
}

func TestWaitingCountsWhatIsDueAndNotBegun(t *testing.T) {
	db := testdb.New(t)
	q := queue(t, db, func(context.Context, closing) error { return nil })
	enqueue(t, db, q, closing{"1"}, time.Time{})
	enqueue(t, db, q, closing{"2"}, db.Now().Add(-time.Hour))
	enqueue(t, db, q, closing{"3"}, db.Now().Add(time.Hour))
	if n, err := q.Waiting(t.Context()); err != nil || n != 2 {
		t.Errorf("%d jobs, %v", n, err)
	}
	if err := q.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := q.Waiting(t.Context()); err != nil || n != 0 {
		t.Errorf("after the work: %d jobs, %v", n, err)
	}
}

func TestDrainTellsOfAFailureAndKeepsTheJob(t *testing.T) {
	db := testdb.New(t)
	fails := true
	q := queue(t, db, func(context.Context, closing) error {
		if fails {
			return errors.New("not yet")
		}
		return nil
	})
	enqueue(t, db, q, closing{"1"}, time.Time{})
	if err := q.Drain(t.Context()); err == nil || !strings.Contains(err.Error(), "not yet") || waiting(t, db) != 1 {
		t.Fatalf("%v; %d waiting", err, waiting(t, db))
	}
	fails = false
	if err := q.Drain(t.Context()); err != nil || waiting(t, db) != 0 {
		t.Fatalf("%v; %d waiting", err, waiting(t, db))
	}
	enqueue(t, db, q, ticking{}, time.Time{})
	if err := q.Drain(t.Context()); err == nil || !strings.Contains(err.Error(), "nobody works") || waiting(t, db) != 1 {
		t.Fatalf("an unknown kind: %v; %d waiting", err, waiting(t, db))
	}
}

func TestTwoServersWorkAJobOnce(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	var c counter
	work := func(_ context.Context, a closing) error { c.add(a.Round); return nil }
	a, b := queue(t, db, work), queue(t, db, work)
	start(t, a)
	start(t, b)
	rounds := strings.Split("abcdefghijklmnopqrst", "")
	for _, r := range rounds {
		enqueue(t, db, a, closing{r}, time.Now().Add(300*time.Millisecond))
	}
	eventually(t, 20*time.Second, "all worked", func() bool { return waiting(t, db) == 0 })
	for _, r := range rounds {
		if n := c.of(r); n != 1 {
			t.Errorf("round %s was worked %d times", r, n)
		}
	}
}

// A deadline passes while every server is down: the round closes at the start.
func TestAJobThatCameDueWhileAllWereDown(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	var c counter
	work := func(_ context.Context, a closing) error { c.add(a.Round); return nil }
	first := queue(t, db, work)
	if err := first.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	enqueue(t, db, first, closing{"1"}, time.Now().Add(700*time.Millisecond))
	stop(t, first)
	time.Sleep(time.Second)
	if c.of("1") != 0 {
		t.Fatal("it ran while nobody was there")
	}
	start(t, queue(t, db, work))
	eventually(t, 5*time.Second, "worked", func() bool { return c.of("1") == 1 })
}

// A server was killed in the middle of a job: its beacon is out, and the next
// takes the job up, without waiting for the longest job's time.
func TestAKilledServersJobIsTakenUp(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	var c counter
	q := queue(t, db, func(_ context.Context, a closing) error { c.add(a.Round); return nil })
	enqueue(t, db, q, closing{"1"}, time.Time{})
	_, err := db.Pool().Exec(`
		UPDATE queue.river_job
		SET state = 'running', attempt = 1, attempted_at = now(), attempted_by = '{killed}'`)
	if err != nil {
		t.Fatal(err)
	}
	start(t, q)
	eventually(t, 5*time.Second, "worked", func() bool { return c.of("1") == 1 })
}

// The same watch leaves jobs alone that are being worked, however many servers look.
func TestARunningJobIsNotTakenTwice(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	var runs atomic.Int32
	begun, end := make(chan struct{}), make(chan struct{})
	work := func(context.Context, closing) error {
		if runs.Add(1) == 1 {
			close(begun)
		}
		<-end
		return nil
	}
	q := queue(t, db, work)
	enqueue(t, db, q, closing{"1"}, time.Time{})
	drained := make(chan error, 1)
	go func() { drained <- q.Drain(context.WithoutCancel(t.Context())) }()
	<-begun
	start(t, queue(t, db, work)) // looks for abandoned jobs at once
	time.Sleep(1500 * time.Millisecond)
	close(end)
	if err := <-drained; err != nil || runs.Load() != 1 {
		t.Errorf("%v; %d runs", err, runs.Load())
	}
}

func TestAFailedJobIsTriedAgain(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	var runs atomic.Int32
	q := queue(t, db, func(context.Context, closing) error {
		if runs.Add(1) == 1 {
			return errors.New("not yet")
		}
		return nil
	})
	start(t, q)
	enqueue(t, db, q, closing{"1"}, time.Time{})
	eventually(t, 10*time.Second, "worked at the second try", func() bool { return runs.Load() == 2 && waiting(t, db) == 0 })
}

func TestEveryRunsAtTheStartAndAgain(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	var runs atomic.Int32
	q, err := job.New(db)
	if err != nil {
		t.Fatal(err)
	}
	job.On(q, func(context.Context, ticking) error { runs.Add(1); return nil })
	job.Every(q, time.Second, ticking{})
	start(t, q)
	eventually(t, 15*time.Second, "ran twice", func() bool { return runs.Load() >= 2 })
}

func TestReadyFollowsTheLife(t *testing.T) {
	db := testdb.New(t)
	q := queue(t, db, func(context.Context, closing) error { return nil })
	if q.Ready() == nil {
		t.Error("ready before the start")
	}
	if err := q.Start(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	if err := q.Ready(); err != nil {
		t.Errorf("after the start: %v", err)
	}
	stop(t, q)
	if q.Ready() == nil {
		t.Error("ready after the end")
	}
}

// What a job is about stays out of the log, also when it fails or panics.
func TestArgumentsAreNeverLogged(t *testing.T) {
	var log safeBuffer
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(old) })
	db := testdb.New(t)
	var runs atomic.Int32
	q := queue(t, db, func(context.Context, closing) error {
		if runs.Add(1) == 1 {
			return errors.New("not yet")
		}
		panic("no")
	})
	start(t, q)
	enqueue(t, db, q, closing{"marked-round"}, time.Time{})
	eventually(t, 10*time.Second, "failed twice", func() bool { return runs.Load() >= 2 && strings.Contains(log.String(), "panicked") })
	if !strings.Contains(log.String(), "job failed") || strings.Contains(log.String(), "marked") {
		t.Errorf("the log says:\n%s", log.String())
	}
}

// safeBuffer is a buffer that several goroutines write.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
