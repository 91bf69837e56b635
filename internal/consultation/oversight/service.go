package oversight

import (
	"context"
	"math"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/fault"
	"delfi/internal/panel"
	"delfi/internal/platform/postgres"
)

// Size is how many consultations a page has.
const Size = 20

// Line is one consultation of an administration.
type Line struct {
	Consultation consultation.Consultation
	Wait         consultation.Wait
	Panel        panel.Headcount // zero of a draft
	Missing      []draft.Missing // between a draft and its announcement
}

// Desk is a page of an administration's consultations.
type Desk struct {
	Lines []Line
	Page  int // from 1
	Pages int // at least 1
	All   int // consultations on every page
	Waits int // of them for the administrators
}

// Service has the query.
type Service struct {
	db     *postgres.DB
	drafts *draft.Service
	panel  *panel.Service
}

// New makes the service.
func New(db *postgres.DB, d *draft.Service, p *panel.Service) *Service {
	return &Service{db: db, drafts: d, panel: p}
}

// Desk gives a page of an administration's own consultations to its administrators, what
// waits for them first; Forbidden to others, NotFound for a page that there is not.
func (s *Service) Desk(ctx context.Context, actor account.Actor, administration uuid.UUID, page int) (Desk, error) {
	if !account.CanAdminister(actor, administration) {
		return Desk{}, fault.New(fault.Forbidden, "administrator_of_it", "only administrators change an administration's data and roles")
	}
	if page < 1 || page > math.MaxInt32 {
		return Desk{}, fault.New(fault.NotFound, "not_found", "there is no such page")
	}
	var d Desk
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		overview, err := lifecycle.Overseen(ctx, tx, administration, Size, (page-1)*Size)
		if err != nil {
			return err
		}
		if len(overview.IDs) == 0 && page > 1 {
			return fault.New(fault.NotFound, "not_found", "there is no such page")
		}
		d = Desk{Page: page, Pages: max(1, (overview.All+Size-1)/Size), All: overview.All, Waits: overview.Waits}
		d.Lines, err = s.lines(ctx, tx, overview.IDs)
		return err
	})
	return d, err
}

// lines loads consultations, with what stands beside each.
func (s *Service) lines(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) ([]Line, error) {
	all, err := lifecycle.LoadAll(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	full := map[uuid.UUID]bool{}
	for _, c := range all {
		if c.Stage != consultation.Draft {
			full[c.ID] = c.Full()
		}
	}
	people, err := s.panel.Headcounts(ctx, tx, full)
	if err != nil {
		return nil, err
	}
	lines := make([]Line, len(all))
	for i, c := range all {
		lines[i] = Line{Consultation: c, Wait: c.Waits(), Panel: people[c.ID]}
		if c.Stage == consultation.Draft {
			if _, _, _, lines[i].Missing, err = s.drafts.Gate(ctx, tx, c); err != nil {
				return nil, err
			}
		}
	}
	return lines, nil
}
