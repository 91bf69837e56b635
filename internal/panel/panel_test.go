package panel_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/panel"
	"delfi/internal/panel/application"
	"delfi/internal/panel/invitation"
	"delfi/internal/panel/roll"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/internal/pseudonym"
)

// ground is a consultation as far as a panel knows one.
type ground struct {
	db     *postgres.DB
	keys   pseudonym.Keys
	rolls  *roll.Service
	panel  *panel.Service
	id     uuid.UUID
	terms  panel.Terms
	person account.Actor
}

func newGround(t *testing.T) *ground {
	t.Helper()
	// Half past midnight in Rome, while it is still the day before in UTC.
	db := testdb.NewSingleAt(t, func() time.Time { return time.Date(2026, 3, 9, 23, 30, 0, 0, time.UTC) })
	keys, err := pseudonym.NewFileKeys(filepath.Join(t.TempDir(), "keys"), bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	pseudonyms := pseudonym.New(db, keys)
	g := &ground{
		db: db, keys: keys, rolls: roll.New(db, keys), panel: panel.New(db, account.New(db, keys), pseudonyms, roll.New(db, keys), invitation.New(db, keys), application.New(db, keys)), id: uuid.New(),
		terms:  panel.Terms{Open: true, Groups: []string{"citizens", "architects"}},
		person: account.Actor{Account: uuid.New(), Name: "Ada"},
	}
	g.panel.Ask(func(_ context.Context, _ *postgres.Tx, id uuid.UUID) (panel.Terms, error) {
		if id != g.id {
			return panel.Terms{}, errors.New("another consultation")
		}
		return g.terms, nil
	})
	err = db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		return pseudonyms.Prepare(ctx, tx, g.id, pseudonym.SealedKey)
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func want(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != kind || f.Code != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

func TestEnrolmentKeepsTheDayAndTheGroupAlone(t *testing.T) {
	g, ctx := newGround(t), t.Context()
	if err := g.panel.Enrol(ctx, g.person, g.id, "citizens"); err != nil {
		t.Fatal(err)
	}
	row := map[string]any{}
	err := g.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		return tx.QueryRowxContext(ctx, `SELECT e.*, e.enrolled_on::text AS enrolled_on FROM civic.enrolment AS e`).MapScan(row)
	})
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for n := range row {
		names = append(names, n)
	}
	slices.Sort(names)
	if d := cmp.Diff([]string{"account", "code_issued", "consultation", "enrolled_on", "fresh", "grp"}, names); d != "" {
		t.Error("columns", d)
	}
	if row["enrolled_on"] != "2026-03-10" {
		t.Errorf("the day is %v, want Rome's", row["enrolled_on"])
	}
	group, err := g.panel.Group(ctx, g.person, g.id)
	if err != nil || group != "citizens" {
		t.Errorf("group %q, %v", group, err)
	}
}

func TestWhoMayEnrol(t *testing.T) {
	g, ctx := newGround(t), t.Context()
	if err := g.panel.Enrol(ctx, g.person, g.id, "citizens"); err != nil {
		t.Fatal(err)
	}
	want(t, g.panel.Enrol(ctx, g.person, g.id, "citizens"), fault.Conflict, "already_enrolled")
	want(t, g.panel.Enrol(ctx, g.person, g.id, "architects"), fault.Conflict, "already_enrolled")
	want(t, g.panel.Enrol(ctx, account.Actor{}, g.id, "citizens"), fault.Unauthenticated, "sign_in")

	other := account.Actor{Account: uuid.New(), Office: account.OfficeID(uuid.New())}
	want(t, g.panel.Enrol(ctx, other, g.id, "nobody"), fault.Invalid, "invalid")
	g.terms.Staff = []account.OfficeID{other.Office}
	want(t, g.panel.Enrol(ctx, other, g.id, "citizens"), fault.Forbidden, "staff_cannot_enrol")
	g.terms.Staff, g.terms.Open = nil, false
	want(t, g.panel.Enrol(ctx, other, g.id, "citizens"), fault.Conflict, "enrolment_closed")
	if group, err := g.panel.Group(ctx, other, g.id); err != nil || group != "" {
		t.Errorf("a refused person has group %q, %v", group, err)
	}
}

func TestOnlyTheEnrolledHaveASeatAndAnAlias(t *testing.T) {
	g, ctx := newGround(t), t.Context()
	_, err := g.panel.Seat(ctx, g.person, g.id)
	want(t, err, fault.Forbidden, "not_enrolled")
	_, err = g.panel.Alias(ctx, g.person, g.id)
	want(t, err, fault.Forbidden, "not_enrolled")
	_, err = g.panel.Seat(ctx, account.Actor{}, g.id)
	want(t, err, fault.Unauthenticated, "sign_in")

	if err := g.panel.Enrol(ctx, g.person, g.id, "architects"); err != nil {
		t.Fatal(err)
	}
	seat, err := g.panel.Seat(ctx, g.person, g.id)
	if err != nil || seat.Group != "architects" || seat.Consultation != g.id {
		t.Errorf("seat in %q, %v", seat.Group, err)
	}
	if a, err := g.panel.Alias(ctx, g.person, g.id); err != nil || a.Name == "" {
		t.Errorf("alias %v, %v", a, err)
	}
}

func TestThePanelIsCountedByGroupWithPeopleWhoHaveNoAccount(t *testing.T) {
	g, ctx := newGround(t), t.Context()
	people := []uuid.UUID{}
	for n := range 5 {
		p := account.Actor{Account: uuid.New()}
		people = append(people, p.Account)
		if err := g.panel.Enrol(ctx, p, g.id, g.terms.Groups[n%2]); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.panel.EnrolForeign(ctx, g.id, "citizens", 40); err != nil {
		t.Fatal(err)
	}
	if err := g.panel.EnrolForeign(ctx, g.id, "nobody", 40); err == nil {
		t.Error("an unknown group was counted")
	}
	g.terms.Full = true
	n, err := g.panel.Enrolled(ctx, g.id)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]int{"citizens": 43, "architects": 2}, n.Groups); d != "" {
		t.Error(d)
	}
	// Members come by id: an order of coming would be one more thing to join by.
	var members []uuid.UUID
	err = g.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		members, err = g.panel.Members(ctx, tx, g.id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(people, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	if d := cmp.Diff(people, members); d != "" {
		t.Error(d)
	}
}
