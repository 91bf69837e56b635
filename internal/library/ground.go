package library

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/platform/postgres"
)

// Ground is what the owner of a space says about its library.
type Ground struct {
	Path    string       // of the library's page, without language
	Public  bool         // everybody may read it, and each act on it is an entry of the record
	Record  uuid.UUID    // under which its entries stand
	Role    account.Role // in which the actor may change it
	Refused error        // why the actor may not; nil when they may
}

// Owner gives a space's ground to an actor, inside the caller's transaction; NotFound when
// the actor may not see it. With lock, acts on the space stand in line until the
// transaction has ended.
type Owner func(ctx context.Context, tx *postgres.Tx, actor account.Actor, space uuid.UUID, lock bool) (Ground, error)
