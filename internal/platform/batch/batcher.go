package batch

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// patience bounds what is done at once: it outlives the requests in it, since one
// that gives up must not take the others with it.
const patience = 30 * time.Second

// Batcher implements group commit: it runs the requests of one moment in one batch, since
// a round trip or a write to the disk costs the same whatever it holds. Of each subject (a
// round, a consultation) one batch runs at a time. No request is delayed for others: one
// that finds no batch running starts it, and those that arrive meanwhile form the next.
//
//	Do ─► queue of the subject ─► its leader takes the queue ─► one batch ─► each returns
//
// A second leader of the same thing was measured and lost: its batches are smaller and
// wait for each other's locks, and the cores have other work while one waits for the disk.
type Batcher[T, K comparable, Q any] struct {
	most  int
	act   func(ctx context.Context, of T, batch []Q) error
	mu    sync.Mutex
	queue map[T][]joined[K, Q] // of subjects with a leader
}

type joined[K comparable, Q any] struct {
	key  K
	q    Q
	done chan error // holds one
}

// NewBatcher makes a batcher whose batches have at most so many requests. act stores each
// request's result in the request; its error is that of every request of the batch.
func NewBatcher[T, K comparable, Q any](most int, act func(ctx context.Context, of T, batch []Q) error) *Batcher[T, K, Q] {
	return &Batcher[T, K, Q]{most: most, act: act, queue: map[T][]joined[K, Q]{}}
}

// Do returns when q was in a batch. A batch has one request of a key: the next is in a
// later batch, and finds the first one's effect. After an error q is not to be read: a
// request whose ctx ended may be in a batch all the same. Where Forbid applies it fails.
func (b *Batcher[T, K, Q]) Do(ctx context.Context, of T, key K, q Q) error {
	if err := forbidden(ctx); err != nil {
		return err
	}
	j := joined[K, Q]{key: key, q: q, done: make(chan error, 1)}
	b.mu.Lock()
	before, led := b.queue[of]
	b.queue[of] = append(before, j)
	if !led {
		go b.lead(context.WithoutCancel(ctx), of)
	}
	b.mu.Unlock()
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// lead runs batches until the queue is empty.
func (b *Batcher[T, K, Q]) lead(ctx context.Context, of T) {
	runtime.Gosched() // requests about to be queued are taken along
	for {
		batch := b.take(of)
		if len(batch) == 0 {
			return
		}
		within, cancel := context.WithTimeout(ctx, patience)
		b.do(within, of, batch)
		cancel()
	}
}

// take gives the next batch, in the order of the queue; an empty one ends the leader.
func (b *Batcher[T, K, Q]) take(of T) []joined[K, Q] {
	b.mu.Lock()
	defer b.mu.Unlock()
	queue := b.queue[of]
	if len(queue) == 0 {
		delete(b.queue, of)
		return nil
	}
	batch, rest := make([]joined[K, Q], 0, min(len(queue), b.most)), []joined[K, Q](nil)
	in := make(map[K]bool, cap(batch))
	for _, j := range queue {
		if len(batch) == b.most || in[j.key] {
			rest = append(rest, j)
			continue
		}
		in[j.key] = true
		batch = append(batch, j)
	}
	b.queue[of] = rest
	return batch
}

// do runs one batch and returns its error to each request.
func (b *Batcher[T, K, Q]) do(ctx context.Context, of T, batch []joined[K, Q]) {
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
	err = b.act(ctx, of, all)
}
