package account_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/account/sessions"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

func (w town) grant(slug string, role account.Role, who string) account.Holding {
	w.t.Helper()
	h, err := w.GrantRole(w.t.Context(), slug, role, account.Scope{}, who)
	if err != nil {
		w.t.Fatal(err)
	}
	return h
}

// roles are what an account holds in Riva, with where it comes from.
func (w town) roles(a account.Actor) map[account.Role]string {
	w.t.Helper()
	all, err := w.Holders(w.t.Context(), "riva")
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[account.Role]string{}
	for _, h := range all {
		if h.Account == a.Account {
			out[h.Role] = map[[2]bool]string{{true, false}: "claimed", {false, true}: "granted", {true, true}: "both"}[[2]bool{h.Claimed, h.Granted}]
		}
	}
	return out
}

func TestEachSourceTakesBackWhatItGave(t *testing.T) {
	w := newTown(t)
	marta := w.enter("marta", "riva/moderator")
	w.grant("riva", account.Facilitator, "marta@RIVA.example")
	w.grant("riva", account.Moderator, " marta ")
	want := map[account.Role]string{account.Moderator: "both", account.Facilitator: "granted"}
	if d := cmp.Diff(want, w.roles(marta)); d != "" {
		t.Error(d)
	}
	// A sign-in neither takes a grant away nor makes a claim of it.
	if again := w.enter("marta", "riva/council"); len(again.Grants) != 3 {
		t.Errorf("grants %v", again.Grants)
	}
	want = map[account.Role]string{account.Moderator: "granted", account.Facilitator: "granted", account.Council: "claimed"}
	if d := cmp.Diff(want, w.roles(marta)); d != "" {
		t.Error(d)
	}
	w.enter("marta", "riva/council", "riva/facilitator")
	h, err := w.RevokeRole(t.Context(), "riva", account.Facilitator, account.Scope{}, "marta")
	if err != nil || !h.Claimed || h.Granted {
		t.Errorf("revoked %+v, %v", h, err)
	}
	if h, err = w.RevokeRole(t.Context(), "riva", account.Moderator, account.Scope{}, "marta"); err != nil || h.Claimed {
		t.Errorf("revoked %+v, %v", h, err)
	}
	want = map[account.Role]string{account.Facilitator: "claimed", account.Council: "claimed"}
	if d := cmp.Diff(want, w.roles(marta)); d != "" {
		t.Error(d)
	}
	_, err = w.RevokeRole(t.Context(), "riva", account.Council, account.Scope{}, "marta")
	wantField(t, err, "role", "role_claimed")
	_, err = w.RevokeRole(t.Context(), "riva", account.Moderator, account.Scope{}, "marta")
	wantField(t, err, "role", "role_not_held")
}

func TestWhoIsGivenARoleHasSignedInOnceAndIsOnePerson(t *testing.T) {
	w := newTown(t)
	marta := w.enter("marta")
	double, err := w.SignIn(t.Context(), account.Claims{Issuer: "https://elsewhere.example", Subject: "m-7", Name: "Marta", Email: "Marta@riva.example"})
	if err != nil {
		t.Fatal(err)
	}
	for who, code := range map[string]string{"nobody@riva.example": "person_unknown", "%": "person_unknown", " ": "required", "marta@riva.example": "person_several"} {
		_, err := w.GrantRole(t.Context(), "riva", account.Moderator, account.Scope{}, who)
		wantField(t, err, "person", code)
		if code == "person_several" && !strings.Contains(err.Error(), double.String()) {
			t.Errorf("does not say which: %v", err)
		}
	}
	for who, want := range map[string]account.Holder{
		"m-7":                  {Account: double, Name: "Marta", Email: "Marta@riva.example", Issuer: "https://elsewhere.example", Subject: "m-7"},
		marta.Account.String(): {Account: marta.Account, Name: "MARTA", Email: "marta@riva.example", Issuer: "https://login.example", Subject: "marta"},
		" " + double.String():  {Account: double, Name: "Marta", Email: "Marta@riva.example", Issuer: "https://elsewhere.example", Subject: "m-7"},
		"marta":                {Account: marta.Account, Name: "MARTA", Email: "marta@riva.example", Issuer: "https://login.example", Subject: "marta"},
	} {
		if h := w.grant("riva", account.Moderator, who); h.Holder != want {
			t.Errorf("%s: %+v", who, h.Holder)
		}
	}
	for _, role := range []account.Role{account.Participant, "mayor", ""} {
		_, err := w.GrantRole(t.Context(), "riva", role, account.Scope{}, "marta")
		wantField(t, err, "role", "unknown_role")
	}
	_, err = w.GrantRole(t.Context(), "modena", account.Moderator, account.Scope{}, "marta")
	wantKind(t, err, fault.NotFound)
	_, err = w.Holders(t.Context(), "modena")
	wantKind(t, err, fault.NotFound)
}

// A server that remembers an actor sees what another process granted at the next request.
func TestARoleHoldsFromTheNextRequestOn(t *testing.T) {
	w := newTown(t)
	marta := w.enter("marta")
	sessions := sessions.New(w.db)
	if err := sessions.Put(t.Context(), "hers", []byte("x"), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	request := func() account.Actor {
		t.Helper()
		row, _, err := sessions.Find(t.Context(), "hers")
		if err != nil {
			t.Fatal(err)
		}
		a, err := w.ActorAt(t.Context(), marta.Account, row.At)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if request().Has(w.riva, account.Scope{}, account.Moderator) {
		t.Fatal("holds it before")
	}
	other := account.New(w.db, w.keys)
	if _, err := other.GrantRole(t.Context(), "riva", account.Moderator, account.Scope{}, "marta"); err != nil {
		t.Fatal(err)
	}
	if !request().Has(w.riva, account.Scope{}, account.Moderator) {
		t.Error("does not hold what was granted")
	}
	if _, err := other.RevokeRole(t.Context(), "riva", account.Moderator, account.Scope{}, "marta"); err != nil {
		t.Fatal(err)
	}
	if request().Has(w.riva, account.Scope{}, account.Moderator) {
		t.Error("holds what was revoked")
	}
}

// A sign-in that drops a claim and a revocation in the same moment leave no role, and fail
// neither.
func TestBothSourcesTakeBackAtOnce(t *testing.T) {
	w := newTown(t)
	for range 20 {
		marta := w.enter("marta", "riva/moderator")
		w.grant("riva", account.Moderator, "marta")
		var both sync.WaitGroup
		both.Go(func() {
			if _, err := w.RevokeRole(t.Context(), "riva", account.Moderator, account.Scope{}, "marta"); err != nil {
				t.Error(err)
			}
		})
		both.Go(func() { w.enter("marta") })
		both.Wait()
		if left := w.roles(marta); len(left) != 0 {
			t.Fatalf("left: %v", left)
		}
	}
}

func TestAdministratorsKeepTheirOwnAdministrationAlone(t *testing.T) {
	w := newTown(t)
	giulia := w.enter("giulia", "riva/administrator")
	w.enter("marta")
	told := account.Administration{Slug: "elsewhere", Name: "Comune di Riva d’Arno", Address: "Via Roma 1", IPA: "c_h330", Mail: "urp@riva.example"}
	for who, tc := range map[string]struct {
		actor account.Actor
		kind  fault.Kind
	}{
		"signed out":                             {account.Actor{}, fault.NotFound},
		"a citizen":                              {w.enter("anna"), fault.NotFound},
		"another administration's administrator": {w.enter("ivo", "borgo/administrator"), fault.NotFound},
		"its moderator":                          {w.enter("lia", "riva/moderator"), fault.Forbidden},
		"its council":                            {w.enter("teresa", "riva/council"), fault.Forbidden},
	} {
		t.Run(who, func(t *testing.T) {
			_, err := w.Own(t.Context(), tc.actor, "riva")
			wantKind(t, err, tc.kind)
			_, err = w.Describe(t.Context(), tc.actor, "riva", told, "")
			wantKind(t, err, tc.kind)
			_, err = w.HoldersOf(t.Context(), tc.actor, "riva")
			wantKind(t, err, tc.kind)
			for _, person := range []string{"marta", "nobody"} { // says nothing about who is here
				_, err = w.Appoint(t.Context(), tc.actor, "riva", account.Moderator, account.Scope{}, person)
				wantKind(t, err, tc.kind)
				_, err = w.Dismiss(t.Context(), tc.actor, "riva", account.Moderator, account.Scope{}, person)
				wantKind(t, err, tc.kind)
			}
		})
	}
	a, err := w.Describe(t.Context(), giulia, "riva", told, "")
	told.ID, told.Slug = w.riva, "riva"
	if err != nil || a != told {
		t.Errorf("%+v, %v", a, err)
	}
	if _, err := w.Appoint(t.Context(), giulia, "riva", account.Administrator, account.Scope{}, "marta"); err != nil {
		t.Error(err)
	}
	w.grant("riva", account.Administrator, "giulia")
	_, err = w.Dismiss(t.Context(), giulia, "riva", account.Administrator, account.Scope{}, "giulia")
	wantKind(t, err, fault.Conflict)
	if _, err := w.Dismiss(t.Context(), giulia, "riva", account.Administrator, account.Scope{}, "marta"); err != nil {
		t.Error(err)
	}
}

// TestARoleOfOnePartIsNotOneOfTheWhole: each scope is held, given and taken back by itself.
func TestARoleOfOnePartIsNotOneOfTheWhole(t *testing.T) {
	w := newTown(t)
	piazza, mercato := account.Scope(uuid.New()), account.Scope(uuid.New())
	w.enter("marta")
	h, err := w.GrantRole(t.Context(), "riva", account.Facilitator, piazza, "marta")
	if err != nil || h.Scope != piazza || h.Role != account.Facilitator || !h.Granted {
		t.Fatalf("%+v, %v", h, err)
	}
	marta := w.enter("marta")
	for scope, want := range map[account.Scope]bool{piazza: true, mercato: false, {}: false} {
		if got := marta.Has(w.riva, scope, account.Facilitator); got != want {
			t.Errorf("facilitator in %s: %v", scope, got)
		}
		if marta.Has(w.riva, scope, account.Moderator) || marta.Has(w.borgo, scope, account.Facilitator) || marta.Staff(w.riva, scope) != want {
			t.Errorf("another role, or another administration's, in %s", scope)
		}
	}
	if !marta.Serves(w.riva) || marta.Serves(w.borgo) || account.CanAdminister(marta, w.riva) {
		t.Error("whom she serves")
	}
	if _, err := w.Own(t.Context(), marta, "riva"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("an administration is not hidden from who serves a part of it: %v", err)
	}

	// Administrators choose the staff of every part.
	for _, role := range []account.Role{account.Administrator, account.Council} {
		_, err := w.GrantRole(t.Context(), "riva", role, piazza, "marta")
		wantField(t, err, "role", "role_whole")
	}
	giulia := w.enter("giulia", "riva/administrator")
	if !giulia.Has(w.riva, piazza, account.Administrator) {
		t.Error("an administrator does not administer a part")
	}
	w.enter("davide", "riva/facilitator")
	for scope, want := range map[account.Scope][]string{piazza: {"DAVIDE", "MARTA"}, mercato: {"DAVIDE"}, {}: {"DAVIDE"}} {
		people, err := w.People(t.Context(), giulia, w.riva, scope, account.Facilitator)
		var got []string
		for _, p := range people {
			got = append(got, p.Name)
		}
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("facilitators of %s: %v, %s", scope, err, d)
		}
	}

	// The whole and a part are two grants: neither is taken back with the other.
	w.grant("riva", account.Facilitator, "marta")
	for _, never := range []account.Scope{mercato, account.Scope(uuid.New())} {
		_, err := w.Dismiss(t.Context(), giulia, "riva", account.Facilitator, never, "marta")
		wantField(t, err, "role", "role_not_held")
	}
	if _, err := w.Dismiss(t.Context(), giulia, "riva", account.Facilitator, account.Scope{}, "marta"); err != nil {
		t.Fatal(err)
	}
	if again := w.enter("marta"); !again.Has(w.riva, piazza, account.Facilitator) || again.Has(w.riva, mercato, account.Facilitator) {
		t.Errorf("left is %+v", again.Grants)
	}
	all, err := w.HoldersOf(t.Context(), giulia, "riva")
	if err != nil || len(all) != 3 || all[2].Scope != piazza || all[2].Name != "MARTA" {
		t.Errorf("%+v, %v", all, err)
	}
	if _, err := w.RevokeRole(t.Context(), "riva", account.Facilitator, piazza, "marta"); err != nil {
		t.Fatal(err)
	}
	if gone := w.enter("marta"); len(gone.Grants) != 0 {
		t.Errorf("left is %+v", gone.Grants)
	}
}

// TestAGroupGivesARoleInOnePart, which a name that nobody has never makes one of the whole.
func TestAGroupGivesARoleInOnePart(t *testing.T) {
	w := newTown(t)
	if _, err := w.SignIn(t.Context(), account.Claims{Issuer: "https://login.example", Subject: "zoe", Groups: []string{"riva/moderator/la-piazza"}}); err == nil {
		t.Error("a group of a part was passed over in silence where nothing finds parts")
	}
	parts := map[string]account.Scope{"la-piazza": account.Scope(uuid.New()), "il-mercato": account.Scope(uuid.New())}
	w.FindParts(func(_ context.Context, _ *postgres.Tx, administration uuid.UUID, name string) (account.Scope, error) {
		if administration != w.riva {
			return account.Scope{}, nil
		}
		return parts[name], nil
	})
	for group, want := range map[string][]account.Grant{
		"riva/moderator/la-piazza":     {{Administration: w.riva, Role: account.Moderator, Scope: parts["la-piazza"]}},
		"riva/moderator/nowhere":       nil,
		"riva/moderator/":              nil,
		"riva/moderator//":             nil,
		"riva/moderator/la-piazza/x":   nil,
		"borgo/moderator/la-piazza":    nil,
		"riva/administrator/la-piazza": nil,
		"riva/council/la-piazza":       nil,
	} {
		if got := w.enter("marta", group); cmp.Diff(want, got.Grants) != "" {
			t.Errorf("%s gives %+v", group, got.Grants)
		}
	}
	w.enter("marta", "riva/moderator/la-piazza", "riva/moderator")
	w.grant("riva", account.Moderator, "marta")
	rows := func() (out string) {
		if err := w.db.Pool().GetContext(t.Context(), &out, `SELECT string_agg(xmin::text || ctid::text, ' ') FROM civic.role`); err != nil {
			t.Fatal(err)
		}
		return out
	}
	before := rows()
	if got := w.enter("marta", "riva/moderator/la-piazza", "riva/moderator"); len(got.Grants) != 2 || rows() != before {
		t.Errorf("a sign-in that brings nothing new wrote: %+v", got.Grants)
	}
	// Each is taken away by itself, and a grant of the whole stays.
	want := []account.Grant{{Administration: w.riva, Role: account.Moderator}, {Administration: w.riva, Role: account.Moderator, Scope: parts["il-mercato"]}}
	if got := w.enter("marta", "riva/moderator/il-mercato"); cmp.Diff(want, got.Grants) != "" {
		t.Errorf("%+v", got.Grants)
	}
}
