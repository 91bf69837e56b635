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

// wish is what somebody joins a crowd with.
type wish struct {
	key  int
	told string
}

// Everybody is told of their own, whoever was in the batch with them; of one key there
// is never more than one in a batch, nor two batches of one thing at once.
func TestABatchTellsEveryoneTheirOwn(t *testing.T) {
	var mu sync.Mutex
	under := map[string]bool{}
	c := batch.NewBatcher[string, int](7, func(_ context.Context, of string, batch []*wish) error {
		mu.Lock()
		if under[of] {
			t.Errorf("two batches of %s at once", of)
		}
		under[of] = true
		mu.Unlock()
		var keys []int
		for _, w := range batch {
			keys = append(keys, w.key)
			w.told = fmt.Sprint(of, w.key)
		}
		slices.Sort(keys)
		if len(keys) > 7 || len(slices.Compact(keys)) != len(batch) {
			t.Errorf("a batch of %v", keys)
		}
		mu.Lock()
		under[of] = false
		mu.Unlock()
		return nil
	})
	var all sync.WaitGroup
	for i := range 3000 {
		all.Go(func() {
			of, w := []string{"a", "b", "c"}[i%3], &wish{key: i / 9}
			if err := c.Do(t.Context(), of, w.key, w); err != nil || w.told != fmt.Sprint(of, w.key) {
				t.Errorf("%s%d is told %q, %v", of, w.key, w.told, err)
			}
		})
	}
	all.Wait()
}

// Who comes while a batch is under way is in the next, with all who came; what is about
// something else does not wait.
func TestABatchTakesAllWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var begun []string
		gate := map[string]chan struct{}{"a": make(chan struct{}), "b": make(chan struct{})}
		c := batch.NewBatcher[string, int](4, func(_ context.Context, of string, batch []*wish) error {
			text := of
			for _, w := range batch {
				text += fmt.Sprint(" ", w.key)
			}
			mu.Lock()
			begun = append(begun, text)
			mu.Unlock()
			<-gate[of]
			return nil
		})
		join := func(of string, key int) {
			go func() {
				if err := c.Do(t.Context(), of, key, &wish{key: key}); err != nil {
					t.Errorf("%s%d: %v", of, key, err)
				}
			}()
			synctest.Wait()
		}
		join("a", 1)
		for _, key := range []int{5, 3, 5, 2, 1, 9} {
			join("a", key)
		}
		join("b", 1)
		if got := strings.Join(begun, ", "); got != "a 1, b 1" {
			t.Errorf("begun while a waits: %s", got)
		}
		close(gate["a"])
		synctest.Wait()
		// The second 5 waits for the first; the 9 is one too many.
		if got := strings.Join(begun, ", "); got != "a 1, b 1, a 5 3 2 1, a 5 9" {
			t.Errorf("begun: %s", got)
		}
		close(gate["b"])
		synctest.Wait()
		join("b", 1)
		if len(begun) != 5 {
			t.Errorf("after all were told: %v", begun)
		}
	})
}

// A fault or a panic is everybody's in the batch and nobody's after it; who gives up
// waiting takes nobody along, and a batch without an end has one.
func TestABatchFailsForThoseInTheBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken, gate := errors.New("no database"), make(chan struct{})
		c := batch.NewBatcher[string, int](9, func(ctx context.Context, _ string, batch []*wish) error {
			select {
			case <-gate:
			case <-ctx.Done():
				return ctx.Err()
			}
			switch batch[0].key {
			case 98:
				return broken
			case 99:
				panic("a fault of ours")
			}
			return nil
		})
		ctx, leave := context.WithCancel(t.Context())
		left, stayed := make(chan error, 1), make(chan error, 1)
		go func() { left <- c.Do(ctx, "a", 1, &wish{key: 1}) }()
		synctest.Wait()
		go func() { stayed <- c.Do(t.Context(), "a", 2, &wish{key: 2}) }()
		synctest.Wait()
		leave()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("who left is told %v", err)
		}
		close(gate)
		if err := <-stayed; err != nil {
			t.Errorf("who stayed is told %v", err)
		}
		if err := c.Do(t.Context(), "a", 98, &wish{key: 98}); !errors.Is(err, broken) {
			t.Errorf("a fault is told as %v", err)
		}
		if err := c.Do(t.Context(), "a", 99, &wish{key: 99}); err == nil || !strings.Contains(err.Error(), "a fault of ours") {
			t.Errorf("a panic is told as %v", err)
		}
		if err := c.Do(t.Context(), "a", 1, &wish{key: 1}); err != nil {
			t.Errorf("afterwards: %v", err)
		}
		gate = make(chan struct{})
		if err := c.Do(t.Context(), "a", 1, &wish{key: 1}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a batch without an end is told as %v", err)
		}
	})
}
