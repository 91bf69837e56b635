package panel_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/delphi/claim"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/panel"
	"delfi/internal/panel/roll"
	"delfi/internal/platform/postgres"
)

// somebody is an account whose provider attests something.
func somebody(a account.Attested) account.Actor {
	return account.Actor{Account: uuid.New(), Attested: a}
}

func TestAClaimDecidesWhoEnters(t *testing.T) {
	g := newGround(t)
	g.terms.Ways = map[string]panel.Way{"citizens": {Access: protocol.AccessClaim, Rule: "municipality X001 Riva d'Arno; age 16-; level 2"}}
	for name, c := range map[string]struct {
		attested account.Attested
		code     string
		states   []claim.State
	}{
		"fits": {
			account.Attested{Born: "2010-03-10", Municipality: "RIVA D’ARNO", Level: 2}, "",
			[]claim.State{claim.Met, claim.Met, claim.Met},
		},
		"sixteen tomorrow, in Rome": {
			account.Attested{Born: "2010-03-11", Municipality: "X001", Level: 3}, "claim_unmet",
			[]claim.State{claim.Met, claim.Unmet, claim.Met},
		},
		"says no day": {
			account.Attested{Municipality: "X001", Level: 3}, "claim_missing",
			[]claim.State{claim.Met, claim.Missing, claim.Met},
		},
		"elsewhere, and says nothing else": {
			account.Attested{Municipality: "Borgo Sereno"}, "claim_unmet",
			[]claim.State{claim.Unmet, claim.Missing, claim.Missing},
		},
	} {
		who := somebody(c.attested)
		st, err := g.panel.Stand(t.Context(), who, g.id, "citizens")
		var states []claim.State
		for _, f := range st.Findings {
			states = append(states, f.State)
		}
		if err != nil || !slices.Equal(states, c.states) || claim.Fits(st.Findings) != (c.code == "") {
			t.Errorf("%s stands %+v, %v", name, st, err)
		}
		err = g.panel.Enrol(t.Context(), who, g.id, "citizens")
		if c.code != "" {
			want(t, err, fault.Forbidden, c.code)
		} else if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		group, err := g.panel.Group(t.Context(), who, g.id)
		if err != nil || (group == "citizens") != (c.code == "") {
			t.Errorf("%s is in group %q, %v", name, group, err)
		}
	}
	// A protocol that was frozen before rules had a grammar lets nobody in by its words.
	g.terms.Ways["citizens"] = panel.Way{Access: protocol.AccessClaim, Rule: "chi abita a Riva"}
	want(t, g.panel.Enrol(t.Context(), somebody(account.Attested{Level: 3}), g.id, "citizens"), fault.Conflict, "claim_unread")
}

// imported puts a roll of codes with statuses in force.
func (g *ground) imported(t *testing.T, group string, lines ...string) {
	t.Helper()
	sheet, err := g.rolls.Read(t.Context(), g.id, strings.NewReader("Codice fiscale;Stato\n"+strings.Join(lines, "\n")))
	if err != nil || sheet.Bad > 0 {
		t.Fatalf("%+v, %v", sheet.Flaws, err)
	}
	err = g.db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		staged, err := g.rolls.Stage(ctx, tx, g.id, group, "Ordine degli Architetti", sheet)
		if err != nil || staged.Same {
			return err
		}
		_, _, err = g.rolls.Import(ctx, tx, g.id, group, staged.ID, true)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// strike opens a round, as far as rolls go.
func (g *ground) strike(t *testing.T) (struck int, enrolled map[string]int) {
	t.Helper()
	err := g.db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) (err error) {
		if struck, err = g.panel.Strike(ctx, tx, g.id); err != nil {
			return err
		}
		enrolled, err = g.panel.Count(ctx, tx, g.id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return struck, enrolled
}

const (
	mario, bianca, maria = "RSSMRA80A01H501U", "BNCLCU75T41F257W", "RSSMRA85T10A562S"
)

func TestARollDecidesWhoEntersAndWhoStays(t *testing.T) {
	g := newGround(t)
	g.terms.Ways = map[string]panel.Way{"architects": {Access: protocol.AccessRoll}}
	ada, eva := somebody(account.Attested{FiscalCode: mario}), somebody(account.Attested{FiscalCode: bianca})
	enrol := func(who account.Actor) error { return g.panel.Enrol(t.Context(), who, g.id, "architects") }
	want(t, enrol(ada), fault.Conflict, "no_roll")

	g.imported(t, "architects", mario+";attivo", bianca+";attivo", maria+";sospesa")
	want(t, enrol(somebody(account.Attested{})), fault.Forbidden, "roll_no_code")
	want(t, enrol(somebody(account.Attested{FiscalCode: "RSSMRA80A01H501X"})), fault.Forbidden, "roll_no_code")
	want(t, enrol(somebody(account.Attested{FiscalCode: "RSSMRA80A01H50MM"})), fault.Forbidden, "not_on_roll") // an omocode is another person
	want(t, enrol(somebody(account.Attested{FiscalCode: maria})), fault.Forbidden, "roll_suspended")
	if err := errors.Join(enrol(ada), enrol(eva)); err != nil {
		t.Fatal(err)
	}
	want(t, enrol(ada), fault.Conflict, "already_enrolled")
	want(t, enrol(somebody(account.Attested{FiscalCode: mario})), fault.Conflict, "ticket_taken") // the same person with another account
	st, err := g.panel.Stand(t.Context(), ada, g.id, "architects")
	if err != nil || st.Fits() != nil || st.Roll.N != 2 || st.Roll.Owner != "Ordine degli Architetti" || st.Roll.Status != roll.Active {
		t.Errorf("stands %+v, %v", st.Roll, err)
	}
	// Asked before anybody is struck off: what is kept of it must not outlive that.
	if _, err := g.panel.Seat(t.Context(), ada, g.id); err != nil {
		t.Fatal(err)
	}
	if n, people := g.strike(t); n != 0 || people["architects"] != 2 {
		t.Errorf("nobody left: %d struck off, %v enrolled", n, people)
	}

	// Struck off the register between rounds: enrolled until the next one opens.
	g.imported(t, "architects", mario+";radiato", bianca+";attivo", maria+";attiva")
	if _, err := g.panel.Seat(t.Context(), ada, g.id); err != nil {
		t.Errorf("before the round opens: %v", err)
	}
	if n, people := g.strike(t); n != 1 || people["architects"] != 1 {
		t.Errorf("one left: %d struck off, %v enrolled", n, people)
	}
	for name, ask := range map[string]func() error{
		"seat":  func() error { _, err := g.panel.Seat(t.Context(), ada, g.id); return err },
		"alias": func() error { _, err := g.panel.Alias(t.Context(), ada, g.id); return err },
	} {
		if err := ask(); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("struck off, and has a %s: %v", name, err)
		}
	}
	if _, err := g.panel.Seat(t.Context(), eva, g.id); err != nil {
		t.Errorf("who stays on the roll: %v", err)
	}
	want(t, enrol(ada), fault.Forbidden, "roll_struck")
	if n, _ := g.strike(t); n != 0 {
		t.Errorf("%d were struck off twice", n)
	}

	// Restored: the same person, the same place.
	before, err := g.panel.Seat(t.Context(), eva, g.id)
	g.imported(t, "architects", mario+";attivo", bianca+";attivo")
	if err := errors.Join(err, enrol(ada)); err != nil {
		t.Fatal(err)
	}
	after, err := g.panel.Seat(t.Context(), eva, g.id)
	if n, people := g.strike(t); n != 0 || people["architects"] != 2 || after != before || err != nil {
		t.Errorf("restored: %d struck off, %v enrolled, %v", n, people, err)
	}
}

// TestWhoLeftIsStruckOffToo: their ticket stays taken, and once it is no longer on the roll the
// panel counts them no more, so that it never has more people than its roll.
func TestWhoLeftIsStruckOffToo(t *testing.T) {
	y := newYard(t)
	rolls := roll.New(y.db, y.keys)
	g := &ground{db: y.db, keys: y.keys, rolls: rolls, panel: y.panel, id: y.id}
	y.terms.Ways = map[string]panel.Way{"architects": {Access: protocol.AccessRoll}}
	g.imported(t, "architects", mario+";attivo", bianca+";attivo")
	ada, eva := y.person(1), y.person(2)
	ada.Attested.FiscalCode, eva.Attested.FiscalCode = mario, bianca
	y.must(y.panel.Enrol(t.Context(), ada, y.id, "architects"))
	y.must(y.panel.Enrol(t.Context(), eva, y.id, "architects"))
	y.must(y.accounts.Leave(t.Context(), ada))
	y.at("2026-03-10 18:00")
	y.hour()
	if n, people := g.strike(t); n != 0 || people["architects"] != 2 {
		t.Errorf("one has left: %d struck off, %v enrolled", n, people)
	}
	other := y.person(3)
	other.Attested.FiscalCode = mario
	want(t, y.panel.Enrol(t.Context(), other, y.id, "architects"), fault.Conflict, "ticket_taken")
	g.imported(t, "architects", bianca+";attivo")
	if n, people := g.strike(t); n != 1 || people["architects"] != 1 {
		t.Errorf("who left is off the roll: %d struck off, %v enrolled", n, people)
	}
}

// TestARollEndsWithItsPanel: tickets, places and key are gone.
func TestARollEndsWithItsPanel(t *testing.T) {
	y := newYard(t)
	g := &ground{db: y.db, keys: y.keys, rolls: roll.New(y.db, y.keys), panel: y.panel, id: y.id}
	y.terms.Ways = map[string]panel.Way{"architects": {Access: protocol.AccessRoll}}
	g.imported(t, "architects", mario+";attivo", bianca+";attivo")
	ada := y.person(1)
	ada.Attested.FiscalCode = mario
	y.must(y.panel.Enrol(t.Context(), ada, y.id, "architects"))
	name := "roll-" + y.id.String()
	if _, err := y.keys.Read(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the job may be repeated
		y.must(y.jobs.Do(t.Context(), panel.End{Consultation: y.id}))
	}
	if _, err := y.keys.Read(t.Context(), name); err == nil {
		t.Error("the key is there")
	}
	y.must(y.db.Read(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		for _, table := range []string{"civic.roll_member", "civic.roll_place", "civic.roll_staged"} {
			var n int
			if err := tx.GetContext(ctx, &n, `SELECT count(*) FROM `+table); err != nil || n != 0 {
				t.Errorf("%s has %d rows, %v", table, n, err)
			}
		}
		return nil
	}))
}

// TestTheSameRollTwiceChangesNothing, nor does it in another order of lines.
func TestTheSameRollTwiceChangesNothing(t *testing.T) {
	g := newGround(t)
	g.imported(t, "architects", mario+";attivo", bianca+";sospesa")
	for owner, same := range map[string]bool{"Ordine degli Architetti": true, "Un altro ordine": false} {
		sheet, err := g.rolls.Read(t.Context(), g.id, strings.NewReader("stato,cf\nsuspended,"+bianca+"\nactive,"+mario+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		err = g.db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
			staged, err := g.rolls.Stage(ctx, tx, g.id, "architects", owner, sheet)
			if staged.Same != same || staged.Change != (roll.Change{N: 1}) {
				t.Errorf("%s: %+v", owner, staged)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestARollIsImportedOnce: what was staged is in force or gone, whoever else pressed.
func TestARollIsImportedOnce(t *testing.T) {
	g := newGround(t)
	sheet, err := g.rolls.Read(t.Context(), g.id, strings.NewReader("cf\n"+mario))
	if err != nil {
		t.Fatal(err)
	}
	var staged roll.Staged
	do := func(f func(ctx context.Context, tx *postgres.Tx) error) error { return g.db.Transact(t.Context(), f) }
	if err := do(func(ctx context.Context, tx *postgres.Tx) (err error) {
		staged, err = g.rolls.Stage(ctx, tx, g.id, "architects", "O", sheet)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	take := func(group string, id uuid.UUID) error {
		return do(func(ctx context.Context, tx *postgres.Tx) error {
			_, _, err := g.rolls.Import(ctx, tx, g.id, group, id, true)
			return err
		})
	}
	want(t, take("citizens", staged.ID), fault.Conflict, "roll_gone")
	want(t, take("architects", uuid.New()), fault.Conflict, "roll_gone")
	if err := take("architects", staged.ID); err != nil {
		t.Fatal(err)
	}
	want(t, take("architects", staged.ID), fault.Conflict, "roll_gone")
}

// TestAnotherKeyOpensNoRoll: with a folder of keys that is not this roll's everybody would be
// told that they are not on it.
func TestAnotherKeyOpensNoRoll(t *testing.T) {
	g := newGround(t)
	g.terms.Ways = map[string]panel.Way{"architects": {Access: protocol.AccessRoll}}
	g.imported(t, "architects", mario+";attivo")
	if err := g.keys.Destroy(t.Context(), "roll-"+g.id.String()); err != nil {
		t.Fatal(err)
	}
	if err := g.panel.Enrol(t.Context(), somebody(account.Attested{FiscalCode: mario}), g.id, "architects"); err == nil {
		t.Error("somebody enrolled by a roll whose key is gone")
	}
}

// TestNoFiscalCodeIsStored: not of a register, nor of who enrols, in any table.
func TestNoFiscalCodeIsStored(t *testing.T) {
	g := newGround(t)
	g.terms.Ways = map[string]panel.Way{"architects": {Access: protocol.AccessRoll}}
	g.imported(t, "architects", mario+";attivo", bianca+";attivo")
	if err := g.panel.Enrol(t.Context(), somebody(account.Attested{FiscalCode: mario}), g.id, "architects"); err != nil {
		t.Fatal(err)
	}
	err := g.db.Read(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		var tables []string
		if err := tx.SelectContext(ctx, &tables, `
			SELECT format('%I.%I', table_schema, table_name)
			FROM information_schema.tables
			WHERE table_schema IN ('civic', 'panel', 'record', 'queue', 'public') AND table_type = 'BASE TABLE'`); err != nil {
			return err
		}
		rows := 0
		for _, table := range tables {
			var all []string
			if err := tx.SelectContext(ctx, &all, `SELECT t::text FROM `+table+` AS t`); err != nil {
				return err
			}
			for _, text := range all {
				rows++
				for _, code := range []string{mario, bianca} {
					if strings.Contains(text, code) || strings.Contains(text, hexOf(code)) {
						t.Errorf("%s holds a code: %s", table, text)
					}
				}
			}
		}
		if rows < 4 {
			t.Errorf("only %d rows were looked at", rows)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func hexOf(text string) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for i := range len(text) {
		b.WriteByte(digits[text[i]>>4])
		b.WriteByte(digits[text[i]&15])
	}
	return b.String()
}
