package migrations_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"delfi/internal/platform/postgres/testdb"
	"delfi/migrations"
)

// Who holds an office, or held one, is named by one id in all tables and forms, which is not
// their account's; what joins the two waits to be encrypted.
func TestOfficesOfBeforeTheyHadIdsOfTheirOwn(t *testing.T) {
	db := open(t, testdb.Empty(t))
	ctx := t.Context()
	if err := migrations.UpTo(ctx, db, 229); err != nil {
		t.Fatal(err)
	}
	const marta, davide, anna = "b0000000-0000-4000-8000-000000000001", "b0000000-0000-4000-8000-000000000002", "b0000000-0000-4000-8000-000000000003"
	if _, err := db.Pool().ExecContext(ctx, strings.NewReplacer("$marta", marta, "$davide", davide, "$anna", anna).Replace(`
		INSERT INTO civic.administration (id, slug, name) VALUES ('a0000000-0000-4000-8000-000000000001', 'riva', 'Riva');
		INSERT INTO civic.space (id, administration, phase, naming) VALUES ('c0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000001', 'open', 'alias');
		INSERT INTO civic.account (id, key, person, subject, sealed)
		SELECT id::uuid, gen_random_uuid(), id::bytea, id::bytea, decode(repeat('00', 540), 'hex')
		FROM unnest(ARRAY['$marta', '$davide', '$anna']) AS id;
		INSERT INTO civic.consultation (id, administration, space, slug, language, title, question, background, stage, protocol, protocol_hash, drafted_at, announced_at, form) VALUES
			('d0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000001', 'held', 'it', 'x', 'x', '', 'announced', '{}', repeat('0', 64), now(), now(),
			 '{"Title": "La piazza", "Moderators": ["$marta", "$anna"], "Offices": {"$marta": "URP"}}');
		INSERT INTO civic.role (account, administration, role, scope, claimed, granted) VALUES
			('$marta', 'a0000000-0000-4000-8000-000000000001', 'moderator', '00000000-0000-0000-0000-000000000000', true, false),
			('$marta', 'a0000000-0000-4000-8000-000000000001', 'council', '00000000-0000-0000-0000-000000000000', false, true);
		INSERT INTO civic.staff (space, account, role, place, name, office, since) VALUES
			('c0000000-0000-4000-8000-000000000001', '$marta', 'moderator', 0, 'Marta', 'URP', '2026-03-02'),
			('c0000000-0000-4000-8000-000000000001', '$davide', 'moderator', 1, 'Davide', '', '2026-03-02');
		INSERT INTO civic.moderation_act (id, space, number, kind, verb, subjects, summary, rules, rule, words, moderator, name, role, done_at) VALUES
			('e0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000001', 1, 'contribution', 'reject', ARRAY['f0000000-0000-4000-8000-000000000001'::uuid], 'x', 1, 1, 'x', '$davide', 'Davide', 'moderator', now()),
			('e0000000-0000-4000-8000-000000000002', 'c0000000-0000-4000-8000-000000000001', 2, 'contribution', 'reject', ARRAY['f0000000-0000-4000-8000-000000000001'::uuid], 'x', 1, 0, 'x', NULL, '', '', now());
		INSERT INTO civic.moderation_look (act, subject, space, moderator, first_in, second_in) VALUES
			('e0000000-0000-4000-8000-000000000001', 'f0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000001', '$marta', false, true);
		INSERT INTO civic.moderation_case (kind, subject, space, claimed_by, claimed_name, claimed_until) VALUES
			('contribution', 'f0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000001', '$marta', 'Marta', now())`)); err != nil {
		t.Fatal(err)
	}
	if err := migrations.UpTo(ctx, db, 230); err != nil {
		t.Fatal(err)
	}
	list := func(query string) (out []string) {
		t.Helper()
		if err := db.Pool().SelectContext(ctx, &out, query); err != nil {
			t.Fatal(err)
		}
		return out
	}
	// Each id read back as the account that it stands for.
	got := list(`
		WITH named (place, id) AS (
			SELECT 'role ' || role, officer FROM civic.role
			UNION ALL SELECT 'staff ' || name, officer FROM civic.staff
			UNION ALL SELECT 'act ' || number, officer FROM civic.moderation_act
			UNION ALL SELECT 'look', officer FROM civic.moderation_look
			UNION ALL SELECT 'case', claimed_by FROM civic.moderation_case
			UNION ALL SELECT 'form ' || n, (form -> 'Moderators' ->> (n - 1))::uuid FROM civic.consultation, generate_series(1, 2) AS n
			UNION ALL SELECT 'office ' || value, key::uuid FROM civic.consultation, jsonb_each_text(form -> 'Offices'))
		SELECT place || ' ' || coalesce(right(u.account::text, 1), id::text, '-')
		FROM named
		LEFT JOIN civic.officer_unsealed AS u USING (id)
		ORDER BY 1`)
	want := []string{"act 1 2", "act 2 -", "case 1", "form 1 1", "form 2 3", "look 1", "office URP 1", "role council 1", "role moderator 1", "staff Davide 2", "staff Marta 1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, table := range []string{"role", "staff", "moderation_act", "moderation_look", "moderation_case", "consultation"} {
		if left := list(`SELECT r::text FROM civic.` + table + ` AS r WHERE r::text ~ 'b0000000-0000-4000-8000'`); len(left) > 0 {
			t.Errorf("civic.%s names an account: %q", table, left)
		}
		if due := list(`SELECT tbl FROM civic.compaction`); !slices.Contains(due, "civic."+table) {
			t.Errorf("civic.%s keeps its dead rows", table)
		}
	}
}
