package postgres_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"testing"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"delfi/internal/postgres"
	"delfi/internal/postgres/testdb"
)

func TestAServerThatCannotWorkIsToldFromAStatementThatIsWrong(t *testing.T) {
	for code, want := range map[pqerror.Code]bool{
		"53100": true, "53200": true, "53300": true, "57P01": true, "58030": true, "08006": true, "25006": true,
		"23505": false, "42601": false, "22P02": false, "40001": false,
	} {
		if got := postgres.Unable(fmt.Errorf("use case: %w", &pq.Error{Code: code})); got != want {
			t.Errorf("%s: %v", code, got)
		}
	}
	if !postgres.Unable(fmt.Errorf("x: %w", driver.ErrBadConn)) || postgres.Unable(errors.New("a fault of ours")) || postgres.Unable(nil) {
		t.Error("errors that are not the server's own")
	}
	db := testdb.New(t)
	err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		if _, err := tx.ExecContext(ctx, `SET TRANSACTION READ ONLY`); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `CREATE TABLE civic.none ()`)
		return err
	})
	if !postgres.Unable(err) {
		t.Errorf("a database that only reads: %v", err)
	}
}
