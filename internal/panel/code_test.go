package panel_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/panel"
	"delfi/internal/panel/application"
	"delfi/internal/panel/invitation"
	"delfi/internal/panel/roll"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/internal/pseudonym"
)

// mintGround is a ground that is answered with codes, with a clock that the test moves.
func mintGround(t *testing.T) (*ground, *time.Time) {
	t.Helper()
	now := time.Date(2026, 3, 10, 14, 5, 0, 0, time.UTC)
	db := testdb.NewAt(t, func() time.Time { return now })
	keys, err := pseudonym.NewFileKeys(filepath.Join(t.TempDir(), "keys"), bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	pseudonyms := pseudonym.New(db, keys)
	g := &ground{db: db, panel: panel.New(db, account.New(db, keys), pseudonyms, roll.New(db, keys), invitation.New(db, keys), application.New(db, keys)), id: uuid.New(),
		terms: panel.Terms{Open: true, Codes: true, Groups: []string{"citizens", "architects"}, Next: 2}}
	g.panel.Ask(func(context.Context, *postgres.Tx, uuid.UUID) (panel.Terms, error) { return g.terms, nil })
	err = db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		return pseudonyms.Prepare(ctx, tx, g.id, pseudonym.HeldCode)
	})
	if err != nil {
		t.Fatal(err)
	}
	return g, &now
}

func secret() pseudonym.Secret {
	s, _ := pseudonym.NewSecret(rand.Text())
	return s
}

// joined is somebody new on the panel.
func (g *ground) joined(t *testing.T, group string) account.Actor {
	t.Helper()
	who := account.Actor{Account: uuid.New(), Name: "Ada"}
	if err := g.panel.Enrol(t.Context(), who, g.id, group); err != nil {
		t.Fatal(err)
	}
	return who
}

func TestACodeWorksWithItsBatch(t *testing.T) {
	g, now := mintGround(t)
	ctx := t.Context()
	var codes []string
	for n := range 10 {
		issued, err := g.panel.IssueCode(ctx, g.joined(t, "citizens"), g.id, secret())
		if err != nil {
			t.Fatal(err)
		}
		if codes = append(codes, issued.Code.String()); (n == 9) != issued.Early.IsZero() {
			t.Errorf("code %d: %+v", n+1, issued.Promise)
		}
		_, err = g.panel.ByCode(ctx, g.id, codes[0])
		want(t, err, fault.Conflict, "code_not_yet")
	}
	// Another group's are counted apart: ten of one do not hide one of the other.
	apart, err := g.panel.IssueCode(ctx, g.joined(t, "architects"), g.id, secret())
	if err != nil {
		t.Fatal(err)
	}
	*now = time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC)
	for n, code := range codes {
		if _, err := g.panel.ByCode(ctx, g.id, code); err != nil {
			t.Errorf("code %d after the hour: %v", n+1, err)
		}
	}
	_, err = g.panel.ByCode(ctx, g.id, apart.Code.String())
	want(t, err, fault.Conflict, "code_not_yet")
	if p, err := g.panel.When(ctx, g.id, apart.Code.String()); err != nil || p.Round != 2 || !p.From.IsZero() {
		t.Errorf("%+v, %v", p, err)
	}
	err = g.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error { return g.panel.RoundOpens(ctx, tx, g.id) })
	if err != nil {
		t.Fatal(err)
	}
	if seat, err := g.panel.ByCode(ctx, g.id, apart.Code.String()); err != nil || seat.Group != "architects" {
		t.Errorf("when the round has opened: %v", err)
	}
}

// Two posts of one browser at once give one code; so does a reload in the next minutes;
// another browser, another account and a later hour give none.
func TestALostAnswerIsRepaired(t *testing.T) {
	g, now := mintGround(t)
	ctx, who, mine := t.Context(), g.joined(t, "citizens"), secret()
	codes := make([]string, 8)
	var wg sync.WaitGroup
	for i := range codes {
		wg.Go(func() {
			issued, err := g.panel.IssueCode(ctx, who, g.id, mine)
			if err != nil {
				t.Error(err)
			}
			codes[i] = issued.Code.String()
		})
	}
	wg.Wait()
	for _, c := range codes {
		if c != codes[0] || len(c) != 47 {
			t.Errorf("codes %q and %q", codes[0], c)
		}
	}
	var batch int
	if err := g.db.Pool().Get(&batch, `SELECT codes FROM civic.code_batch`); err != nil || batch != 1 {
		t.Errorf("%d codes are counted (%v)", batch, err)
	}
	_, err := g.panel.IssueCode(ctx, who, g.id, secret())
	want(t, err, fault.Conflict, "code_issued")
	if _, shown, err := g.panel.IssuedCode(ctx, g.joined(t, "citizens"), g.id, mine); shown || err != nil {
		t.Errorf("another account in the same browser: %v, %v", shown, err)
	}
	*now = now.Add(10 * time.Minute)
	if again, shown, err := g.panel.IssuedCode(ctx, who, g.id, mine); !shown || err != nil || again.Code.String() != codes[0] {
		t.Errorf("ten minutes later: %v, %v", shown, err)
	}

	// Who has the database has neither the code nor a way to it: nothing that is stored
	// opens what is kept.
	var rows []string
	err = g.db.Pool().Select(&rows, `SELECT k::text FROM civic.code_kept AS k UNION ALL SELECT e::text FROM civic.enrolment AS e UNION ALL SELECT b::text FROM civic.code_batch AS b UNION ALL SELECT c::text FROM civic.key_check AS c`)
	if err != nil {
		t.Fatal(err)
	}
	stored := strings.Join(rows, "\n")
	if strings.Contains(stored, codes[0]) || strings.Contains(stored, strings.ReplaceAll(codes[0], "-", "")) {
		t.Error("the code is stored")
	}
	if strings.Contains(rows[0], who.Account.String()) {
		t.Error("what is kept names the account")
	}
	var kept struct{ ID, Sealed []byte }
	if err := g.db.Pool().Get(&kept, `SELECT id, sealed FROM civic.code_kept`); err != nil {
		t.Fatal(err)
	}
	for _, guess := range []string{fmt.Sprintf("%x", kept.ID), who.Account.String(), g.id.String(), "0123456789abcdef"} {
		s, _ := pseudonym.NewSecret(guess)
		if bytes.Equal(s.KeptID(g.id, who.Account), kept.ID) {
			t.Errorf("%q finds what is kept", guess)
		}
		if _, err := s.Open(kept.ID, kept.Sealed); err == nil {
			t.Errorf("%q opens what is kept", guess)
		}
	}
	*now = now.Add(10 * time.Minute)
	if _, shown, err := g.panel.IssuedCode(ctx, who, g.id, mine); shown || err != nil {
		t.Errorf("twenty minutes later: %v, %v", shown, err)
	}
	if err := g.panel.ForgetCodes(ctx); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := g.db.Pool().Get(&left, `SELECT count(*) FROM civic.code_kept`); err != nil || left != 0 {
		t.Errorf("%d kept codes stay (%v)", left, err)
	}
}

// Codes that people ask for long after they enrolled leave no order in the rows, once the
// hour has passed.
func TestTheOrderOfIssueIsMingled(t *testing.T) {
	g, now := mintGround(t)
	q, err := job.New(g.db)
	if err != nil {
		t.Fatal(err)
	}
	g.panel.Work(q)
	hour := func() (transactions int) {
		t.Helper()
		*now = now.Add(time.Hour)
		if err := q.Do(t.Context(), panel.Hour{}); err != nil {
			t.Fatal(err)
		}
		if err := g.db.Pool().Get(&transactions, `SELECT count(DISTINCT xmin::text) FROM civic.enrolment`); err != nil {
			t.Fatal(err)
		}
		return transactions
	}
	var people []account.Actor
	for range 12 {
		people = append(people, g.joined(t, "citizens"))
	}
	if n := hour(); n != 1 {
		t.Fatalf("enrolments are of %d transactions", n)
	}
	for _, p := range people {
		if _, err := g.panel.IssueCode(t.Context(), p, g.id, secret()); err != nil {
			t.Fatal(err)
		}
	}
	if n := hour(); n != 1 {
		t.Errorf("an hour after the codes enrolments are of %d transactions", n)
	}
}
