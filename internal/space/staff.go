package space

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account/office"
	"delfi/internal/civiltime"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// Member is one of the staff of a space, in the word of package office.
type Member = office.Member

// farthest is how many days ahead a replacement can be planned.
const farthest = 90

// Serving gives those of a space's staff who serve at an instant.
func Serving(all []Member, now time.Time) []Member {
	day := civiltime.Midnight(now)
	var out []Member
	for _, m := range all {
		if m.Serves(day) {
			out = append(out, m)
		}
	}
	return out
}

// Appoint names the staff of a planned space from today on, in place of those that were
// named before, and gives them as they are stored.
func Appoint(ctx context.Context, tx *postgres.Tx, id uuid.UUID, staff []Member) ([]Member, error) {
	sp, err := find(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if sp.Phase != Planned {
		return nil, fmt.Errorf("staff of space %s: it is %s, and its staff are replaced one by one", id, sp.Phase)
	}
	if err := dismiss(ctx, tx, id); err != nil {
		return nil, err
	}
	out := slices.Clone(staff)
	for i := range out {
		out[i].Place, out[i].Since, out[i].Until = i, civiltime.Midnight(tx.Now), time.Time{}
		if err := appoint(ctx, tx, id, out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// CanReplace tells whether come can take the place of the member at a place of all on
// come.Since: Conflict "staff_replaced" when that one serves no more or will not, Invalid
// with the fields "person" and "from" otherwise.
func CanReplace(all []Member, place int, come Member, now time.Time) (gone Member, err error) {
	at := slices.IndexFunc(all, func(m Member) bool { return m.Place == place && m.Until.IsZero() })
	if at < 0 {
		return Member{}, fault.New(fault.Conflict, "staff_replaced", "this person serves no more, or somebody else is named in their place already")
	}
	gone = all[at]
	var bad []fault.Field
	if slices.ContainsFunc(all, func(m Member) bool {
		return m.ID == come.ID && (m.Until.IsZero() || m.Until.After(come.Since))
	}) {
		bad = append(bad, fault.Field{Name: "person", Code: "staff_already", Message: "serves in this consultation already"})
	}
	today := civiltime.Midnight(now)
	switch {
	case come.Since.Before(today):
		bad = append(bad, fault.Field{Name: "from", Code: "from_past", Message: "is in the past: what was done until now stays as it is"})
	case come.Since.Before(gone.Since):
		bad = append(bad, fault.Field{Name: "from", Code: "from_before", Message: "is before the one to be replaced begins to serve"})
	case come.Since.After(today.AddDate(0, 0, farthest)):
		bad = append(bad, fault.Field{Name: "from", Code: "from_far", Message: fmt.Sprintf("is more than %d days ahead", farthest), Args: map[string]any{"days": farthest}})
	}
	if len(bad) > 0 {
		return Member{}, fault.Bad(bad...)
	}
	return gone, nil
}

// Replace ends the service of the member at a place of a space on come.Since, and begins
// come's, in the role of the one who goes. It gives both as they are stored; faults as
// CanReplace's. The caller holds the lock of what the space belongs to.
func Replace(ctx context.Context, tx *postgres.Tx, id uuid.UUID, place int, come Member) (gone, came Member, err error) {
	all, err := staffOf(ctx, tx, id)
	if err != nil {
		return Member{}, Member{}, err
	}
	if gone, err = CanReplace(all[id], place, come, tx.Now); err != nil {
		return Member{}, Member{}, err
	}
	gone.Until = come.Since
	come.Role, come.Place, come.Until = gone.Role, len(all[id]), time.Time{}
	if err := end(ctx, tx, id, gone); err != nil {
		return Member{}, Member{}, err
	}
	return gone, come, appoint(ctx, tx, id, come)
}

// Staff gives who serves in a space at an instant.
func Staff(ctx context.Context, tx *postgres.Tx, id uuid.UUID, now time.Time) ([]Member, error) {
	all, err := staffOf(ctx, tx, id)
	return Serving(all[id], now), err
}

// Of gives everybody who was ever appointed in spaces, by space, in the order of
// appointment: who serves, who served and who is to come.
func Of(ctx context.Context, tx *postgres.Tx, ids ...uuid.UUID) (map[uuid.UUID][]Member, error) {
	return staffOf(ctx, tx, ids...)
}

// ServedBy gives the spaces in which an officer serves at an instant, or is to: as one of the
// staff, or as the secretary of a group.
func ServedBy(ctx context.Context, tx *postgres.Tx, who office.ID, now time.Time) ([]uuid.UUID, error) {
	return servedBy(ctx, tx, who, civiltime.Midnight(now))
}
