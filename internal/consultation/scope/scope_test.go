package scope_test

import (
	"testing"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/apptest"
	"delfi/internal/consultation/draft"
	"delfi/internal/fault"
)

// TestAScopeIsAConsultationOfItsAdministration, found by its address and named by its scope.
func TestAScopeIsAConsultationOfItsAdministration(t *testing.T) {
	w := apptest.New(t)
	accounts, drafts, s := w.Accounts, w.Drafts, w.Scopes
	administrator := account.Actor{Account: uuid.New()}
	bodies := map[string]uuid.UUID{}
	for _, slug := range []string{"riva", "borgo"} {
		a, err := accounts.Found(t.Context(), account.Administration{Slug: slug, Name: "Comune di " + slug})
		if err != nil {
			t.Fatal(err)
		}
		bodies[slug] = a.ID
		administrator.Grants = append(administrator.Grants, account.Grant{Administration: a.ID, Role: account.Administrator})
	}
	scopes := map[string]account.Scope{}
	for slug, body := range map[string]string{"la-piazza": "riva", "il-viale": "riva", "il-mercato": "borgo"} {
		c, err := drafts.Create(t.Context(), administrator, bodies[body], draft.Form{Slug: slug, Language: "it", Title: slug})
		if err != nil || c.Scope().Whole() {
			t.Fatalf("%v, %v", c.Scope(), err)
		}
		scopes[slug] = c.Scope()
	}
	if got, err := s.Find(t.Context(), bodies["riva"], "la-piazza"); err != nil || got != scopes["la-piazza"] {
		t.Errorf("found %v, %v", got, err)
	}
	for _, wrong := range []string{"il-mercato", "nowhere", ""} {
		if got, err := s.Find(t.Context(), bodies["riva"], wrong); fault.KindOf(err) != fault.Invalid || !got.Whole() {
			t.Errorf("%q: found %v, %v", wrong, got, err)
		}
	}
	named, err := s.Named(t.Context(), account.Scope{}, scopes["la-piazza"], scopes["il-mercato"], account.Scope(uuid.New()))
	if err != nil || len(named) != 2 || named[scopes["il-mercato"]].Slug != "il-mercato" || named[scopes["la-piazza"]].Slug != "la-piazza" {
		t.Errorf("named %v, %v", named, err)
	}
	if choices, err := s.Choices(t.Context(), administrator, bodies["riva"]); err != nil || len(choices) != 2 {
		t.Errorf("%d choices, %v", len(choices), err)
	}
	for _, grant := range []account.Grant{{Administration: bodies["borgo"], Role: account.Administrator}, {Administration: bodies["riva"], Role: account.Moderator}, {Administration: bodies["riva"], Role: account.Moderator, Scope: scopes["la-piazza"]}} {
		if got, err := s.Choices(t.Context(), account.Actor{Account: uuid.New(), Grants: []account.Grant{grant}}, bodies["riva"]); fault.KindOf(err) != fault.Forbidden || got != nil {
			t.Errorf("%+v chooses from %v, %v", grant, got, err)
		}
	}
	// A draft that is deleted takes the roles in it along.
	if _, err := accounts.SignIn(t.Context(), account.Claims{Issuer: "https://login.example", Subject: "marta"}); err != nil {
		t.Fatal(err)
	}
	for _, slug := range []string{"la-piazza", "il-viale"} {
		if _, err := accounts.GrantRole(t.Context(), "riva", account.Moderator, scopes[slug], "marta"); err != nil {
			t.Fatal(err)
		}
	}
	if err := drafts.Delete(t.Context(), administrator, "la-piazza", ""); err != nil {
		t.Fatal(err)
	}
	if held, err := accounts.Holders(t.Context(), "riva"); err != nil || len(held) != 1 || held[0].Scope != scopes["il-viale"] {
		t.Errorf("held are %+v, %v", held, err)
	}
	var spaces int
	if err := w.DB.Pool().GetContext(t.Context(), &spaces, `SELECT count(*) FROM civic.space`); err != nil || spaces != 2 {
		t.Errorf("%d spaces, %v", spaces, err)
	}
}
