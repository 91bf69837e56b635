package space

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/account/office"
	"delfi/internal/civiltime"
	"delfi/internal/platform/postgres"
)

// Secretaries gives everybody who was ever appointed secretary of a group in spaces, by space,
// in the order of appointment.
func Secretaries(ctx context.Context, tx *postgres.Tx, ids ...uuid.UUID) (map[uuid.UUID][]Member, error) {
	return secretariesOf(ctx, tx, ids...)
}

// AppointSecretary makes come the secretary of come.Group from today on, in the place of the
// one who is; gone is the zero Member where there is none. In a planned space, which nobody has
// seen, nothing stays of who was named before. The caller holds the lock of what the space
// belongs to.
func AppointSecretary(ctx context.Context, tx *postgres.Tx, id uuid.UUID, come Member) (gone, came Member, err error) {
	sp, err := find(ctx, tx, id)
	if err != nil {
		return Member{}, Member{}, err
	}
	all, err := secretariesOf(ctx, tx, id)
	if err != nil {
		return Member{}, Member{}, err
	}
	today := civiltime.Midnight(tx.Now)
	come.Role, come.Place, come.Since = office.Secretary, 0, today
	for _, m := range all[id] {
		come.Place = max(come.Place, m.Place+1)
	}
	if at := slices.IndexFunc(all[id], func(m Member) bool { return m.Group == come.Group && m.Until.IsZero() }); at >= 0 {
		gone = all[id][at]
		if sp.Phase == Planned {
			err = dropSecretary(ctx, tx, id, gone.Place)
		} else {
			gone.Until = today
			err = endSecretary(ctx, tx, id, gone)
		}
		if err != nil {
			return Member{}, Member{}, err
		}
	}
	return gone, come, insertSecretary(ctx, tx, id, come)
}

// KeepSecretaries drops the secretaries of a planned space whose groups are not among those.
func KeepSecretaries(ctx context.Context, tx *postgres.Tx, id uuid.UUID, groups []string) error {
	all, err := secretariesOf(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, m := range all[id] {
		if slices.Contains(groups, m.Group) {
			continue
		}
		if err := dropSecretary(ctx, tx, id, m.Place); err != nil {
			return err
		}
	}
	return nil
}
