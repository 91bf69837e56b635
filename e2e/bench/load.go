package main

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"delfi/e2e/bench/figure"
)

// sample is what one load found.
type sample struct {
	done   int
	failed int
	why    error // of the first failure
	took   time.Duration
	each   []time.Duration // of those that succeeded, ascending
}

// rate is how many a second succeeded.
func (s sample) rate() float64 {
	if s.took <= 0 {
		return 0
	}
	return float64(s.done) / s.took.Seconds()
}

// quantile gives the time within which a share p of the answers came (nearest
// rank), 0 when there is none.
func (s sample) quantile(p float64) time.Duration {
	if len(s.each) == 0 {
		return 0
	}
	rank := int(p*float64(len(s.each))+0.999999) - 1
	return s.each[min(max(rank, 0), len(s.each)-1)]
}

// into adds the sample to a row of the table.
func (s sample) into(r *figure.Row, limit float64) {
	r.Add(s.rate(), s.quantile(0.5), s.quantile(0.99), limit)
}

// bound is where a load ends: after so many, or so long, whichever comes first.
type bound struct {
	most int           // 0: no end by number
	span time.Duration // 0: no end by time
}

// load runs do(worker, i) for i = 0, 1 … from a fixed number of workers until the
// bound. Each worker begins its next when its last is answered.
func load(workers int, b bound, do func(worker, i int) error) sample {
	var next atomic.Int64
	var all sync.WaitGroup
	parts := make([]sample, workers)
	began := time.Now()
	for w := range workers {
		all.Go(func() {
			mine := &parts[w]
			for {
				i := int(next.Add(1)) - 1
				at := time.Now()
				if b.most > 0 && i >= b.most || b.span > 0 && at.Sub(began) >= b.span {
					return
				}
				if err := do(w, i); err != nil {
					mine.failed++
					if mine.why == nil {
						mine.why = err
					}
					continue
				}
				mine.each = append(mine.each, time.Since(at))
			}
		})
	}
	all.Wait()
	return together(parts, time.Since(began))
}

// sound gives an error when anything failed, or nothing was done.
func (s sample) sound(what string) error {
	if s.failed > 0 {
		return fmt.Errorf("%s: %d of %d failed, first: %w", what, s.failed, s.done+s.failed, s.why)
	}
	if s.done == 0 {
		return fmt.Errorf("%s: nothing was done", what)
	}
	return nil
}

// paced runs do(i) at a steady rate a second, at most so many at once, until stop is
// closed, and gives what was done: with an answerer too slow, less than asked. Each
// is timed from the instant at which it was due, so that what a full house keeps
// waiting outside counts too.
func paced(rate, most int, stop <-chan struct{}, do func(i int) error) sample {
	turn := make(chan int)
	var all sync.WaitGroup
	parts := make([]sample, most)
	began := time.Now()
	due := func(i int) time.Duration { return time.Duration(i) * time.Second / time.Duration(rate) }
	for w := range most {
		all.Go(func() {
			for i := range turn {
				if err := do(i); err != nil {
					parts[w].failed++
					parts[w].why = cmp.Or(parts[w].why, err)
					continue
				}
				parts[w].each = append(parts[w].each, time.Since(began)-due(i))
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
	return together(parts, time.Since(began))
}

// together is what all workers of a load found.
func together(parts []sample, took time.Duration) sample {
	out := sample{took: took}
	for _, p := range parts {
		out.failed += p.failed
		out.why = cmp.Or(out.why, p.why)
		out.each = append(out.each, p.each...)
	}
	out.done = len(out.each)
	slices.Sort(out.each)
	return out
}
