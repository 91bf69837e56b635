package migrations_test

import (
	"slices"
	"testing"

	"delfi/internal/platform/postgres/testdb"
	"delfi/migrations"
)

// Staff that a consultation had serve in its space, from the day in Rome of its announcement
// on, or of its draft.
func TestStaffFromBeforeSpacesHadThem(t *testing.T) {
	db := open(t, testdb.Empty(t))
	if err := migrations.UpTo(t.Context(), db, 170); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Pool().ExecContext(t.Context(), `
		INSERT INTO civic.administration (id, slug, name) VALUES ('a0000000-0000-0000-0000-000000000001', 'riva', 'Riva');
		INSERT INTO civic.space (id, administration, phase, naming) VALUES ('c0000000-0000-0000-0000-000000000001', 'a0000000-0000-0000-0000-000000000001', 'open', 'alias');
		INSERT INTO civic.consultation (id, administration, space, slug, language, title, question, background, stage, protocol, protocol_hash, drafted_at, announced_at) VALUES
			('d0000000-0000-0000-0000-000000000001', 'a0000000-0000-0000-0000-000000000001', 'c0000000-0000-0000-0000-000000000001', 'held', 'it', 'x', 'x', '', 'announced', '{}', repeat('0', 64), '2026-01-01 12:00Z', '2026-03-01 23:30Z'),
			('d0000000-0000-0000-0000-000000000002', 'a0000000-0000-0000-0000-000000000001', NULL, 'draft', 'it', 'x', 'x', '', 'draft', NULL, '', '2026-01-01 12:00Z', NULL);
		INSERT INTO civic.staff (consultation, account, role, place, name, office) VALUES
			('d0000000-0000-0000-0000-000000000001', 'b0000000-0000-0000-0000-000000000001', 'moderator', 0, 'Marta', 'URP'),
			('d0000000-0000-0000-0000-000000000001', 'b0000000-0000-0000-0000-000000000002', 'facilitator', 1, 'Paolo', ''),
			('d0000000-0000-0000-0000-000000000002', 'b0000000-0000-0000-0000-000000000001', 'moderator', 0, 'Marta', '')`); err != nil {
		t.Fatal(err)
	}
	if err := migrations.UpTo(t.Context(), db, 181); err != nil {
		t.Fatal(err)
	}
	var staff []string
	if err := db.Pool().SelectContext(t.Context(), &staff, `
		SELECT c.slug || ' ' || s.place || ' ' || s.name || ' ' || s.role || ' ' || s.office || ' ' || s.since || ' ' || (s.until IS NULL)
		FROM civic.staff s
		JOIN civic.consultation c ON c.space = s.space
		ORDER BY 1`); err != nil {
		t.Fatal(err)
	}
	want := []string{"draft 0 Marta moderator  2026-01-01 true", "held 0 Marta moderator URP 2026-03-02 true", "held 1 Paolo facilitator  2026-03-02 true"}
	if !slices.Equal(staff, want) {
		t.Errorf("staff %q", staff)
	}
	for _, wrong := range []string{
		`UPDATE civic.staff SET until = since - 1`,
		`INSERT INTO civic.staff (space, account, role, place, name, office, since)
		 SELECT space, account, role, 7, name, office, since FROM civic.staff WHERE name = 'Paolo'`,
		`UPDATE civic.staff SET place = 0`,
	} {
		if _, err := db.Pool().ExecContext(t.Context(), wrong); err == nil {
			t.Errorf("is taken: %s", wrong)
		}
	}
}
