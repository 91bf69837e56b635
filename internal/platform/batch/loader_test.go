package batch_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"delfi/internal/platform/batch"
)

// Everybody is told of their own, and of what was asked about, whoever was asked
// with them.
func TestALoaderTellsEveryoneTheirOwn(t *testing.T) {
	q := batch.NewLoader(func(_ context.Context, of string, keys []int) (map[int]string, error) {
		found := map[int]string{}
		if len(slices.Compact(slices.Sorted(slices.Values(keys)))) != len(keys) {
			t.Errorf("asked for one thing twice: %v", keys)
		}
		for _, k := range keys {
			if k%3 != 0 {
				found[k] = fmt.Sprint(of, k)
			}
		}
		return found, nil
	})
	var all sync.WaitGroup
	for i := range 2000 {
		all.Go(func() {
			of, key := []string{"a", "b"}[i%2], i/4
			v, found, err := q.Load(t.Context(), of, key)
			want := fmt.Sprint(of, key)
			if key%3 == 0 {
				want = ""
			}
			if v != want || found != (want != "") || err != nil {
				t.Errorf("%s%d: %q, %v, %v", of, key, v, found, err)
			}
		})
	}
	all.Wait()
}

// What was told before is not told again: whoever asks later is asked for anew. Who
// asks for the same in one moment shares the answer.
func TestALoaderAsksAnewForWhoComesLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, free := 0, make(chan struct{})
		q := batch.NewLoader(func(_ context.Context, _ string, keys []int) (map[int]int, error) {
			n++
			now := n
			<-free
			return map[int]int{keys[0]: now}, nil
		})
		ask := func(want int) {
			go func() {
				if v, found, err := q.Load(t.Context(), "a", 1); v != want || !found || err != nil {
					t.Errorf("%d, %v, %v instead of %d", v, found, err, want)
				}
			}()
			synctest.Wait()
		}
		ask(1)
		for range 10 {
			ask(2) // under way already, and perhaps read before they came
		}
		close(free)
		synctest.Wait()
		ask(3)
	})
}

// A fault is everybody's who was asked for with it, and nobody's after them; who
// gives up waiting takes nobody along.
func TestALoaderFailsForThoseInIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("no database")
		fail, free := error(broken), make(chan struct{})
		q := batch.NewLoader(func(ctx context.Context, _ struct{}, keys []int) (map[int]int, error) {
			select {
			case <-free:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			if keys[0] == 99 {
				panic("a fault of ours")
			}
			return map[int]int{keys[0]: 1}, fail
		})
		ctx, leave := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() { _, _, err := q.Load(ctx, struct{}{}, 1); left <- err }()
		synctest.Wait()
		leave()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("who left is told %v", err)
		}
		close(free)
		synctest.Wait()
		if _, found, err := q.Load(t.Context(), struct{}{}, 1); found && err == nil || !errors.Is(err, broken) {
			t.Errorf("told %v, %v", found, err)
		}
		if _, _, err := q.Load(t.Context(), struct{}{}, 99); err == nil || !strings.Contains(err.Error(), "a fault of ours") {
			t.Errorf("a panic is told as %v", err)
		}
		fail = nil
		if _, found, err := q.Load(t.Context(), struct{}{}, 1); !found || err != nil {
			t.Errorf("afterwards: %v, %v", found, err)
		}
		free = make(chan struct{})
		if _, _, err := q.Load(t.Context(), struct{}{}, 1); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a statement without an end is told as %v", err)
		}
	})
}
