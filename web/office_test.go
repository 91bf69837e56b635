package web_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/civiltime"
	"delfi/internal/consultation/steering"
	"delfi/internal/platform/postgres"
	"delfi/web/webtest"
)

// accountSide are the tables with what somebody is as a person: account, panels, letters,
// sessions. Every column named account stands in one of them.
var accountSide = []string{"civic.account", "civic.enrolment", "civic.outbox", "civic.waiting", "civic.code_kept", "civic.departed_mark", "civic.roll_place", "public.sessions", "public.session_end"}

// officeSide are those with what somebody is by office, in public: every column named officer
// stands in one of them.
var officeSide = []string{"civic.officer", "civic.role", "civic.staff", "civic.secretary", "civic.moderation_act", "civic.moderation_look", "civic.moderation_case", "civic.consultation", "record.words", "record.entry"}

var (
	uuidText = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	byteText = regexp.MustCompile(`\\x([0-9a-f]{16,})`)
)

// values are what a text of the database could be joined by: the ids and bytes in it, also
// inside of a document, else itself.
func values(text string) []string {
	text = strings.ToLower(text)
	var out []string
	for _, id := range uuidText.FindAllString(text, -1) {
		out = append(out, strings.ReplaceAll(id, "-", ""))
	}
	for _, m := range byteText.FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	if len(out) == 0 && len(text) >= 5 {
		out = append(out, text)
	}
	return out
}

// dumped gives every value of every column of tables, with the columns in which it stands.
func dumped(t *testing.T, db *postgres.DB, tables []string) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for _, table := range tables {
		schema, name, _ := strings.Cut(table, ".")
		var there bool
		if err := db.Pool().Get(&there, `SELECT to_regclass($1) IS NOT NULL`, table); err != nil || !there {
			t.Fatalf("%s is not there: %v", table, err)
		}
		var columns []string
		if err := db.Pool().Select(&columns, `
			SELECT column_name
			FROM information_schema.columns
			WHERE table_schema = $1 AND table_name = $2 AND data_type IN ('uuid', 'bytea', 'text', 'jsonb', 'json', 'ARRAY', 'character varying')`, schema, name); err != nil {
			t.Fatal(err)
		}
		for _, c := range columns {
			var texts []string
			if err := db.Pool().Select(&texts, fmt.Sprintf(`SELECT DISTINCT %s::text FROM %s WHERE %s IS NOT NULL`, c, table, c)); err != nil {
				t.Fatal(err)
			}
			for _, text := range texts {
				for _, v := range values(text) {
					if !slices.Contains(out[v], table+"."+c) {
						out[v] = append(out[v], table+"."+c)
					}
				}
			}
		}
	}
	return out
}

// joins gives the pairs of columns by which a reader of a dump joins what people do by office
// with what they do as people. The names of things that are nobody's join nothing: the same
// for everybody.
func joins(t *testing.T, db *postgres.DB) []string {
	t.Helper()
	offices, accounts := dumped(t, db, officeSide), dumped(t, db, accountSide)
	var things []string
	if err := db.Pool().Select(&things, `
		SELECT id::text FROM civic.consultation
		UNION ALL SELECT id::text FROM civic.space
		UNION ALL SELECT id::text FROM civic.round
		UNION ALL SELECT id::text FROM civic.administration
		UNION ALL SELECT id::text FROM civic.identity_key
		UNION ALL SELECT slug FROM civic.consultation
		UNION ALL SELECT kind FROM civic.outbox
		UNION ALL SELECT title FROM civic.consultation`); err != nil {
		t.Fatal(err)
	}
	for _, thing := range things {
		for _, v := range values(thing) {
			delete(offices, v)
		}
	}
	found := map[string]bool{}
	for v, columns := range offices {
		for _, office := range columns {
			for _, person := range accounts[v] {
				found[office+" = "+person] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// TestADumpJoinsNoOfficeWithAPerson: somebody who is on one panel is given an office
// elsewhere, acts in public under their name, is written to, and signs in. docs/RECORD.md §2.0.
func TestADumpJoinsNoOfficeWithAPerson(t *testing.T) {
	h := webtest.Open(t).Play(t)
	site := h.Site(t)
	giulia, karim, ctx := h.Person(t, "giulia"), h.Person(t, "karim"), t.Context()
	gathering, err := h.Consultations.Find(ctx, giulia, webtest.Gathering)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Panel.Enrol(ctx, karim, gathering.ID, gathering.Protocol.Panel.Groups[0].ID); err != nil {
		t.Fatal(err)
	}
	piazza, err := h.Consultations.Find(ctx, giulia, webtest.Answering)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Accounts.GrantRole(ctx, "riva", account.Moderator, account.Scope{}, karim.Account.String()); err != nil {
		t.Fatal(err)
	}
	karim = h.Person(t, "karim")
	var place int
	for _, m := range piazza.Staff {
		if m.Role == account.Moderator {
			place = m.Place
		}
	}
	if err := h.Consultations.ReplaceStaff(ctx, giulia, webtest.Answering, steering.Replacement{
		Place: place, Person: karim.Office.String(), Office: "Anagrafe", From: civiltime.Date(h.DB.Now()), Reason: "È in congedo.",
	}); err != nil {
		t.Fatal(err)
	}
	if got := site.As(t, karim).Get(t, "/desk/"+webtest.Answering); got.Status != 200 {
		t.Fatalf("%d: %s", got.Status, got.Text("main"))
	}
	if err := h.Jobs.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if found := joins(t, h.DB); len(found) != 0 {
		t.Errorf("a dump joins %s", strings.Join(found, "; "))
	}
	// Each column of either side stands in one of the lists.
	var columns []string
	if err := h.DB.Pool().Select(&columns, `
		SELECT table_schema || '.' || table_name || '.' || column_name
		FROM information_schema.columns
		WHERE table_schema IN ('civic', 'panel', 'record', 'public') AND column_name ~ '(account|officer|moderator|claimed_by|person|staff|member)'`); err != nil {
		t.Fatal(err)
	}
	for _, c := range columns {
		table := c[:strings.LastIndex(c, ".")]
		known := c == "civic.officer_unsealed.account" || // empty: internal/account/officer.go
			slices.Contains(officeSide, table) && !strings.HasSuffix(c, ".account") || slices.Contains(accountSide, table) && !strings.HasSuffix(c, ".officer") ||
			slices.Contains([]string{"civic.moderation_case.claimed_name", "civic.moderation_case.claimed_until", "civic.roll_staged.members"}, c)
		if !known {
			t.Errorf("%s: is it a person's, or an officer's?", c)
		}
	}
	// And nothing of all the database names an account but the account's side.
	var accounts []string
	if err := h.DB.Pool().Select(&accounts, `SELECT id::text FROM civic.account`); err != nil {
		t.Fatal(err)
	}
	var tables []string
	if err := h.DB.Pool().Select(&tables, `
		SELECT schemaname || '.' || tablename
		FROM pg_tables
		WHERE schemaname IN ('civic', 'panel', 'record', 'public', 'queue') AND NOT schemaname || '.' || tablename = ANY ($1)`, "{"+strings.Join(accountSide, ",")+"}"); err != nil {
		t.Fatal(err)
	}
	tables = slices.DeleteFunc(tables, func(table string) bool { return strings.HasPrefix(table, "queue.river_") && table != "queue.river_job" })
	all := dumped(t, h.DB, tables)
	for _, id := range accounts {
		if at := all[strings.ReplaceAll(id, "-", "")]; len(at) > 0 {
			t.Errorf("%s has an account's id", strings.Join(at, ", "))
		}
	}
	// With the column as it was the same reader finds the person by name.
	if _, err := h.DB.Pool().Exec(`ALTER TABLE civic.staff ADD COLUMN account uuid`); err != nil {
		t.Fatal(err)
	}
	if _, err := h.DB.Pool().Exec(`UPDATE civic.staff SET account = $1 WHERE officer = $2`, karim.Account, uuid.UUID(karim.Office)); err != nil {
		t.Fatal(err)
	}
	var named []string
	if err := h.DB.Pool().Select(&named, `SELECT DISTINCT s.name || ' | ' || c.slug FROM civic.staff s JOIN civic.enrolment e USING (account) JOIN civic.consultation c ON c.id = e.consultation`); err != nil {
		t.Fatal(err)
	}
	if found := joins(t, h.DB); !slices.Contains(found, "civic.staff.account = civic.enrolment.account") || !slices.Equal(named, []string{karim.Name + " | " + webtest.Gathering}) {
		t.Errorf("the attack fails by itself: %q, %q", found, named)
	}
}
