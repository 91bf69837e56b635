package lifecycle

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/platform/postgres"
)

// Form is what every form of one round has in common: what is asked, and by whom.
type Form struct {
	Consultation consultation.Consultation
	Round        consultation.Round
	Items        []consultation.Item
}

// LoadForm reads what a round asks; NotFound when there is no such round.
func LoadForm(ctx context.Context, tx *postgres.Tx, id uuid.UUID, number int) (Form, error) {
	c, err := Load(ctx, tx, id)
	if err != nil {
		return Form{}, err
	}
	r := c.Round(number)
	if r == nil {
		return Form{}, consultation.ErrNoRound
	}
	items, err := RoundItems(ctx, tx, c, *r)
	return Form{Consultation: c, Round: *r, Items: items}, err
}
