package tabulation

import (
	"context"

	"delfi/internal/consultation/steering"
	"delfi/internal/ledger"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// Tabulation has the use cases and jobs of counting: it is the only one that opens a
// ballot of somebody else.
type Service struct {
	db         *postgres.DB
	steering   *steering.Service
	pseudonyms *pseudonym.Service
	record     *ledger.Service
	trackers   trackers // of ballots: gone with their round, or their key
}

// NewTabulation makes the service and registers its jobs (tabulate at closing, ticks of
// standing rounds, hourly turnout, destruction at the end); rounds that open have room for ballots from then on.
func New(db *postgres.DB, q *job.Queue, c *steering.Service, p *pseudonym.Service, l *ledger.Service) *Service {
	s := &Service{db: db, steering: c, pseudonyms: p, record: l}
	job.On(q, s.tabulate)
	job.On(q, s.turnout)
	job.On(q, func(ctx context.Context, t steering.Tick) error { return s.ticked(ctx, q, t) })
	job.On(q, s.destroy)
	job.Every(q, turnoutEvery, Turnout{})
	c.OnOpened(makeRoom)
	p.OnEnd(s.trackers.end)
	return s
}
