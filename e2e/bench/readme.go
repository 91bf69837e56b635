package main

import (
	"fmt"
	"strings"
	"time"
)

// document is e2e/bench/README.md: a reader of it alone can tell what was measured
// against what, and on which machine.
func (b *bench) document() string {
	var s strings.Builder
	m := b.machine
	s.WriteString("# What Delfi costs, and what anything would\n\nWritten by `make bench`; do not edit. ")
	fmt.Fprintf(&s, "The run took %s.\n\n## The machine\n\n", b.took.Round(time.Second))
	fmt.Fprintf(&s, "%s, %d cores, %.0f GiB of memory, Linux %s. The disk makes 8 KiB durable %.0f times a second, one after the other. "+
		"%s, PostgreSQL %s (%s). Load average before the run: %s.\n\n", m.CPU, m.Cores, float64(m.Memory)/(1<<30), m.Kernel, m.Syncs, m.Go, m.Postgres, m.Settings, m.Load)
	s.WriteString("## What was measured against what\n\n")
	s.WriteString(strings.TrimSpace(method) + "\n\n")
	fmt.Fprintf(&s, "The consultation has %d people, of whom %d can sign in, and %d statements on a scale of nine; one in twenty gives a reason. "+
		"Beside it stand a published one, a standing round of %d people, and smaller ones for the growth.\n\n", b.n.crowd, b.n.own, b.n.items, b.n.standing)
	s.WriteString("## Found\n\n" + markdown(b.rows) + "\n## How it grows\n\n")
	s.WriteString("Median milliseconds: of one closing or tick as a whole, of one form at 16 connections, of one ballot (paper, delivery, receipt) at 16 connections.\n\n")
	for _, along := range []string{"people", "items"} {
		if t := growthTable(b.points, along); t != "" {
			s.WriteString(t + "\n")
		}
	}
	s.WriteString("![How closing, form and ballot grow with people and items](growth.svg)\n")
	return s.String()
}

// method is what a reader must know to believe or doubt the numbers.
const method = `
Each limit is measured in the same round as its case, just before it, on the same machine and database. The ratio of the two is the result; absolute numbers belong to this machine on this day. Cases run three rounds: the value is the middle one, the spread the least and the greatest, the ratio the middle of the rounds' own ratios, p50 and p99 those of the worst round. A short load before the first round warms both and is not counted.

- **Bare page**: a chi handler in a process of its own that writes finished bytes, as many as Delfi's page has.
- **Bare form**: the same, after reading one session row and one ballot row, as long as Delfi's, by prepared lib/pq statements over 16 connections.
- **Bare ballot, bare session**: lib/pq transactions (BEGIN, one prepared INSERT, COMMIT) of a row as long as Delfi's, fsync on, straight from the generator without HTTP.
- **Bare COPY**: Postgres' own COPY of as many rows to CSV.

The generator keeps its connections, speaks plain HTTP/1.1 without compression, and asks the next thing when the last is answered. It shares the cores with what it measures, on both sides of each ratio: on two cores a third to a half of a bare page is the generator, which makes ratios of pages look better than they are, and equally good for every program that is measured this way. It checks the status and the body of every answer; ballots are counted in the database, their marks are compared, and a sample of people asks for theirs again.
`
