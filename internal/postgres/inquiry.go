package postgres

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"
)

const (
	// askers work at once for one Inquiry: one asks while another's answer is read.
	askers = 2
	// askedAtOnce bounds the keys of one statement.
	askedAtOnce = 256
	// askPatience bounds one statement, which outlives the requests in it: one that
	// gives up must not take the others with it.
	askPatience = 30 * time.Second
)

// Inquiry looks things up for many requests at once, since a statement costs a round
// trip whatever it asks for. Nobody waits for others to come: who finds an asker free
// is asked for at once, and who comes while the askers work is asked for with all that
// came meanwhile.
//
//	Find ─► waiting ─► an asker takes what waits ─► one statement ─► each is told
//
// What is told was read after it was asked for, so that it is as fresh as with a
// statement of one's own. What is shared is of, e.g. a round: one statement is about
// one.
type Inquiry[S, K comparable, V any] struct {
	ask     func(ctx context.Context, of S, keys []K) (map[K]V, error)
	mu      sync.Mutex
	waiting []question[S, K, V]
	asking  int
}

type question[S, K comparable, V any] struct {
	of   S
	key  K
	done chan answer[V] // holds one
}

type answer[V any] struct {
	v     V
	found bool
	err   error
}

// NewInquiry makes one of what looks up several keys, each once, in one statement;
// those that it does not find are not in its answer.
func NewInquiry[S, K comparable, V any](ask func(ctx context.Context, of S, keys []K) (map[K]V, error)) *Inquiry[S, K, V] {
	return &Inquiry[S, K, V]{ask: ask}
}

// Find gives what is under key; false when there is nothing. It may be shared with
// others who asked for the same, and is not to be changed.
func (q *Inquiry[S, K, V]) Find(ctx context.Context, of S, key K) (V, bool, error) {
	done := make(chan answer[V], 1)
	q.mu.Lock()
	q.waiting = append(q.waiting, question[S, K, V]{of: of, key: key, done: done})
	if q.asking < askers {
		q.asking++
		go q.lead(context.WithoutCancel(ctx))
	}
	q.mu.Unlock()
	select {
	case a := <-done:
		return a.v, a.found, a.err
	case <-ctx.Done():
		var none V
		return none, false, ctx.Err()
	}
}

// lead asks until nobody waits.
func (q *Inquiry[S, K, V]) lead(ctx context.Context) {
	runtime.Gosched() // whoever is about to ask comes along
	for {
		batch := q.take()
		if len(batch) == 0 {
			return
		}
		within, cancel := context.WithTimeout(ctx, askPatience)
		q.tell(within, batch)
		cancel()
	}
}

// take gives the next questions about one thing; none when nobody waits, and the
// asker is counted out then.
func (q *Inquiry[S, K, V]) take() []question[S, K, V] {
	q.mu.Lock()
	defer q.mu.Unlock()
	var batch, rest []question[S, K, V]
	for _, w := range q.waiting {
		if len(batch) == askedAtOnce || len(batch) > 0 && w.of != batch[0].of {
			rest = append(rest, w)
			continue
		}
		batch = append(batch, w)
	}
	q.waiting = rest
	if len(batch) == 0 {
		q.asking--
	}
	return batch
}

// tell asks once and answers everybody.
func (q *Inquiry[S, K, V]) tell(ctx context.Context, batch []question[S, K, V]) {
	var found map[K]V
	err := fmt.Errorf("an inquiry for %d was not answered", len(batch))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("an inquiry for %d: panic: %v", len(batch), p)
		}
		for _, w := range batch {
			v, ok := found[w.key]
			w.done <- answer[V]{v: v, found: ok, err: err}
		}
	}()
	keys, asked := make([]K, 0, len(batch)), make(map[K]bool, len(batch))
	for _, w := range batch {
		if !asked[w.key] {
			asked[w.key] = true
			keys = append(keys, w.key)
		}
	}
	found, err = q.ask(ctx, batch[0].of, keys)
}
