package main

import (
	"fmt"
	"strings"
	"time"

	"delfi/e2e/bench/figure"
)

// document is e2e/bench/README.md: a reader of it alone can tell what was measured
// against what, and on which machine.
func (b *bench) document() string {
	var s strings.Builder
	m := b.machine
	s.WriteString("# What Delfi costs, and what anything would\n\nWritten by `make bench`; do not edit. ")
	fmt.Fprintf(&s, "The run took %s, %s of it for making the data.\n\n## Found\n\n%s\n\n%s", b.took.Round(time.Second), b.seeding.Round(time.Second), verdict(b.rows), figure.Markdown(b.rows))
	s.WriteString("\n## How it grows\n\n" + strings.TrimSpace(growing) + "\n\n")
	for _, along := range []string{"people", "items"} {
		if t := figure.GrowthTable(b.points, along); t != "" {
			s.WriteString(t + "\n")
		}
	}
	s.WriteString("![How the cases grow with people and with items](growth.svg)\n\n")
	s.WriteString("## The machine and the data\n\n")
	fmt.Fprintf(&s, "%s, %d cores, %.0f GiB of memory, Linux %s. The disk makes 8 KiB durable %.0f times a second, one after the other. "+
		"%s, PostgreSQL %s (%s). Load average before the run: %s.\n\n", m.CPU, m.Cores, float64(m.Memory)/(1<<30), m.Kernel, m.Syncs, m.Go, m.Postgres, m.Settings, m.Load)
	fmt.Fprintf(&s, "The large consultation has %s people, of whom %s can sign in, and %d statements on a scale of nine; one in twenty gives a reason. "+
		"Beside it stand one as large of each other kind of answer, a published one, a standing round of %s people, and the smaller ones of the growth.\n\n",
		figure.Thousands(b.n.crowd), figure.Thousands(b.n.own), b.n.items, figure.Thousands(b.n.standing))
	s.WriteString("## What was measured against what\n\n" + strings.TrimSpace(method) + "\n")
	return s.String()
}

// verdict says in a sentence which goals are missed.
func verdict(rows []figure.Row) string {
	met, all := 0, 0
	var missed []string
	for _, r := range rows {
		switch {
		case r.Goal == "":
			continue
		case r.Met == "yes":
			met++
		default:
			missed = append(missed, r.Case)
		}
		all++
	}
	if len(missed) == 0 {
		return fmt.Sprintf("All %d goals are met.", all)
	}
	return fmt.Sprintf("%d of %d goals are met. Not met: %s.", met, all, strings.Join(missed, "; "))
}

// growing tells what the figures of the growth are.
const growing = `
By people at 20 statements, by statements with 1,000 people; one load each, without a spread. Milliseconds:

- **closing, until it is public**: the server's job until tables, feedback and leaves are stored. **closing**: the job as a whole, with the rows written anew. A thousand statements are more than the drafting form allows: that one is the end of an imported standing round, which is a closing too, and has no form to open or to send.
- **answer form**, **ballot** (the whole paper, which is delivered at once, and the page with the mark): the median, 16 connections, other people each time.
- **page, drawn**: the median of the page of a closed round with every statement's histogram, one connection, with a query that keeps it from being kept; **page, kept**: the same page as readers get it.
- **export**: every file of a round's leaves, one after the other.
- **release tick**: the first release of a standing round, while nobody answers, by the use case.
`

// method is what a reader must know to believe or doubt the numbers.
const method = `
` + "`make bench`" + ` builds Delfi and runs everything; ` + "`make bench ARGS=--quick`" + ` is a taste of a minute and a half, ` + "`ARGS=--json`" + ` gives rows and growth for programs, ` + "`ARGS=--only=ballot`" + ` one case, ` + "`ARGS='--only=closing --hook=COMMAND'`" + ` runs a command beside a case with its name in CASE and the server's process in PID, for a profiler. Only a whole run in which every answer was right writes this file; that a goal is missed does not keep it from being written.

The data are made by the use cases that people's acts go through, many at once, with synchronous_commit off and nothing else relaxed; the cases run with it on. The server is the built binary on a private Postgres with Delfi's own settings, except for more connections, which the limits need.

Each limit is measured in the same round as its case, just before it, on the same machine and database. The ratio of the two is the result; absolute numbers belong to this machine on this day. Cases run three rounds: the value is the middle one, the spread the least and the greatest, the ratio the middle of the rounds' own ratios, p50 and p99 those of the worst round. A short load before the first round warms both and is not counted. Closings run on copies of the database, the last on the database itself, which the following cases go on with.

- **Bare page**: a chi handler in a process of its own that writes finished bytes, as many as Delfi's page has.
- **Bare form**: the same, after reading one session row and one ballot row, as long as Delfi's, by prepared lib/pq statements over 16 connections.
- **Bare ballot, bare session**: lib/pq transactions (BEGIN, one prepared INSERT, COMMIT) of a row as long as Delfi's, fsync on, straight from the generator without HTTP.
- **Bare COPY**: Postgres' own COPY of as many rows to CSV.

The generator keeps its connections, speaks plain HTTP/1.1 without compression, and asks the next thing when the last is answered. It shares the cores with what it measures, on both sides of each ratio: on two cores a third to a half of a bare page is the generator, which makes ratios of pages look better than they are, and equally good for every program that is measured this way. It checks the status and the body of every answer; ballots are counted in the database, their marks are compared, and a sample of people asks for theirs again.
`
