package space

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

// TestAMemberServesFromADayToADay, the last one not among them, in Rome.
func TestAMemberServesFromADayToADay(t *testing.T) {
	all := []Member{
		{Name: "Marta", Since: day("2026-03-01"), Until: day("2026-03-10")},
		{Name: "Luca", Since: day("2026-03-10")},
		{Name: "Nobody", Since: day("2026-03-05"), Until: day("2026-03-05")},
	}
	for at, want := range map[string]string{
		"2026-02-28T22:59:00Z": "", "2026-02-28T23:00:00Z": "Marta", "2026-03-05T12:00:00Z": "Marta",
		"2026-03-09T22:59:59Z": "Marta", "2026-03-09T23:00:00Z": "Luca", "2036-03-09T23:00:00Z": "Luca",
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, m := range Serving(all, now) {
			names = append(names, m.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: %q serves, wants %q", at, got, want)
		}
	}
}

// TestStaffAreAppointedAndReplaced: at will while the space is planned, one by one and for
// good afterwards.
func TestStaffAreAppointedAndReplaced(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	db := testdb.NewAt(t, func() time.Time { return now })
	riva, err := account.New(db, nil).Found(t.Context(), account.Administration{Slug: "riva", Name: "Comune di Riva d’Arno"})
	if err != nil {
		t.Fatal(err)
	}
	one := func() account.OfficeID { return account.OfficeID(uuid.New()) }
	marta, luca, paolo := one(), one(), one()
	var sp, other Space
	in := func(do func(ctx context.Context, tx *postgres.Tx) error) {
		t.Helper()
		if err := db.Transact(t.Context(), do); err != nil {
			t.Fatal(err)
		}
	}
	serving := func(want string) {
		t.Helper()
		in(func(ctx context.Context, tx *postgres.Tx) error {
			staff, err := Staff(ctx, tx, sp.ID, tx.Now)
			var names []string
			for _, m := range staff {
				names = append(names, m.Name+" "+string(m.Role))
			}
			if got := strings.Join(names, ", "); got != want {
				t.Errorf("%q serve, want %q", got, want)
			}
			return err
		})
	}
	in(func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		if sp, err = New(ctx, tx, riva.ID, Alias); err != nil {
			return err
		}
		if other, err = New(ctx, tx, riva.ID, Alias); err != nil {
			return err
		}
		if _, err := Appoint(ctx, tx, other.ID, []Member{{ID: marta, Role: account.Moderator, Name: "Marta"}}); err != nil {
			return err
		}
		if _, err := Appoint(ctx, tx, sp.ID, []Member{{ID: luca, Role: account.Moderator, Name: "Luca"}}); err != nil {
			return err
		}
		got, err := Appoint(ctx, tx, sp.ID, []Member{
			{ID: marta, Role: account.Moderator, Name: "Marta", Office: "URP", Place: 9, Until: now}, {ID: paolo, Role: account.Facilitator, Name: "Paolo"},
		})
		if err != nil || len(got) != 2 || got[0].Place != 0 || got[1].Place != 1 || !got[0].Since.Equal(day("2026-03-02")) || !got[0].Until.IsZero() {
			t.Errorf("appointed %+v, %v", got, err)
		}
		return err
	})
	serving("Marta moderator, Paolo facilitator")
	in(func(ctx context.Context, tx *postgres.Tx) error { return Begin(ctx, tx, sp.ID) })
	if err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		_, err := Appoint(ctx, tx, sp.ID, nil)
		return err
	}); err == nil {
		t.Error("the staff of an open space were exchanged at a stroke")
	}
	in(func(ctx context.Context, tx *postgres.Tx) error {
		gone, came, err := Replace(ctx, tx, sp.ID, 0, Member{ID: luca, Name: "Luca", Role: account.Facilitator, Since: day("2026-03-04")})
		if err != nil || gone.Name != "Marta" || !gone.Until.Equal(came.Since) || came.Role != account.Moderator || came.Place != 2 {
			t.Errorf("%+v goes, %+v comes, %v", gone, came, err)
		}
		return err
	})
	serving("Marta moderator, Paolo facilitator")
	now = now.AddDate(0, 0, 2)
	serving("Paolo facilitator, Luca moderator")
	in(func(ctx context.Context, tx *postgres.Tx) error {
		all, err := Of(ctx, tx, sp.ID, other.ID)
		if err != nil || len(all[sp.ID]) != 3 || len(all[other.ID]) != 1 || all[sp.ID][0].Office != "URP" {
			t.Errorf("appointed are %+v, %v", all, err)
		}
		for who, want := range map[account.OfficeID]int{marta: 1, luca: 1, paolo: 1, one(): 0, {}: 0} {
			if got, err := ServedBy(ctx, tx, who, tx.Now); err != nil || len(got) != want {
				t.Errorf("serves in %v, %v; wants %d", got, err, want)
			}
		}
		return nil
	})
	// Of two who replace one at once, the second is told.
	var f *fault.Fault
	err = db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		_, _, err := Replace(ctx, tx, sp.ID, 0, Member{ID: one(), Since: day("2026-03-05")})
		return err
	})
	if !errors.As(err, &f) || f.Code != "staff_replaced" {
		t.Errorf("%v", err)
	}
}
