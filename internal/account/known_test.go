package account

import (
	"strings"
	"testing"

	"github.com/google/uuid"
)

func TestWhoIsRememberedIsOfOneEditionAndNotWithoutEnd(t *testing.T) {
	var k known
	anna := Actor{Account: uuid.New(), Name: "Anna", Grants: []Grant{{Role: Moderator}}}
	k.remember(anna, 2)
	a, found := k.find(anna.Account, 2)
	if !found || a.Name != "Anna" || len(a.Grants) != 1 {
		t.Fatalf("%+v, %v", a, found)
	}
	a.Grants[0].Role = Administrator // whoever is given one may do with it what they like
	if a, _ := k.find(anna.Account, 2); a.Grants[0].Role != Moderator {
		t.Error("what one does with an actor is seen by the next")
	}
	for _, at := range []Edition{0, 1, 3} {
		if _, found := k.find(anna.Account, at); found {
			t.Errorf("found at edition %d", at)
		}
	}
	karim := Actor{Account: uuid.New(), Name: "Karim"}
	k.remember(karim, 1) // read before a change that others have seen since
	if _, found := k.find(karim.Account, 2); found {
		t.Error("what was true before is taken for true now")
	}
	k.remember(karim, 3)
	if _, found := k.find(anna.Account, 3); found {
		t.Error("another's change did not make Anna be read again")
	}
	for _, big := range []Actor{
		{Account: uuid.New(), Name: strings.Repeat("x", longestKnown+1)},
		{Account: uuid.New(), Grants: make([]Grant, grantsKnown+1)},
	} {
		k.remember(big, 3)
		if _, found := k.find(big.Account, 3); found {
			t.Error("an actor of any size is remembered")
		}
	}
	many := []uuid.UUID{karim.Account} // whom it remembers
	for range mostKnown + 10 {
		anybody := Actor{Account: uuid.New()}
		k.remember(anybody, 3)
		many = append(many, anybody.Account)
	}
	kept := 0
	for _, id := range many {
		if _, found := k.find(id, 3); found {
			kept++
		}
	}
	if kept != mostKnown {
		t.Errorf("%d are remembered", kept)
	}
	if _, found := k.find(many[len(many)-1], 3); !found {
		t.Error("the newest is not")
	}
}
