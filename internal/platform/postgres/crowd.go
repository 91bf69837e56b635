package postgres

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// crowdPatience bounds what is done at once: it outlives the requests in it, since one
// that gives up must not take the others with it.
const crowdPatience = 30 * time.Second

// Crowd does at once what many requests want in one moment, since a round trip or a
// write to the disk costs the same whatever it is for. Of each thing (a round, a
// consultation) one batch is under way at a time. Nobody waits for others to come: who
// finds nothing under way begins, and who comes meanwhile is in the next batch with all
// that came.
//
//	Join ─► waiting ─► the thing's leader takes what waits ─► one batch ─► each is told
//
// A second leader of the same thing was measured and lost: its batches are smaller and
// wait for each other's locks, and the cores have other work while one waits for the disk.
type Crowd[T, K comparable, Q any] struct {
	most    int
	act     func(ctx context.Context, of T, batch []Q) error
	mu      sync.Mutex
	waiting map[T][]joined[K, Q] // those with a leader
}

type joined[K comparable, Q any] struct {
	key  K
	q    Q
	done chan error // holds one
}

// NewCrowd makes one of what does a batch, of at most so many. act puts what it finds
// for each request in the request itself; its error is everybody's in the batch.
func NewCrowd[T, K comparable, Q any](most int, act func(ctx context.Context, of T, batch []Q) error) *Crowd[T, K, Q] {
	return &Crowd[T, K, Q]{most: most, act: act, waiting: map[T][]joined[K, Q]{}}
}

// Join waits until q was in a batch. Of a key there is one in a batch: the next is in a
// later one, and finds what the first did. After an error q is not to be read: who gave
// up waiting may be in a batch all the same. Inside a transaction it fails: a batch has
// a connection of its own.
func (c *Crowd[T, K, Q]) Join(ctx context.Context, of T, key K, q Q) error {
	if m, _ := ctx.Value(markKey{}).(*mark); m != nil {
		return fmt.Errorf("postgres: a batch joined inside the transaction begun at %s: join before it", place(m.at))
	}
	j := joined[K, Q]{key: key, q: q, done: make(chan error, 1)}
	c.mu.Lock()
	before, led := c.waiting[of]
	c.waiting[of] = append(before, j)
	if !led {
		go c.lead(context.WithoutCancel(ctx), of)
	}
	c.mu.Unlock()
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// lead does batches until nobody waits.
func (c *Crowd[T, K, Q]) lead(ctx context.Context, of T) {
	runtime.Gosched() // whoever is about to join comes along
	for {
		batch := c.take(of)
		if len(batch) == 0 {
			return
		}
		within, cancel := context.WithTimeout(ctx, crowdPatience)
		c.do(within, of, batch)
		cancel()
	}
}

// take gives the next batch, in the order in which they came; none when nobody waits,
// and the thing has no leader then.
func (c *Crowd[T, K, Q]) take(of T) []joined[K, Q] {
	c.mu.Lock()
	defer c.mu.Unlock()
	waiting := c.waiting[of]
	if len(waiting) == 0 {
		delete(c.waiting, of)
		return nil
	}
	batch, rest := make([]joined[K, Q], 0, min(len(waiting), c.most)), []joined[K, Q](nil)
	in := make(map[K]bool, cap(batch))
	for _, j := range waiting {
		if len(batch) == c.most || in[j.key] {
			rest = append(rest, j)
			continue
		}
		in[j.key] = true
		batch = append(batch, j)
	}
	c.waiting[of] = rest
	return batch
}

// do does one batch and tells everybody in it.
func (c *Crowd[T, K, Q]) do(ctx context.Context, of T, batch []joined[K, Q]) {
	var err error
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a batch of %d: panic: %v", len(batch), p)
		}
		for _, j := range batch {
			j.done <- err
		}
	}()
	all := make([]Q, len(batch))
	for i, j := range batch {
		all[i] = j.q
	}
	err = c.act(ctx, of, all)
}
