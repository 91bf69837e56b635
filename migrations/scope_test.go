package migrations_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres/testdb"
	"delfi/migrations"
)

// Roles that were held in an administration are held in the whole of it, and drafts have a
// space of their own afterwards.
func TestRolesAndDraftsFromBeforeScopes(t *testing.T) {
	db := open(t, testdb.Empty(t))
	if err := migrations.UpTo(t.Context(), db, 170); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Pool().ExecContext(t.Context(), `
		INSERT INTO civic.administration (id, slug, name) VALUES
			('a0000000-0000-0000-0000-000000000001', 'riva', 'Riva'),
			('a0000000-0000-0000-0000-000000000002', 'borgo', 'Borgo');
		INSERT INTO civic.role (account, administration, role, claimed, granted) VALUES
			('b0000000-0000-0000-0000-000000000001', 'a0000000-0000-0000-0000-000000000001', 'administrator', true, false),
			('b0000000-0000-0000-0000-000000000001', 'a0000000-0000-0000-0000-000000000002', 'moderator', false, true);
		INSERT INTO civic.space (id, administration, phase, naming) VALUES
			('c0000000-0000-0000-0000-000000000001', 'a0000000-0000-0000-0000-000000000001', 'open', 'alias');
		INSERT INTO civic.consultation (id, administration, space, slug, language, title, question, background, stage, protocol, protocol_hash, drafted_at, announced_at) VALUES
			('d0000000-0000-0000-0000-000000000001', 'a0000000-0000-0000-0000-000000000001', 'c0000000-0000-0000-0000-000000000001', 'held', 'it', 'x', 'x', '', 'announced', '{}', repeat('0', 64), now(), now()),
			('d0000000-0000-0000-0000-000000000002', 'a0000000-0000-0000-0000-000000000001', NULL, 'draft-1', 'it', 'x', 'x', '', 'draft', NULL, '', now(), NULL),
			('d0000000-0000-0000-0000-000000000003', 'a0000000-0000-0000-0000-000000000002', NULL, 'draft-2', 'it', 'x', 'x', '', 'draft', NULL, '', now(), NULL)`); err != nil {
		t.Fatal(err)
	}
	if err := migrations.UpTo(t.Context(), db, 180); err != nil {
		t.Fatal(err)
	}
	var roles []string
	if err := db.Pool().SelectContext(t.Context(), &roles, `
		SELECT role || ' ' || scope || ' ' || claimed || ' ' || granted
		FROM civic.role
		ORDER BY role`); err != nil {
		t.Fatal(err)
	}
	if want := []string{"administrator " + uuid.Nil.String() + " true false", "moderator " + uuid.Nil.String() + " false true"}; !slices.Equal(roles, want) {
		t.Errorf("roles %q", roles)
	}
	var spaces []string
	if err := db.Pool().SelectContext(t.Context(), &spaces, `
		SELECT c.slug || ' ' || s.phase || ' ' || s.naming || ' ' || (s.administration = c.administration) || ' ' || (s.id = 'c0000000-0000-0000-0000-000000000001')
		FROM civic.consultation c
		JOIN civic.space s ON s.id = c.space
		ORDER BY c.slug`); err != nil {
		t.Fatal(err)
	}
	if want := []string{"draft-1 planned alias true false", "draft-2 planned alias true false", "held open alias true true"}; !slices.Equal(spaces, want) {
		t.Errorf("spaces %q", spaces)
	}
	for _, wrong := range []string{
		`INSERT INTO civic.role (account, administration, role, scope, claimed, granted)
		 SELECT account, administration, role, scope, claimed, granted FROM civic.role LIMIT 1`,
		`UPDATE civic.role SET scope = 'c0000000-0000-0000-0000-000000000001' WHERE role = 'administrator'`,
		`UPDATE civic.consultation SET space = 'c0000000-0000-0000-0000-000000000001'`,
	} {
		if _, err := db.Pool().ExecContext(t.Context(), wrong); err == nil {
			t.Errorf("is taken: %s", wrong)
		}
	}
}
