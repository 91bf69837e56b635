package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// owners says which package owns each table: it alone writes it.
var owners = map[string]string{
	"civic.account":           "internal/account",
	"civic.administration":    "internal/account/administration",
	"civic.alias":             "internal/pseudonym",
	"civic.closing":           "internal/consultation/tabulation",
	"civic.code_batch":        "internal/panel",
	"civic.code_kept":         "internal/panel",
	"civic.commitment":        "internal/consultation/lifecycle",
	"civic.compaction":        "internal/platform/postgres",
	"civic.consultation":      "internal/consultation/lifecycle",
	"civic.contribution":      "internal/consultation/contribution",
	"civic.count_table":       "internal/consultation/tabulation",
	"civic.decision":          "internal/consultation/lifecycle",
	"civic.draft_template":    "internal/consultation/draft/template",
	"civic.departed":          "internal/panel",
	"civic.departed_mark":     "internal/pseudonym",
	"civic.document":          "internal/library",
	"civic.document_version":  "internal/library",
	"civic.draw":              "internal/panel/drawing",
	"civic.draw_guarantor":    "internal/panel/drawing",
	"civic.draw_taken":        "internal/panel/drawing",
	"civic.edition":           "internal/account", // triggers move it (migrations/0090_edition.sql)
	"civic.enrolment":         "internal/panel",
	"civic.feedback":          "internal/consultation/feedback/archive",
	"civic.first_code":        "internal/account/administration",
	"civic.foreign_enrolment": "internal/panel",
	"civic.house_rule":        "internal/moderation",
	"civic.house_rules":       "internal/moderation",
	"civic.identity_key":      "internal/account",
	"civic.application":       "internal/panel/application",
	"civic.application_list":  "internal/panel/application",
	"civic.secretary":         "internal/space",
	"civic.invitation":        "internal/panel/invitation",
	"civic.invitation_list":   "internal/panel/invitation",
	"civic.invitation_staged": "internal/panel/invitation",
	"civic.invitation_used":   "internal/panel/invitation",
	"civic.item":              "internal/consultation/lifecycle",
	"civic.item_parent":       "internal/consultation/lifecycle",
	"civic.item_translation":  "internal/consultation/lifecycle",
	"civic.item_version":      "internal/consultation/lifecycle",
	"civic.key_check":         "internal/pseudonym",
	"civic.key_confirmed":     "internal/pseudonym",
	"civic.leaves":            "internal/consultation/tabulation",
	"civic.lineage":           "internal/consultation/contribution",
	"civic.minority":          "internal/consultation/lifecycle",
	"civic.moderation_act":    "internal/moderation",
	"civic.moderation_appeal": "internal/moderation",
	"civic.moderation_case":   "internal/moderation",
	"civic.moderation_look":   "internal/moderation",
	"civic.moderation_sealed": "internal/moderation",
	"civic.officer":           "internal/account",
	"civic.officer_unsealed":  "internal/account",
	"civic.opinion":           "internal/report",
	"civic.outbox":            "internal/notify",
	"civic.panel_figure":      "internal/panel",
	"civic.process":           "internal/pseudonym",
	"civic.role":              "internal/account",
	"civic.roll":              "internal/panel/roll",
	"civic.roll_member":       "internal/panel/roll",
	"civic.roll_place":        "internal/panel/roll",
	"civic.roll_staged":       "internal/panel/roll",
	"civic.round":             "internal/consultation/lifecycle",
	"civic.round_item":        "internal/consultation/lifecycle",
	"civic.sealed":            "internal/consultation/contribution",
	"civic.search":            "internal/search",
	"civic.search_word":       "internal/search",
	"civic.space":             "internal/space",
	"civic.staff":             "internal/space",
	"civic.suspension":        "internal/consultation/lifecycle",
	"civic.synthesis":         "internal/consultation/contribution",
	"civic.waiting":           "internal/account",
	"panel.ballot":            "internal/consultation/ballot",
	"panel.panelist":          "internal/consultation/ballot",
	"public.session_end":      "internal/account/sessions",
	"public.session_ending":   "internal/account/sessions",
	"public.sessions":         "internal/account/sessions",
	"queue.river_job":         "internal/platform/job",
	"record.cosignature":      "internal/ledger",
	"record.entry":            "internal/ledger",
	"record.finding":          "internal/ledger",
	"record.former":           "internal/ledger",
	"record.hash":             "internal/ledger",
	"record.log":              "internal/ledger",
	"record.words":            "internal/ledger",

	// Tables whose names are put together: those of a round's sealed contributions, and the
	// partitions of ballots and panelists.
	"civic.…": "internal/consultation/contribution",
	"panel.…": "internal/consultation/tabulation",
}

// foreign are the tables that a package reads though another owns them. The list can only
// shrink: a new reader asks the owner's package.
var foreign = map[string][]string{
	"internal/account":                       {"civic.administration", "civic.outbox"},
	"internal/account/sessions":              {"civic.edition"},
	"internal/consultation/contribution":     {"civic.alias"},
	"internal/consultation/feedback/archive": {"civic.round"},
	"internal/consultation/lifecycle":        {"civic.administration"},
	"internal/consultation/tabulation":       {"civic.feedback", "civic.round", "panel.ballot", "panel.panelist"},
	"internal/pseudonym":                     {"panel.panelist"},
	"e2e/bench/database":                     {"civic.round", "panel.ballot", "public.sessions", "queue.river_job"}, // measures them
}

var (
	// written finds what a statement writes; groups 1 and 2 are schema and table, 2 empty
	// where the name is put together.
	written = regexp.MustCompile(`(?i)\b(?:INSERT\s+INTO|UPDATE(?:\s+ONLY)?|DELETE\s+FROM(?:\s+ONLY)?|MERGE\s+INTO|COPY|TRUNCATE(?:\s+TABLE)?(?:\s+ONLY)?|` +
		`(?:CREATE|ALTER|DROP)(?:\s+UNLOGGED)?\s+TABLE(?:\s+IF\s+(?:NOT\s+)?EXISTS)?(?:\s+ONLY)?)\s+(civic|panel|record|queue|public)\.(\w*)`)
	// mentioned finds every table with its schema; group 3 is not empty where it is a
	// function or an operator.
	mentioned = regexp.MustCompile(`\b(civic|panel|record|queue|public)\.(\w*)(\([^)\s]|%)?`)
	// configuration finds those of text search, which are no tables.
	configuration = regexp.MustCompile(`^civic\.search_(it|en|other|words)$`)
	// bare finds what is written without a schema.
	bare = regexp.MustCompile(`(?i)\b(?:INSERT\s+INTO|DELETE\s+FROM(?:\s+ONLY)?|TRUNCATE\s+TABLE)\s+(\w+)(?:[^.\w]|$)|\bUPDATE\s+(\w+)\s+SET\b`)
	// statement tells SQL from other words.
	statement = regexp.MustCompile(`(?is)\b(SELECT\s.*\bFROM\s|INSERT\s+INTO\s|UPDATE\s+[\w.]+\s+(AS\s+\w+\s+)?SET\s|DELETE\s+FROM\s|(CREATE|ALTER|DROP|LOCK)\s+TABLE\s|TRUNCATE\s|\bFROM\s+(civic|panel|record|queue|public)\.|\bJOIN\s+(civic|panel|record|queue|public)\.)`)
	// name is a table and nothing else: a statement is put together with it.
	name = regexp.MustCompile(`^(civic|panel|record|queue|public)\.\w+$`)
)

// tableOf gives the name under which owners has a table.
func tableOf(schema, table string) string {
	if table == "" {
		return schema + ".…"
	}
	return schema + "." + table
}

// tables gives the faults of the SQL in one file, and marks in read the foreign tables that
// the file reads, by room.
func tables(f file, read map[string][]string) []string {
	if f.test() || f.generated() || f.room == "migrations" {
		return nil
	}
	var out []string
	ast.Inspect(f.tree, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(lit.Value)
		if err != nil {
			return true
		}
		bad := func(format string, a ...any) {
			out = append(out, fmt.Sprintf("%s/%s:%d: %s", f.room, f.name, f.set.Position(lit.Pos()).Line, fmt.Sprintf(format, a...)))
		}
		alone := name.MatchString(text) && owners[text] != ""
		if !alone && !statement.MatchString(text) {
			return true
		}
		if m := bare.FindStringSubmatch(text); m != nil {
			bad("%s%s is written without its schema", m[1], m[2])
		}
		wrote := map[string]bool{}
		for _, m := range written.FindAllStringSubmatch(text, -1) {
			wrote[tableOf(m[1], m[2])] = true
		}
		seen := map[string]bool{}
		for _, m := range mentioned.FindAllStringSubmatch(text, -1) {
			if m[3] != "" || configuration.MatchString(m[0]) {
				continue
			}
			t := tableOf(m[1], m[2])
			owner, known := owners[t]
			switch {
			case seen[t] || owner == f.room:
			case !known:
				bad("%s has no owner", t)
			case alone || wrote[t] || strings.HasSuffix(t, "…"):
				bad("%s is written by %s, and %s owns it", t, f.room, owner)
			case !slices.Contains(foreign[f.room], t):
				bad("%s is read by %s, and %s owns it", t, f.room, owner)
			}
			if known && owner != f.room {
				read[f.room] = append(read[f.room], t)
			}
			seen[t] = true
		}
		return true
	})
	return out
}

func TestEachTableHasOneOwner(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	readBy, statements := map[string][]string{}, 0
	for _, f := range read(t, root) {
		faults := tables(f, readBy)
		for _, fault := range faults {
			t.Error(fault)
		}
		if strings.HasSuffix(f.name, "store.go") {
			statements++
		}
	}
	if statements < 20 {
		t.Fatalf("only %d store files were read", statements)
	}
	for room, list := range foreign {
		for _, table := range list {
			if !slices.Contains(readBy[room], table) {
				t.Errorf("%s reads %s no more: take it off the list of foreign reads", room, table)
			}
		}
	}
	made := madeTables(t, filepath.Join(root, "migrations"))
	if len(made) < 40 {
		t.Fatalf("only %d tables were found in the migrations", len(made))
	}
	for _, table := range made {
		if owners[table] == "" {
			t.Errorf("%s has no owner", table)
		}
	}
	for table := range owners {
		if !slices.Contains(made, table) && !strings.HasSuffix(table, "…") && !strings.HasPrefix(table, "queue.") {
			t.Errorf("%s is owned, and no migration makes it", table)
		}
	}
}

func parsed(t *testing.T, set *token.FileSet, source string) *ast.File {
	t.Helper()
	tree, err := parser.ParseFile(set, "a_store.go", "package x\n"+source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return tree
}

// madeTables gives the tables that the migrations leave.
func madeTables(t *testing.T, folder string) []string {
	t.Helper()
	create := regexp.MustCompile(`(?i)\bCREATE TABLE (\w+\.\w+)`)
	rename := regexp.MustCompile(`(?i)\bALTER TABLE (\w+)\.\w+ RENAME TO (\w+)`)
	drop := regexp.MustCompile(`(?i)\bDROP TABLE (?:IF EXISTS )?(\w+\.\w+)`)
	var out, dropped []string
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".sql" {
			return err
		}
		text, err := os.ReadFile(filepath.Join(folder, path))
		for _, m := range drop.FindAllStringSubmatch(string(text), -1) {
			dropped = append(dropped, m[1])
		}
		for _, m := range create.FindAllStringSubmatch(string(text), -1) {
			out = append(out, m[1])
		}
		for _, m := range rename.FindAllStringSubmatch(string(text), -1) {
			out = append(out, m[1]+"."+m[2])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(out, func(table string) bool { return slices.Contains(dropped, table) })
}

// The rule is tried on files that break it, and on such as do not.
func TestATableOfAnotherOwnerIsFound(t *testing.T) {
	for _, c := range []struct{ room, source, want string }{
		{"internal/panel", "const q = `INSERT INTO civic.role (account) VALUES ($1)`", "civic.role is written by internal/panel, and internal/account owns it"},
		{"internal/account/sessions", "const q = `UPDATE civic.role SET granted = true`", "civic.role is written"},
		{"internal/account", "const q = `WITH told AS (DELETE FROM civic.outbox WHERE account = $1) DELETE FROM civic.account WHERE id = $1`", "civic.outbox is written"},
		{"internal/report", "const q = `\n\t\tdelete from only civic.staff\n\t\tWHERE space = $1`", "civic.staff is written"},
		{"internal/report", "const q = `ALTER TABLE IF EXISTS civic.staff ADD x int`", "civic.staff is written"},
		{"internal/report", "const q = `TRUNCATE civic.round, civic.item`", "civic.round is"},
		{"internal/panel", `var h = postgres.Heap{Table: "civic.alias"}`, "civic.alias is written"},
		{"internal/panel", "func f(p string) string { return `SELECT 1 FROM panel.` + p }", "panel.… is written"},
		{"internal/report", "const q = `SELECT s.name FROM civic.opinion o JOIN civic.staff s ON s.space = o.space`", "civic.staff is read by internal/report, and internal/space owns it"},
		{"internal/report", "const q = `DELETE FROM civic.opinion USING civic.round WHERE true`", "civic.round is read"},
		{"internal/report", "const q = `SELECT (SELECT count(*) FROM civic.enrolment) FROM civic.opinion`", "civic.enrolment is read"},
		{"internal/space", "const q = `SELECT 1 FROM civic.garden`", "civic.garden has no owner"},
		{"internal/space", "const q = `INSERT INTO staff (space) VALUES ($1)`", "staff is written without its schema"},
		{"internal/space", "const q = `UPDATE staff SET until = $1`", "staff is written without its schema"},
		{"internal/space", "const q = `UPDATE civic.staff SET until = $1 WHERE space IN (SELECT id FROM civic.space)`", ""},
		{"internal/space", "const q = `INSERT INTO civic.staff (space) VALUES ($1) ON CONFLICT ON CONSTRAINT staff_pkey DO UPDATE SET name = excluded.name`", ""},
		{"internal/account", "const q = `SELECT 1 FROM civic.role r JOIN civic.administration a ON a.id = r.administration FOR UPDATE`", ""},
		{"internal/delphi/protocol", `const at = "panel.groups[%d].id"`, ""},
	} {
		set := token.NewFileSet()
		found := strings.Join(tables(fileOf(c.room, "a_store.go", parsed(t, set, c.source), set), map[string][]string{}), "\n")
		if c.want == "" && found != "" || !strings.Contains(found, c.want) {
			t.Errorf("%s in %s: want %q, found %q", c.source, c.room, c.want, found)
		}
	}
}
