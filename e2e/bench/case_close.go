package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"delfi/e2e/bench/bare"
	"delfi/e2e/bench/cpu"
	"delfi/e2e/bench/database"
	"delfi/e2e/bench/figure"
)

// closing is what one closing cost.
type closing struct {
	took    time.Duration // of the job, by the queue's own table
	shown   time.Duration // of it, until the feedback is public; the rest writes the rows anew
	rest    float64       // the part of the server's CPU that neither hashed nor sorted; 0 where nobody looked
	cpu     time.Duration // of the server
	heap    int64         // bytes at the highest, above what stood before
	ballots int
}

// shut closes a consultation's first answer round and waits for the server's job.
func (b *bench) shut(ctx context.Context, s *server, h *house, db *sql.DB, a *answering) (c closing, err error) {
	idle, _, err := memory(s.pid)
	if err != nil {
		return c, err
	}
	if err := forget(s.pid); err != nil {
		return c, err
	}
	began := time.Now()
	if err := h.Consultations.CloseRound(ctx, b.staff.facilitator, a.slug, firstRound, "hanno risposto tutti"); err != nil {
		return c, err
	}
	if c.took, err = b.closed(ctx, db, began); err != nil {
		return c, err
	}
	_, peak, err := memory(s.pid)
	if err != nil {
		return c, err
	}
	c.heap = peak - idle
	if c.shown, err = database.Shown(ctx, db, closingJob, a.c.Rounds[firstRound-1].ID, began.Add(-time.Second)); err != nil {
		return c, err
	}
	// Who closes must have counted everybody.
	f, err := h.Archive.Feedback(ctx, a.c.ID, firstRound)
	if err != nil {
		return c, err
	}
	c.ballots = f.Answered
	if f.Answered != a.people || len(f.Items) != a.items {
		return c, fmt.Errorf("%s: the feedback tells of %d ballots on %d items, %d on %d were cast", a.slug, f.Answered, len(f.Items), a.people, a.items)
	}
	return c, nil
}

// shutSeen is shut of the large consultation, with a profile of the server beside it.
func (b *bench) shutSeen(ctx context.Context, s *server, h *house, db *sql.DB) (closing, error) {
	// Ten seconds for a hundred thousand: what the server computes comes first, and
	// an idle one adds nothing.
	told := cpu.During(ctx, s.private, 2*time.Second+time.Duration(b.n.crowd)*80*time.Microsecond)
	c, err := b.shut(ctx, s, h, db, b.crowd)
	p, seen := told()
	if err := errors.Join(err, seen); err != nil {
		return c, err
	}
	within, all, err := cpu.Share(p, cpu.HashingOrSorting)
	c.rest, c.cpu = 1-within, all
	return c, err
}

// closed waits until the server has worked the closing that began, and gives what it
// took by the queue's own table.
func (b *bench) closed(ctx context.Context, db *sql.DB, began time.Time) (time.Duration, error) {
	for {
		took, done, err := database.Worked(ctx, db, closingJob, began.Add(-time.Second))
		if err != nil || done {
			return took, err
		}
		// A minute for a hundred thousand people, and as much again for each further one.
		if time.Since(began) > time.Minute*time.Duration(1+b.n.crowd/whole.crowd) {
			return 0, errors.New("the closing does not end; " + b.lastLog())
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// closingGoal is the seconds within which the feedback on a hundred thousand ballots is public.
const closingGoal = 4

// memoryGoal gives the megabytes that a closing may take: up to a hundred thousand people
// the tables and buffers count, beyond them what is kept of each ballot, up to a
// gigabyte for a million.
func memoryGoal(crowd int) float64 {
	return 256 + (1000-256)*max(0, float64(crowd-whole.crowd))/float64(9*whole.crowd)
}

// caseClosing closes the large consultation's first answer round, on copies of the
// database and at last on the database itself, which the next cases go on with.
func (b *bench) caseClosing(ctx context.Context) error {
	early := figure.Row{Case: fmt.Sprintf("closing %d ballots × %d items", b.n.crowd, b.n.items), Unit: "s",
		Note: "the server's job by the queue's own table, from its start until tables, measures, verdicts, feedback, leaves and root are stored and public"}
	heap := figure.Row{Case: "closing, memory above idle", Unit: "MB", Note: "VmHWM of the server, reset before, less its resident memory before"}
	wall := figure.Row{Case: "closing, with the rows written anew", Unit: "s", Note: "the same job to its end: then the ballots lie in the order of their ids, so that none tells when it came; nobody waits for it"}
	rest := figure.Row{Case: "closing, neither hashing nor sorting", Unit: "s",
		Note: "of the time until the feedback is public, the part of the server's CPU that a profile finds under no function of SHA-256, HMAC or sorting; decrypting is in it, Postgres is seen by no profile"}
	var cpu []float64
	note := func(c closing) {
		wall.Values, heap.Values = append(wall.Values, c.took.Seconds()), append(heap.Values, float64(c.heap)/1e6)
		early.Values = append(early.Values, c.shown.Seconds())
		rest.Values, cpu = append(rest.Values, c.rest*c.shown.Seconds()), append(cpu, c.cpu.Seconds())
	}
	if b.o.wanted("closing") && b.n.rounds > 1 {
		for range b.n.rounds - 1 {
			c, err := b.shutCopy(ctx)
			if err != nil {
				return err
			}
			note(c)
		}
	}
	end, err := hook(ctx, b.o.hook, "closing", b.srv.pid)
	if err != nil {
		return err
	}
	c, err := b.shutSeen(ctx, b.srv, b.h, b.bare)
	end()
	if err != nil {
		return err
	}
	if b.o.wanted("closing") {
		note(c)
		if b.n.crowd <= whole.crowd { // beyond it, the growth holds a closing against that of a tenth
			early.AtMost(closingGoal)
			rest.AtMost(2)
		}
		heap.AtMost(memoryGoal(b.n.crowd))
		rest.Note += fmt.Sprintf("; the server's CPU was %s s in all", figure.Number(figure.Middle(cpu)))
		b.rows = append(b.rows, wall, early, heap, rest)
		b.note(publicClosing, b.n.crowd, b.n.items, figure.Middle(early.Values)*1000)
		b.note(wholeClosing, b.n.crowd, b.n.items, figure.Middle(wall.Values)*1000)
	}
	return b.h.goOn(ctx, b.staff, b.crowd)
}

// shutCopy closes the round on a copy of the main database, with a server of its own.
func (b *bench) shutCopy(ctx context.Context) (c closing, err error) {
	const name = "copy"
	// Nobody may be connected to what is copied.
	if err := errors.Join(b.srv.stop(), b.h.close(), b.bare.Close()); err != nil {
		return c, err
	}
	b.srv, b.h, b.bare = nil, nil, nil
	if err := database.Clone(ctx, b.admin, mainDatabase, name); err != nil {
		return c, err
	}
	c, err = b.shutOn(ctx, name)
	return c, errors.Join(err, database.Drop(ctx, b.admin, name), database.Calm(ctx, b.admin), b.settle(ctx))
}

func (b *bench) shutOn(ctx context.Context, name string) (c closing, err error) {
	h, err := b.join(ctx, name, false)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	raw, err := bare.Open(b.cluster.URL(name), 1)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, raw.Close()) }()
	s, err := b.serve(name)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	time.Sleep(time.Second) // what a start enqueues is done
	return b.shutSeen(ctx, s, h, raw)
}
