package load

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"delfi/e2e/bench/figure"
)

// Sample is what one load found.
type Sample struct {
	Done   int
	Failed int
	Why    error // of the first failure
	Took   time.Duration
	Each   []time.Duration // of those that succeeded, ascending
}

// Rate is how many a second succeeded.
func (s Sample) Rate() float64 {
	if s.Took <= 0 {
		return 0
	}
	return float64(s.Done) / s.Took.Seconds()
}

// Quantile gives the time within which a share p of the answers came (nearest
// rank), 0 when there is none.
func (s Sample) Quantile(p float64) time.Duration {
	if len(s.Each) == 0 {
		return 0
	}
	rank := int(p*float64(len(s.Each))+0.999999) - 1
	return s.Each[min(max(rank, 0), len(s.Each)-1)]
}

// Into adds the sample to a row of the table.
func (s Sample) Into(r *figure.Row, limit float64) {
	r.Add(s.Rate(), s.Quantile(0.5), s.Quantile(0.99), limit)
}

// Bound is where a load ends: after so many, or so long, whichever comes first.
type Bound struct {
	Most int           // 0: no end by number
	Span time.Duration // 0: no end by time
}

// Run runs do(worker, i) for i = 0, 1 … from a fixed number of workers until the
// bound. Each worker begins its next when its last is answered.
func Run(workers int, b Bound, do func(worker, i int) error) Sample {
	var next atomic.Int64
	var all sync.WaitGroup
	parts := make([]Sample, workers)
	began := time.Now()
	for w := range workers {
		all.Go(func() {
			mine := &parts[w]
			for {
				i := int(next.Add(1)) - 1
				at := time.Now()
				if b.Most > 0 && i >= b.Most || b.Span > 0 && at.Sub(began) >= b.Span {
					return
				}
				if err := do(w, i); err != nil {
					mine.Failed++
					if mine.Why == nil {
						mine.Why = err
					}
					continue
				}
				mine.Each = append(mine.Each, time.Since(at))
			}
		})
	}
	all.Wait()
	return Together(parts, time.Since(began))
}

// Sound gives an error when anything failed, or nothing was done.
func (s Sample) Sound(what string) error {
	if s.Failed > 0 {
		return fmt.Errorf("%s: %d of %d failed, first: %w", what, s.Failed, s.Done+s.Failed, s.Why)
	}
	if s.Done == 0 {
		return fmt.Errorf("%s: nothing was done", what)
	}
	return nil
}

// Paced runs do(i) at a steady rate a second, at most so many at once, until stop is
// closed, and gives what was done: with an answerer too slow, less than asked. Each
// is timed from the instant at which it was due, so that what a full house keeps
// waiting outside counts too.
func Paced(rate, most int, stop <-chan struct{}, do func(i int) error) Sample {
	turn := make(chan int)
	var all sync.WaitGroup
	parts := make([]Sample, most)
	began := time.Now()
	due := func(i int) time.Duration { return time.Duration(i) * time.Second / time.Duration(rate) }
	for w := range most {
		all.Go(func() {
			for i := range turn {
				if err := do(i); err != nil {
					parts[w].Failed++
					parts[w].Why = cmp.Or(parts[w].Why, err)
					continue
				}
				parts[w].Each = append(parts[w].Each, time.Since(began)-due(i))
			}
		})
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	sent := 0
	for ended := false; !ended; {
		select {
		case <-stop:
			ended = true
		case now := <-tick.C:
			for due(sent) <= now.Sub(began) && !ended {
				select {
				case turn <- sent:
					sent++
				case <-stop:
					ended = true
				}
			}
		}
	}
	close(turn)
	all.Wait()
	return Together(parts, time.Since(began))
}

// Together is what all workers of a load found.
func Together(parts []Sample, took time.Duration) Sample {
	out := Sample{Took: took}
	for _, p := range parts {
		out.Failed += p.Failed
		out.Why = cmp.Or(out.Why, p.Why)
		out.Each = append(out.Each, p.Each...)
	}
	out.Done = len(out.Each)
	slices.Sort(out.Each)
	return out
}
