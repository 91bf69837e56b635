package batch

import "context"

// maxKeys bounds the requests of one statement.
const maxKeys = 256

// Loader batches reads: one statement serves the requests of one moment. A value is read
// after it was asked for, so that it is as fresh as with a statement of one's own. A
// batch shares its subject, e.g. a round.
type Loader[S, K comparable, V any] struct {
	read    func(ctx context.Context, of S, keys []K) (map[K]V, error)
	batches *Batcher[S, *question[K, V], *question[K, V]] // keyed by request: requests of one key share a batch
}

type question[K comparable, V any] struct {
	key   K
	v     V
	found bool
}

// NewLoader makes a loader; read finds several distinct keys at once, and leaves out of
// its result those that are not there.
func NewLoader[S, K comparable, V any](read func(ctx context.Context, of S, keys []K) (map[K]V, error)) *Loader[S, K, V] {
	q := &Loader[S, K, V]{read: read}
	q.batches = NewBatcher[S, *question[K, V]](maxKeys, q.answer)
	return q
}

// Load gives the value of a key; false when there is none. It may be shared with other
// requests of the key, and is not to be changed.
func (q *Loader[S, K, V]) Load(ctx context.Context, of S, key K) (V, bool, error) {
	mine := &question[K, V]{key: key}
	if err := q.batches.Do(ctx, of, mine, mine); err != nil {
		var none V
		return none, false, err
	}
	return mine.v, mine.found, nil
}

// answer loads the keys of a batch.
func (q *Loader[S, K, V]) answer(ctx context.Context, of S, batch []*question[K, V]) error {
	keys, asked := make([]K, 0, len(batch)), make(map[K]bool, len(batch))
	for _, m := range batch {
		if !asked[m.key] {
			asked[m.key] = true
			keys = append(keys, m.key)
		}
	}
	found, err := q.read(ctx, of, keys)
	if err != nil {
		return err
	}
	for _, m := range batch {
		m.v, m.found = found[m.key]
	}
	return nil
}
