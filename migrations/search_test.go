package migrations_test

import (
	"fmt"
	"net/url"
	"path"
	"strings"
	"testing"

	"delfi/internal/platform/postgres/testdb"
	"delfi/migrations"
)

// A role that may not make the extensions of search is told who may, and how.
func TestSearchSaysHowItsExtensionsAreMade(t *testing.T) {
	address := testdb.URL(t)
	owner := open(t, address)
	exec := func(statement string) {
		t.Helper()
		if _, err := owner.Pool().Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	exec(`DROP EXTENSION unaccent CASCADE`)
	exec(`DROP EXTENSION pg_trgm CASCADE`)
	exec(`DELETE FROM public.goose_db_version WHERE version_id >= 200`)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	role := "plain_" + path.Base(u.Path)
	exec(fmt.Sprintf(`CREATE ROLE %s LOGIN`, role))
	t.Cleanup(func() {
		exec(fmt.Sprintf(`DROP OWNED BY %s`, role))
		exec(fmt.Sprintf(`DROP ROLE %s`, role))
	})
	exec(fmt.Sprintf(`GRANT CREATE, USAGE ON SCHEMA public, civic TO %s`, role))
	exec(fmt.Sprintf(`GRANT ALL ON ALL TABLES IN SCHEMA public TO %s`, role))
	exec(fmt.Sprintf(`GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO %s`, role))
	u.User = url.User(role)
	err = migrations.Up(t.Context(), open(t, u.String()))
	for _, words := range []string{role, "CREATE EXTENSION unaccent SCHEMA public", "CREATE EXTENSION pg_trgm SCHEMA public", "GRANT CREATE ON DATABASE"} {
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("without the right to make them: %v, want %q", err, words)
		}
	}
	exec(`CREATE EXTENSION unaccent SCHEMA civic`)
	if err := migrations.Up(t.Context(), owner); err == nil || !strings.Contains(err.Error(), "ALTER EXTENSION unaccent SET SCHEMA public") {
		t.Errorf("in another schema: %v", err)
	}
}
