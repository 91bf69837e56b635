package apptest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/account"
)

// person is somebody whom a test can be.
type person struct {
	subject, name string
	groups        []string
}

// cast are the people of the two administrations, who are the demonstration's too.
var cast = []person{
	{"giulia", "Giulia Bortolotti", []string{"riva/administrator"}},
	{"marta", "Marta Gibellini", []string{"riva/moderator"}},
	{"davide", "Davide Lancellotti", []string{"riva/moderator"}},
	{"paolo", "Paolo Sighinolfi", []string{"riva/facilitator"}},
	{"teresa", "Teresa Malagoli", []string{"riva/council"}},
	{"anna", "Anna Vandelli", nil},
	{"karim", "Karim Haddad", nil},
	{"lucia", "Lucia Ferraboschi", nil},
	{"sergio", "Sergio Bondi", nil},
	{"elena", "Elena Barbolini", []string{"borgo/administrator"}},
	{"nicola", "Nicola Roncaglia", []string{"borgo/moderator"}},
	{"ivan", "Ivan Tassi", nil},
}

// claims are what a provider would tell about a person.
func (p person) claims() account.Claims {
	return account.Claims{Issuer: "http://provider.test", Subject: p.subject, Name: p.name, Email: p.subject + "@posta.example", Groups: p.groups}
}

// staff are the claims of the cast, as the demonstration takes them.
func staff() []account.Claims {
	out := make([]account.Claims, 0, len(cast))
	for _, p := range cast {
		out = append(out, p.claims())
	}
	return out
}

// Person gives the actor of one of the cast ("anna"), whose account is made at the first
// call.
func (w *World) Person(t testing.TB, subject string) account.Actor {
	t.Helper()
	for _, p := range cast {
		if p.subject == subject {
			return w.signIn(t, p.claims())
		}
	}
	t.Fatalf("nobody is called %q", subject)
	return account.Actor{}
}

// Newcomer gives the actor of somebody beside the cast, with the groups that a provider
// names, e.g. "riva/moderator".
func (w *World) Newcomer(t testing.TB, name string, groups ...string) account.Actor {
	t.Helper()
	return w.signIn(t, person{strings.ReplaceAll(name, " ", "."), name, groups}.claims())
}

// Panelist gives the actor of the n-th of the synthetic panel, who in the demonstration
// answered in the rounds that are over.
func (w *World) Panelist(t testing.TB, n int) account.Actor {
	t.Helper()
	subject := fmt.Sprintf("panel-%03d", n)
	return w.signIn(t, account.Claims{Issuer: "urn:delfi:demonstration", Subject: subject, Name: "Panel " + subject, Email: subject + "@example.org"})
}

func (w *World) signIn(t testing.TB, claims account.Claims) account.Actor {
	t.Helper()
	id, err := w.Accounts.SignIn(t.Context(), claims)
	if err != nil {
		t.Fatal(err)
	}
	actor, err := w.Accounts.Actor(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return actor
}

// Found makes the two administrations of the cast, and gives the first.
func (w *World) Found(t testing.TB) uuid.UUID {
	t.Helper()
	var id uuid.UUID
	for _, a := range []account.Administration{{Slug: "borgo", Name: "Comune di Borgo Sereno"}, {Slug: "riva", Name: "Comune di Riva d’Arno"}} {
		made, err := w.Accounts.Found(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		id = made.ID
	}
	return id
}
