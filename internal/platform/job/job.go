package job

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/rivertype"

	"delfi/internal/platform/postgres"
)

const (
	schema  = "queue"
	workers = 4
	poll    = 250 * time.Millisecond // how late a job that is due at once may start
	// What the longest job may take: a closing that is broken off begins again from nothing,
	// and one of a million ballots on a machine with other work took over ten minutes.
	patient = 2 * time.Hour
)

// Args is what a job is about; it must marshal to JSON and hold no panelist,
// code or answer. Kind names it.
type Args interface{ Kind() string }

// Queue enqueues jobs and works them. Register (On, Every) before Start.
type Queue struct {
	db       *postgres.DB
	insert   *river.Client[*sql.Tx] // enqueues only
	working  *river.Client[*sql.Tx] // after Start
	workers  *river.Workers
	periodic []*river.PeriodicJob
	work     map[string]func(ctx context.Context, args []byte) error // by kind, for Drain
	watch    *watch                                                  // after Start
	log      *slog.Logger
}

// New prepares a queue on db; nothing runs before Start.
func New(db *postgres.DB) (*Queue, error) {
	insert, err := river.NewClient(riverdatabasesql.New(db.Pool().DB), &river.Config{Schema: schema, Logger: quiet()})
	if err != nil {
		return nil, fmt.Errorf("job: %w", err)
	}
	return &Queue{
		db: db, insert: insert, workers: river.NewWorkers(), log: slog.Default(),
		work: map[string]func(context.Context, []byte) error{},
	}, nil
}

// quiet keeps the library's own lines out of the log: they may print arguments.
// What fails is logged by this package, by kind and number.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// Enqueue stores a job in the caller's transaction, to run at the instant at
// (zero: at once). An equal job (kind, arguments, instant) that waits is not doubled.
func (q *Queue) Enqueue(ctx context.Context, tx *postgres.Tx, args Args, at time.Time) error {
	if at.IsZero() {
		at = tx.Now
	}
	b, err := json.Marshal(args)
	if err != nil {
		return fmt.Errorf("job %s: %w", args.Kind(), err)
	}
	waiting, err := waits(ctx, tx, args.Kind(), b, at)
	if err != nil || waiting {
		return err
	}
	if _, err := q.insert.InsertTx(ctx, tx.Tx.Tx, args, &river.InsertOpts{ScheduledAt: at}); err != nil {
		return fmt.Errorf("job %s: %w", args.Kind(), err)
	}
	return nil
}

// On registers the work for jobs of A's kind; before Start. A failed job is
// tried again with growing delays.
func On[A Args](q *Queue, work func(ctx context.Context, args A) error) {
	var zero A
	river.AddWorker(q.workers, river.WorkFunc(func(ctx context.Context, j *river.Job[A]) error { return work(ctx, j.Args) }))
	q.work[zero.Kind()] = func(ctx context.Context, b []byte) error {
		var args A
		if err := json.Unmarshal(b, &args); err != nil {
			return fmt.Errorf("job %s: %w", zero.Kind(), err)
		}
		return work(ctx, args)
	}
}

// Every registers a job that runs at each interval on one server of all, and
// when that server starts: one that restarts often would otherwise never run it.
func Every(q *Queue, interval time.Duration, args Args) {
	q.periodic = append(q.periodic, river.NewPeriodicJob(river.PeriodicInterval(interval),
		func() (river.JobArgs, *river.InsertOpts) { return args, nil }, &river.PeriodicJobOpts{RunOnStart: true}))
}

// Start works jobs until ctx ends or Stop. Jobs that a killed server was working
// are worked again within seconds.
func (q *Queue) Start(ctx context.Context) error {
	id := uuid.NewString()
	client, err := river.NewClient(riverdatabasesql.New(q.db.Pool().DB), &river.Config{
		ID: id, Schema: schema, Logger: quiet(), Workers: q.workers, PeriodicJobs: q.periodic,
		Queues:            map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}},
		FetchPollInterval: poll, FetchCooldown: poll, JobTimeout: patient, ErrorHandler: failures{q.log},
	})
	if err != nil {
		return fmt.Errorf("job: %w", err)
	}
	// The beacon burns before the first job is taken, or another server would
	// take that job for abandoned.
	w, err := newWatch(ctx, q.db, id, q.log)
	if err != nil {
		return err
	}
	if err := client.Start(ctx); err != nil {
		return errors.Join(fmt.Errorf("job: %w", err), w.stop())
	}
	q.working, q.watch = client, w
	return nil
}

// Stop lets running jobs finish until ctx ends, then breaks them off: they run
// again at the next start.
func (q *Queue) Stop(ctx context.Context) error {
	if q.working == nil {
		return nil
	}
	err := q.working.Stop(ctx)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		err = q.working.StopAndCancel(hard)
	}
	if err != nil {
		err = fmt.Errorf("job: %w", err)
	}
	return errors.Join(err, q.watch.stop())
}

// Ready tells whether jobs are being worked, nil if so.
func (q *Queue) Ready() error {
	if q.working == nil {
		return errors.New("job: not started")
	}
	select {
	case <-q.working.Stopped():
		return errors.New("job: stopped")
	default:
		return q.watch.ready()
	}
}

// Waiting counts the jobs that are due and that nobody has begun.
func (q *Queue) Waiting(ctx context.Context) (int, error) { return waiting(ctx, q.db) }

// Drain works every job that is due by the database's clock, in the caller's
// time, until none is left. A job that fails stays, and its error is returned.
func (q *Queue) Drain(ctx context.Context) (err error) {
	id := uuid.NewString()
	b, err := light(ctx, q.db, id)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.out()) }()
	for {
		var j claimed
		err := q.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
			j, err = claim(ctx, tx, id)
			return err
		})
		if err != nil || j.ID == 0 {
			return err
		}
		work, known := q.work[j.Kind]
		if !known {
			work = func(context.Context, []byte) error { return errors.New("nobody works jobs of this kind") }
		}
		failed := work(ctx, j.Args)
		// Also when ctx has ended meanwhile: the job would stay taken.
		err = q.db.Transact(context.WithoutCancel(ctx), func(ctx context.Context, tx *postgres.Tx) error {
			return settle(ctx, tx, j.ID, failed == nil)
		})
		if failed != nil {
			failed = fmt.Errorf("job %d (%s): %w", j.ID, j.Kind, failed)
		}
		if err := errors.Join(failed, err); err != nil {
			return err
		}
	}
}

// Do works args now, in the caller's time, whether or not such a job waits: what has to
// be done before the caller goes on depends on no other job, nor on who took this one.
func (q *Queue) Do(ctx context.Context, args Args) error {
	work, known := q.work[args.Kind()]
	if !known {
		return fmt.Errorf("job %s: nobody works jobs of this kind", args.Kind())
	}
	b, err := json.Marshal(args)
	if err != nil {
		return fmt.Errorf("job %s: %w", args.Kind(), err)
	}
	return work(ctx, b)
}

// failures logs what went wrong, without the job's arguments.
type failures struct{ log *slog.Logger }

func (f failures) HandleError(ctx context.Context, j *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	f.log.ErrorContext(ctx, "job failed", "kind", j.Kind, "job", j.ID, "attempt", j.Attempt, "error", err)
	return nil
}

func (f failures) HandlePanic(ctx context.Context, j *rivertype.JobRow, v any, trace string) *river.ErrorHandlerResult {
	f.log.ErrorContext(ctx, "job panicked", "kind", j.Kind, "job", j.ID, "attempt", j.Attempt, "panic", fmt.Sprint(v), "trace", trace)
	return nil
}
