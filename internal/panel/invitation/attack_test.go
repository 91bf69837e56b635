package invitation_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/panel"
	"delfi/internal/panel/invitation"
	"delfi/internal/platform/postgres"
)

// life is a panel by invitation of n people, of whom every second one enters, with what an
// attacker must not find.
type life struct {
	*ground
	begun   string               // file of the write-ahead log at the beginning
	secrets []string             // names, addresses and codes
	used    map[uuid.UUID]string // account of each invitation that was used
}

func live(t *testing.T, n int) *life {
	g := newGround(t)
	l := &life{ground: g, used: map[uuid.UUID]string{}}
	g.must(g.db.Pool().Get(&l.begun, `SELECT pg_walfile_name(pg_current_wal_lsn())`))
	lines := []string{"Email;Nome"}
	for range n {
		name, mail := "zq"+strings.ToLower(rand.Text()[:12]), "zq"+strings.ToLower(rand.Text()[:12])
		lines = append(lines, mail+"@posta.example;"+name)
		l.secrets = append(l.secrets, name, mail)
	}
	g.invites("experts", lines...)
	codes := g.codes("experts")
	for i, line := range lines[1:] {
		email, _, _ := strings.Cut(line, ";")
		l.secrets = append(l.secrets, strings.ReplaceAll(codes[email], "-", ""), codes[email])
		if i%2 == 0 {
			who := g.somebody()
			g.must(g.enters(who, codes[email]))
			l.used[g.guest("experts", email)] = who.Account.String()
		}
	}
	return l
}

// tables gives every row of every table as text, with what Postgres keeps of its writing.
func (l *life) tables() map[string][]string {
	l.Helper()
	var names []string
	l.must(l.db.Pool().Select(&names, `
		SELECT format('%I.%I', schemaname, tablename)
		FROM pg_tables
		WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`))
	out := map[string][]string{}
	for _, table := range names {
		var rows []string
		l.must(l.db.Pool().Select(&rows, `SELECT xmin::text || ' ' || xmax::text || ' ' || ctid::text || ' ' || t::text FROM `+table+` AS t ORDER BY ctid`))
		out[table] = rows
	}
	return out
}

// files gives the files of the database, and the write-ahead log since the beginning.
func (l *life) files() map[string][]byte {
	l.Helper()
	_, err := l.db.Pool().Exec(`CHECKPOINT`)
	l.must(err)
	var data, base string
	l.must(l.db.Pool().QueryRow(`SELECT current_setting('data_directory'), 'base/' || oid FROM pg_database WHERE datname = current_database()`).Scan(&data, &base))
	out := map[string][]byte{}
	for _, folder := range []string{base, "pg_wal"} {
		all, err := os.ReadDir(filepath.Join(data, folder))
		l.must(err)
		for _, f := range all {
			if f.IsDir() || folder == "pg_wal" && (len(f.Name()) != 24 || f.Name() < l.begun) {
				continue
			}
			body, err := os.ReadFile(filepath.Join(data, folder, f.Name()))
			if os.IsNotExist(err) {
				continue // a file of another test's, recycled meanwhile
			}
			l.must(err)
			out[folder+"/"+f.Name()] = body
		}
	}
	return out
}

// TestACopyOfTheDatabaseHasNoGuestAndNoCode: no name, address or code lies in a table, in the
// files or in the write-ahead log.
func TestACopyOfTheDatabaseHasNoGuestAndNoCode(t *testing.T) {
	l := live(t, 12)
	told := func(body []byte) []string {
		lower := bytes.ToLower(body)
		return slices.DeleteFunc(slices.Clone(l.secrets), func(s string) bool {
			return !bytes.Contains(lower, []byte(strings.ToLower(s))) && !bytes.Contains(lower, []byte(hex.EncodeToString([]byte(s)))) &&
				!bytes.Contains(body, []byte(base64.StdEncoding.EncodeToString([]byte(s))[:14]))
		})
	}
	for place, body := range l.files() {
		if found := told(body); len(found) > 0 {
			t.Errorf("%s tells %d secrets", place, len(found))
		}
	}
	for table, rows := range l.tables() {
		if found := told([]byte(strings.Join(rows, "\n"))); len(found) > 0 {
			t.Errorf("%s tells %d secrets", table, len(found))
		}
	}
	// The same search finds what is written in clear.
	if len(told([]byte(strings.Join(l.secrets, " ")))) != len(l.secrets) {
		t.Error("the search finds nothing")
	}
}

// TestAUseTouchesNoInvitation: not a byte of the tables that say who is invited differs between
// those who came and those who did not; a code that nobody has, and the codes of all, are tried
// beside the true ones.
func TestAUseTouchesNoInvitation(t *testing.T) {
	l := live(t, 12)
	before := l.tables()
	codes := l.codes("experts")
	for _, code := range codes {
		if err := l.enters(l.somebody(), code); err != nil {
			l.refused(err, "code:invite_used")
		}
	}
	after := l.tables()
	for _, table := range []string{"civic.invitation", "civic.invitation_list", "civic.invitation_staged", "civic.outbox"} {
		if !slices.Equal(before[table], after[table]) {
			t.Errorf("a use is seen in %s", table)
		}
	}
	if len(after["civic.invitation_used"]) != len(codes) || slices.Equal(before["civic.invitation_used"], after["civic.invitation_used"]) {
		t.Errorf("%d uses of %d codes are stored", len(after["civic.invitation_used"]), len(codes))
	}
}

// TestNoColumnJoinsAnInvitationWithAnAccount: with the database alone nothing that stands in a
// row of a used invitation, or of an enrolment, stands in a row of an invitation, but the
// consultation and the group.
func TestNoColumnJoinsAnInvitationWithAnAccount(t *testing.T) {
	l := live(t, 12)
	values := func(query string) map[string]bool {
		var all []string
		l.must(l.db.Pool().Select(&all, query))
		out := map[string]bool{}
		for _, v := range all {
			out[v] = v != "" && v != l.id.String() && v != "experts" && v != "true" && v != "false"
		}
		return out
	}
	columns := func(table string) string {
		return `SELECT DISTINCT coalesce(v.value, '') FROM ` + table + ` AS t CROSS JOIN jsonb_each_text(to_jsonb(t)) AS v WHERE v.key NOT IN ('edition')`
	}
	invited := values(columns("civic.invitation"))
	if len(invited) < 12*4 {
		t.Fatalf("%d values", len(invited))
	}
	for _, table := range []string{"civic.invitation_used", "civic.enrolment"} {
		for v, counts := range values(columns(table)) {
			if counts && invited[v] {
				t.Errorf("%s and civic.invitation share %s", table, v)
			}
		}
	}
}

// links pairs accounts with invitations as an attacker does who has the key too, and gives how
// many pairs are right: by the transaction that wrote both rows.
func (l *life) links() (right, pairs int) {
	l.Helper()
	key, err := l.keys.Read(l.Context(), "invitation-"+l.id.String())
	l.must(err)
	byToken := map[string]uuid.UUID{}
	l.act(func(ctx context.Context, tx *postgres.Tx) error {
		all, err := l.s.Of(ctx, tx, l.id, "experts")
		for _, i := range all {
			byToken[hex.EncodeToString(invitation.UsedToken(key, i.ID))] = i.ID
		}
		return err
	})
	var found []struct{ Token, Account string }
	l.must(l.db.Pool().Select(&found, `
		SELECT encode(u.token, 'hex') AS token, e.account::text AS account
		FROM civic.invitation_used AS u
		JOIN civic.enrolment AS e ON e.xmin = u.xmin`))
	for _, f := range found {
		if l.used[byToken[f.Token]] == f.Account {
			right++
		}
	}
	return right, len(found)
}

// TestTheHourPartsAnAccountFromItsInvitation: an attacker who has the key beside a copy of the
// database joins each account with its invitation by the transaction that wrote both, until the
// hour writes them anew; from then on every account is of every invitation, and both lie in the
// order of their random ids.
func TestTheHourPartsAnAccountFromItsInvitation(t *testing.T) {
	l := live(t, 20)
	if right, pairs := l.links(); right != 10 || pairs != 10 {
		t.Fatalf("before the hour the attack must find everybody: %d of %d pairs", right, pairs)
	}
	l.must(l.jobs.Do(t.Context(), panel.Hour{}))
	right, pairs := l.links()
	if right != 10 || pairs != 100 {
		t.Errorf("after the hour %d of %d pairs are right, no better than one in ten", right, pairs)
	}
	for table, id := range map[string]string{"civic.invitation_used": "token", "civic.enrolment": "account"} {
		var inOrder, byID []string
		l.must(l.db.Pool().Select(&inOrder, fmt.Sprintf(`SELECT %s::text FROM %s ORDER BY ctid`, id, table)))
		l.must(l.db.Pool().Select(&byID, fmt.Sprintf(`SELECT %[1]s::text FROM %[2]s ORDER BY %[1]s`, id, table)))
		if !slices.Equal(inOrder, byID) || len(byID) != 10 {
			t.Errorf("%s lies in the order of coming", table)
		}
	}
}
