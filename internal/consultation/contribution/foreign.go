package contribution

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/fault"
	"delfi/internal/moderation"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
	"delfi/internal/space"
)

// Foreign is one contribution to a conversation that was held elsewhere.
type Foreign struct {
	Alias    pseudonym.Alias
	Body     string // ≤ 2000 characters
	Rejected string // why it was not admitted there; "" for one that was
	Reason   string // of its admission
}

// Check refuses one that Take could not store.
func (f Foreign) Check() error {
	_, err := words(f.Body)
	return err
}

// Statement gives the words of the item that an admitted one becomes.
func (f Foreign) Statement() string { return strings.Join(strings.Fields(f.Body), " ") }

// Take stores the contributions of a conversation held elsewhere: what was
// admitted there becomes one item each, the rest is rejected, all in one
// transaction and in the given order, under no rule of this house. It gives the items, one per contribution
// (the zero Item for a rejected one). Forbidden for a consultation of our own.
func (s *Service) Take(ctx context.Context, id uuid.UUID, list []Foreign) ([]consultation.Item, error) {
	items := make([]consultation.Item, len(list))
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, err := lifecycle.Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if c.Origin == nil {
			return fault.New(fault.Forbidden, "wrong_role", "contributions to a consultation held here are written by its panel")
		}
		aliases, stored := make([]pseudonym.Alias, len(list)), make([]Contribution, len(list))
		for i, f := range list {
			body, err := words(f.Body)
			if err != nil {
				return err
			}
			aliases[i], stored[i] = f.Alias, Contribution{ID: uuid.New(), Body: body, State: Pending}
		}
		claimed, err := pseudonym.Claim(ctx, tx, id, aliases)
		if err != nil {
			return err
		}
		for i := range stored {
			stored[i].Alias = claimed[aliases[i].ID]
		}
		if err := s.store(ctx, tx, c, stored); err != nil {
			return err
		}
		// Two people may have said the same there: each is an item, as it was.
		d := &desk{Service: s, tx: tx, c: c, turn: s.moderation.Begin(tx, moderation.Staff{Role: consultation.System}, space.Contribution, c.Space, ground(c))}
		for i, f := range list {
			one := stored[i]
			if f.Rejected != "" {
				if err := d.reject(ctx, []Contribution{one}, moderation.Unruled, f.Rejected); err != nil {
					return err
				}
				continue
			}
			m := Merge{Destination: Fresh, Text: f.Statement(), Reason: f.Reason, rule: moderation.Unruled}
			if items[i], err = d.merge(ctx, m, []Contribution{one}); err != nil {
				return err
			}
		}
		return nil
	})
	return items, err
}
