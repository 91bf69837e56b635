package postgres

import "context"

// askedAtOnce bounds the questions of one statement.
const askedAtOnce = 256

// Inquiry looks things up for many requests at once: a crowd that asks. What is told
// was read after it was asked for, so that it is as fresh as with a statement of one's
// own. What is shared is of, e.g. a round: one statement is about one.
type Inquiry[S, K comparable, V any] struct {
	ask   func(ctx context.Context, of S, keys []K) (map[K]V, error)
	crowd *Crowd[S, *question[K, V], *question[K, V]] // each for itself: one answer serves all who ask the same
}

type question[K comparable, V any] struct {
	key   K
	v     V
	found bool
}

// NewInquiry makes one of what looks up several keys, each once, in one statement;
// those that it does not find are not in its answer.
func NewInquiry[S, K comparable, V any](ask func(ctx context.Context, of S, keys []K) (map[K]V, error)) *Inquiry[S, K, V] {
	q := &Inquiry[S, K, V]{ask: ask}
	q.crowd = NewCrowd[S, *question[K, V]](askedAtOnce, q.answer)
	return q
}

// Find gives what is under key; false when there is nothing. It may be shared with
// others who asked for the same, and is not to be changed.
func (q *Inquiry[S, K, V]) Find(ctx context.Context, of S, key K) (V, bool, error) {
	mine := &question[K, V]{key: key}
	if err := q.crowd.Join(ctx, of, mine, mine); err != nil {
		var none V
		return none, false, err
	}
	return mine.v, mine.found, nil
}

// answer asks once for all.
func (q *Inquiry[S, K, V]) answer(ctx context.Context, of S, batch []*question[K, V]) error {
	keys, asked := make([]K, 0, len(batch)), make(map[K]bool, len(batch))
	for _, m := range batch {
		if !asked[m.key] {
			asked[m.key] = true
			keys = append(keys, m.key)
		}
	}
	found, err := q.ask(ctx, of, keys)
	if err != nil {
		return err
	}
	for _, m := range batch {
		m.v, m.found = found[m.key]
	}
	return nil
}
