package invitation_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/panel"
	"delfi/internal/panel/application"
	"delfi/internal/panel/invitation"
	"delfi/internal/panel/roll"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/internal/pseudonym"
)

// ground is one consultation with a group by invitation, "experts", and an open one.
type ground struct {
	*testing.T
	db     *postgres.DB
	keys   pseudonym.Keys
	s      *invitation.Service
	panel  *panel.Service
	jobs   *job.Queue
	id     uuid.UUID
	open   bool
	now    time.Time
	people int // accounts so far
}

func newGround(t *testing.T) *ground {
	t.Helper()
	g := &ground{T: t, id: uuid.New(), open: true, now: time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)}
	g.db = testdb.NewAt(t, func() time.Time { return g.now })
	keys, err := pseudonym.NewFileKeys(filepath.Join(t.TempDir(), "keys"), bytes.Repeat([]byte{1}, 32))
	g.must(err)
	g.keys = keys
	g.jobs, err = job.New(g.db)
	g.must(err)
	pseudonyms := pseudonym.New(g.db, keys)
	g.s = invitation.New(g.db, keys)
	g.panel = panel.New(g.db, account.New(g.db, keys), pseudonyms, roll.New(g.db, keys), g.s, application.New(g.db, keys))
	g.panel.Work(g.jobs)
	g.panel.Ask(func(context.Context, *postgres.Tx, uuid.UUID) (panel.Terms, error) {
		return panel.Terms{Open: g.open, Groups: []string{"experts", "residents"}, Ways: map[string]panel.Way{"experts": {Access: protocol.AccessInvitation}}}, nil
	})
	g.act(func(ctx context.Context, tx *postgres.Tx) error {
		return pseudonyms.Prepare(ctx, tx, g.id, pseudonym.SealedKey)
	})
	return g
}

func (g *ground) must(err error) {
	g.Helper()
	if err != nil {
		g.Fatal(err)
	}
}

func (g *ground) act(do func(ctx context.Context, tx *postgres.Tx) error) {
	g.Helper()
	g.must(g.db.Transact(g.Context(), do))
}

// somebody is a new person who signed in.
func (g *ground) somebody() account.Actor {
	g.people++
	return account.Actor{Account: uuid.New(), Name: fmt.Sprintf("Persona %d", g.people)}
}

// invites imports a file of addresses, and gives what came of it.
func (g *ground) invites(group string, lines ...string) invitation.Imported {
	g.Helper()
	sheet, err := g.s.Read(g.Context(), g.id, group, strings.NewReader(strings.Join(lines, "\n")))
	g.must(err)
	if sheet.Bad > 0 {
		g.Fatalf("flaws: %+v", sheet.Flaws)
	}
	var out invitation.Imported
	g.act(func(ctx context.Context, tx *postgres.Tx) error {
		staged, err := g.s.Stage(ctx, tx, g.id, group, sheet)
		if err != nil || !staged.Any() {
			return err
		}
		out, err = g.s.Import(ctx, tx, g.id, group, staged.ID)
		return err
	})
	return out
}

// codes are the codes of a group by their guests' e-mail addresses.
func (g *ground) codes(group string) map[string]string {
	g.Helper()
	out := map[string]string{}
	g.act(func(ctx context.Context, tx *postgres.Tx) error {
		all, err := g.s.Of(ctx, tx, g.id, group)
		if err != nil {
			return err
		}
		codes, err := g.s.Codes(ctx, tx, g.id, group)
		for _, i := range all {
			if code, works := codes[i.ID]; works {
				out[i.Email] = code.String()
			}
		}
		return err
	})
	return out
}

// guest is the id of the invitation of an address.
func (g *ground) guest(group, email string) (id uuid.UUID) {
	g.Helper()
	g.act(func(ctx context.Context, tx *postgres.Tx) error {
		all, err := g.s.Of(ctx, tx, g.id, group)
		for _, i := range all {
			if i.Email == email {
				id = i.ID
			}
		}
		return err
	})
	return id
}

func (g *ground) enters(who account.Actor, code string) error {
	return g.panel.EnrolInvited(g.Context(), who, g.id, code)
}

// refused checks a fault by its code, or by that of its only field.
func (g *ground) refused(err error, code string) {
	g.Helper()
	var f *fault.Fault
	switch {
	case !errors.As(err, &f):
	case f.Code == code, len(f.Fields) == 1 && f.Fields[0].Name+":"+f.Fields[0].Code == code:
		return
	}
	g.Errorf("got %v, want %s", err, code)
}

// TestACodeOpensOneEnrolment: in its group, once, whoever has it, while enrolment is open.
func TestACodeOpensOneEnrolment(t *testing.T) {
	g := newGround(t)
	anna, bea := g.somebody(), g.somebody()
	g.refused(g.enters(anna, "2222-2222-2222-3"), "code:invite_typo")
	if in := g.invites("experts", "Email", "anna@posta.example", "bea@posta.example"); in.N != 2 || in.Came != 2 || len(in.New) != 2 {
		t.Fatalf("imported %+v", in)
	}
	codes := g.codes("experts")
	g.refused(g.panel.Enrol(t.Context(), anna, g.id, "experts"), "invitation_needed")
	g.refused(g.enters(account.Actor{}, codes["anna@posta.example"]), "sign_in")
	g.open = false
	g.refused(g.enters(anna, codes["anna@posta.example"]), "enrolment_closed")
	g.open = true

	// Not used by who could not enrol.
	g.must(g.panel.Enrol(t.Context(), bea, g.id, "residents"))
	g.refused(g.enters(bea, codes["anna@posta.example"]), "already_enrolled")
	g.must(g.enters(anna, " "+strings.ToLower(strings.ReplaceAll(codes["anna@posta.example"], "-", " "))))
	if group, err := g.panel.Group(t.Context(), anna, g.id); err != nil || group != "experts" {
		t.Errorf("anna is in %q, %v", group, err)
	}
	g.refused(g.enters(g.somebody(), codes["anna@posta.example"]), "code:invite_used")
	// Who cannot enter tries no code: for them a used one is as one that works.
	for _, code := range []string{codes["anna@posta.example"], codes["bea@posta.example"]} {
		g.refused(g.enters(bea, code), "already_enrolled")
	}
	g.must(g.enters(g.somebody(), codes["bea@posta.example"]))
}

// TestTwoAtOnceWithOneCodeMakeOneEnrolment.
func TestTwoAtOnceWithOneCodeMakeOneEnrolment(t *testing.T) {
	g := newGround(t)
	g.invites("experts", "Email", "anna@posta.example")
	code := g.codes("experts")["anna@posta.example"]
	people := make([]account.Actor, 8)
	for i := range people {
		people[i] = g.somebody()
	}
	results := make([]error, len(people))
	var all sync.WaitGroup
	for i, who := range people {
		all.Go(func() { results[i] = g.enters(who, code) })
	}
	all.Wait()
	in := 0
	for _, err := range results {
		if err == nil {
			in++
			continue
		}
		g.refused(err, "code:invite_used")
	}
	if in != 1 {
		t.Errorf("%d people entered with one code", in)
	}
}

// TestCodesAreRenewedRevokedAndEnd: what worked before does not, and whether it was used is no
// matter.
func TestCodesAreRenewedRevokedAndEnd(t *testing.T) {
	g := newGround(t)
	g.invites("experts", "Email", "anna@posta.example", "bea@posta.example", "carla@posta.example", "dora@posta.example")
	before := g.codes("experts")
	used := g.somebody()
	g.must(g.enters(used, before["dora@posta.example"]))
	for _, email := range []string{"anna@posta.example", "dora@posta.example"} {
		g.act(func(ctx context.Context, tx *postgres.Tx) error {
			_, err := g.s.Renew(ctx, tx, g.id, "experts", g.guest("experts", email))
			return err
		})
	}
	for _, email := range []string{"bea@posta.example"} {
		g.act(func(ctx context.Context, tx *postgres.Tx) error {
			return g.s.Revoke(ctx, tx, g.id, "experts", g.guest("experts", email))
		})
	}
	g.refused(g.db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		return g.s.Revoke(ctx, tx, g.id, "residents", g.guest("experts", "anna@posta.example"))
	}), "no_invitation")
	after := g.codes("experts")
	if len(after) != 3 || after["anna@posta.example"] == before["anna@posta.example"] || after["carla@posta.example"] != before["carla@posta.example"] {
		t.Errorf("before %d, after %d codes", len(before), len(after))
	}
	g.refused(g.enters(g.somebody(), before["anna@posta.example"]), "code:invite_unknown")
	g.refused(g.enters(g.somebody(), before["bea@posta.example"]), "code:invite_unknown")
	// A new code of an invitation that was used opens no second place.
	g.refused(g.enters(g.somebody(), after["dora@posta.example"]), "code:invite_used")
	g.must(g.enters(g.somebody(), after["anna@posta.example"]))

	// The last day is included, in Rome's time.
	g.act(func(ctx context.Context, tx *postgres.Tx) error {
		return g.s.Until(ctx, tx, g.id, "experts", "2026-03-12")
	})
	g.now = time.Date(2026, 3, 12, 23, 5, 0, 0, time.UTC) // the 13th in Rome
	g.refused(g.enters(g.somebody(), after["carla@posta.example"]), "code:invite_over")
	g.now = time.Date(2026, 3, 12, 22, 55, 0, 0, time.UTC)
	g.must(g.enters(g.somebody(), after["carla@posta.example"]))

	// Nothing but how many is left at the end.
	g.must(g.jobs.Do(t.Context(), panel.End{Consultation: g.id}))
	g.must(g.jobs.Do(t.Context(), panel.End{Consultation: g.id}))
	g.act(func(ctx context.Context, tx *postgres.Tx) error {
		lists, err := g.s.Lists(ctx, tx, g.id)
		if err == nil && lists["experts"].N != 4 {
			err = fmt.Errorf("%d are said to have been invited", lists["experts"].N)
		}
		if err != nil {
			return err
		}
		all, err := g.s.Of(ctx, tx, g.id, "experts")
		if len(all) != 0 {
			t.Errorf("%d invitations outlive the panel", len(all))
		}
		return err
	})
	var rows int
	g.must(g.db.Pool().Get(&rows, `SELECT (SELECT count(*) FROM civic.invitation_used) + (SELECT count(*) FROM civic.invitation_staged)`))
	if rows != 0 {
		t.Errorf("%d rows outlive the panel", rows)
	}
	_, err := g.keys.Read(t.Context(), "invitation-"+g.id.String())
	g.refused(err, "key_destroyed")
	g.refused(g.enters(g.somebody(), after["carla@posta.example"]), "key_destroyed")
}

// TestAFileIsImportedWholeOrNot: the same again changes nothing, another one adds, nobody's code
// changes, and one that was staged is imported once.
func TestAFileIsImportedWholeOrNot(t *testing.T) {
	g := newGround(t)
	g.invites("experts", "Email;Nome", "anna@posta.example;Anna", "bea@posta.example;Bea")
	before := g.codes("experts")
	if in := g.invites("experts", "Email;Nome", "BEA@posta.example;Bea", "anna@posta.example;Anna"); in.Came != 0 {
		t.Errorf("the same people: %+v", in)
	}
	in := g.invites("experts", "Email;Nome", "anna@posta.example;Anna Verdi", "carla@posta.example;Carla")
	if in.Came != 1 || in.Changed != 1 || in.N != 3 {
		t.Errorf("more people: %+v", in)
	}
	after := g.codes("experts")
	if len(after) != 3 || after["anna@posta.example"] != before["anna@posta.example"] {
		t.Errorf("%d codes; anna's changed", len(after))
	}
	sheet, err := g.s.Read(t.Context(), g.id, "residents", strings.NewReader("Email\ncarla@posta.example\nzoe@posta.example"))
	g.must(err)
	if sheet.Bad != 1 || sheet.Flaws[0].Flaw != invitation.FlawElsewhere {
		t.Errorf("invited into another group: %+v", sheet.Flaws)
	}
	g.act(func(ctx context.Context, tx *postgres.Tx) error {
		if _, err := g.s.Stage(ctx, tx, g.id, "residents", sheet); err == nil {
			t.Error("a flawed file is staged")
		}
		_, err := g.s.Import(ctx, tx, g.id, "residents", uuid.New())
		g.refused(err, "invitations_gone")
		return nil
	})

	// A server with another key, or none, enrols nobody.
	other, err := pseudonym.NewFileKeys(filepath.Join(t.TempDir(), "keys"), bytes.Repeat([]byte{2}, 32))
	g.must(err)
	admit := func() error {
		return g.db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
			_, err := invitation.New(g.db, other).Admit(ctx, tx, g.id, after["anna@posta.example"])
			return err
		})
	}
	g.refused(admit(), "invitation_key_missing")
	_, err = other.Create(t.Context(), "invitation-"+g.id.String())
	g.must(err)
	g.refused(admit(), "invitation_key_differs")
}
