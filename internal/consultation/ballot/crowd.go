package ballot

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/postgres"
	"delfi/internal/pseudonym"
)

// The crowd commits the ballots of many requests together, since a commit costs
// one write to the disk whatever it holds. Nobody waits for others to come: who
// finds a leader free is taken at once, and who comes while the leaders work is
// taken with all that came meanwhile.
//
//	enter ─► waiting ─► a leader takes what waits ─► one transaction ─► each is told
//
// A batch is worked in the order of panelists' ids and never in that of arrival
// (RECORD.md §2). What is wrong with one ballot is told to its owner alone.
const (
	leaders = 2   // one prepares while the other waits for the disk
	most    = 128 // ballots of one transaction
	// patience bounds one batch: it outlives the requests in it, since a request
	// that gives up must not take the others with it.
	patience = 30 * time.Second
)

// crowd is who waits for a commit.
type crowd struct {
	commit  func(ctx context.Context, batch []*waiter)
	mu      sync.Mutex
	waiting []*waiter
	busy    map[ballotKey]bool // in work: a second request for a ballot waits for the first
	leading int
}

// ballotKey is one ballot.
type ballotKey struct {
	consultation uuid.UUID
	round        int
	panelist     pseudonym.Panelist
}

// waiter is one request.
type waiter struct {
	seat  pseudonym.Seat
	round int
	in    hand
	done  chan outcome // holds one
}

func (w *waiter) key() ballotKey {
	return ballotKey{consultation: w.seat.Consultation, round: w.round, panelist: w.seat.Panelist}
}

// outcome is what a request is told.
type outcome struct {
	board  board
	stands sheet
	err    error
}

// enter waits until the ballot is committed, or was refused. Who gives up waiting
// is not told; the ballot may be committed all the same, as with any answer that
// is lost on its way.
func (c *crowd) enter(ctx context.Context, seat pseudonym.Seat, round int, in hand) outcome {
	w := &waiter{seat: seat, round: round, in: in, done: make(chan outcome, 1)}
	c.mu.Lock()
	c.waiting = append(c.waiting, w)
	if c.leading < leaders {
		c.leading++
		go c.lead(context.WithoutCancel(ctx))
	}
	c.mu.Unlock()
	select {
	case o := <-w.done:
		return o
	case <-ctx.Done():
		return outcome{err: ctx.Err()}
	}
}

// lead commits batches until nobody waits whose ballot is free.
func (c *crowd) lead(ctx context.Context) {
	runtime.Gosched() // whoever is about to enter comes along
	for {
		batch := c.take()
		if batch == nil {
			return
		}
		within, cancel := context.WithTimeout(ctx, patience)
		c.commit(within, batch)
		cancel()
		c.mu.Lock()
		for _, w := range batch {
			delete(c.busy, w.key())
		}
		c.mu.Unlock()
	}
}

// take gives the next batch: ballots of one round, each once, in the order of
// their panelists. nil when there is none; the leader is counted out then.
func (c *crowd) take() []*waiter {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy == nil {
		c.busy = map[ballotKey]bool{}
	}
	var batch []*waiter
	c.waiting = slices.DeleteFunc(c.waiting, func(w *waiter) bool {
		k := w.key()
		if len(batch) == most || c.busy[k] || len(batch) > 0 && (k.round != batch[0].round || k.consultation != batch[0].seat.Consultation) {
			return false
		}
		c.busy[k] = true
		batch = append(batch, w)
		return true
	})
	if batch == nil {
		c.leading--
		return nil
	}
	slices.SortFunc(batch, func(a, b *waiter) int { return bytes.Compare(a.seat.Panelist[:], b.seat.Panelist[:]) })
	return batch
}

// lockOf is the key by which one transaction at a time works on a ballot, also while it
// has no row and whichever server it is of. Two ballots may share one.
func lockOf(seat pseudonym.Seat, round int) int64 {
	h := sha256.New()
	h.Write(seat.Consultation[:])
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(round)))
	h.Write(seat.Panelist[:])
	return int64(binary.BigEndian.Uint64(h.Sum(nil)))
}

// locks are the keys of a batch, ascending.
func locks(batch []*waiter) []int64 {
	keys := make([]int64, len(batch))
	for i, w := range batch {
		keys[i] = lockOf(w.seat, w.round)
	}
	slices.Sort(keys)
	return keys
}

// commit is the one transaction of a batch. It begins after the seats are
// resolved and the key is read, locks the round and its ballots, and writes nothing but
// panel.*: no session, job, counter or record stands beside the rows with the
// same xmin.
func (s *Service) commit(ctx context.Context, batch []*waiter) {
	told := make([]outcome, len(batch))
	fail := func(err error) {
		for i := range told {
			told[i] = outcome{err: err}
		}
	}
	defer func() {
		if p := recover(); p != nil {
			fail(fmt.Errorf("a batch of ballots: %v", p))
		}
		for i, w := range batch {
			w.done <- told[i]
		}
	}()
	consultation, number := batch[0].seat.Consultation, batch[0].round
	safe, err := s.bridge.Safe(ctx, consultation)
	if err != nil {
		fail(err)
		return
	}
	defer safe.Close()
	b, err := s.board(ctx, consultation, number)
	if err != nil {
		fail(err)
		return
	}
	act := func(ctx context.Context, tx *postgres.Tx) error {
		r, err := s.cons.Locked(ctx, tx, consultation, number, locks(batch)...)
		if err != nil {
			return err
		}
		if !r.Answers() {
			return noBallots()
		}
		b.Round = r
		f, err := b.current(ctx, tx, s.cons)
		if err != nil {
			return err
		}
		if err := s.write(ctx, tx, safe, f, r, batch, told); err != nil {
			return err
		}
		for i := range told {
			told[i].board = b
		}
		return nil
	}
	err = s.db.Transact(ctx, act)
	if missingPartition(err) {
		// The first ballot of a round: its partition is made in a transaction of
		// its own, so that no row shares an xmin with the catalogue's.
		if err = s.makeRoom(ctx, b.Round); err == nil {
			err = s.db.Transact(ctx, act)
		}
	}
	if err != nil {
		fail(err)
	}
}

// write changes the batch's rows under their round's lock, and notes what each
// request is told.
func (s *Service) write(ctx context.Context, tx *postgres.Tx, safe *pseudonym.Safe, f form, round consultation.Round, batch []*waiter, told []outcome) error {
	ids := make([][]byte, len(batch))
	for i, w := range batch {
		ids[i] = w.seat.Panelist[:]
	}
	rows, err := findBallots(ctx, tx, round.ID, ids)
	if err != nil {
		return err
	}
	var changed []seated
	for i, w := range batch {
		c, err := f.compose(safe, w.seat, round, rows[w.seat.Panelist], w.in)
		told[i] = outcome{stands: c.stands, err: err}
		if err == nil && c.writes {
			changed = append(changed, seated{seat: w.seat, row: c.row, born: c.born})
		}
	}
	return saveBallots(ctx, tx, round, changed)
}
