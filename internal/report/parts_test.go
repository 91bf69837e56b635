package report

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"delfi/internal/consultation"
	"delfi/internal/ledger"
	"delfi/internal/report/schema"
)

// A decision departs from the proposal when it is another one: a reason alone, given
// while following it, is no departure.
func TestDeviationsAreDecisionsAgainstTheProposal(t *testing.T) {
	entry := func(proposed, decided, kind, target, reason string) ledger.Entry {
		return ledger.Entry{Type: ledger.Decision, Kind: kind, Role: "facilitator", Target: target, Reason: reason,
			Body: ledger.Body(map[string]any{"proposed": proposed, "decided": decided, "round": 2, "item": 1})}
	}
	var got []string
	for _, d := range deviations([]ledger.Entry{
		entry("go-on", "go-on", "go-on", "statement 1", "Un giro solo non basta."), entry("go-on", "settle", "settle", "statement 1", "Basta così."),
		entry("settle", "reword", "hold", "statement 12", "È ambigua."), entry("reword", "reword", "hold", "statement 2", "È ambigua."),
		{Type: ledger.Act, Kind: "extend", Role: "facilitator", Target: "round 2", Reason: "Neve."},
		{Type: ledger.Act, Kind: "close", Role: "system", Target: "round 2"},
	}, false) {
		got = append(got, d.Kind+" "+d.Target)
	}
	if d := cmp.Diff([]string{"settle statement 1", "hold statement 12", "extend round 2"}, got); d != "" {
		t.Error(d)
	}
}

// A departure changes what was announced: a conclusion when every planned round was
// held does not, whoever concludes and whatever reason is given.
func TestAnOrdinaryConclusionIsNoDeparture(t *testing.T) {
	act := func(kind consultation.Act, role, reason string, body map[string]any) ledger.Entry {
		return ledger.Entry{Type: ledger.Act, Kind: string(kind), Role: role, Target: string(kind), Reason: reason, Body: ledger.Body(body)}
	}
	early := map[string]any{"early": true}
	for name, c := range map[string]struct {
		e    ledger.Entry
		want bool
	}{
		"all rounds held":                  {act(consultation.ActConclude, "facilitator", "Tutti i giri previsti si sono svolti.", map[string]any{"early": false}), false},
		"by the system at its time":        {act(consultation.ActConclude, "system", "", map[string]any{"early": false}), false},
		"statements were to go on":         {act(consultation.ActConclude, "facilitator", "La Giunta decide domani.", early), true},
		"the key had to go":                {act(consultation.ActConclude, "system", "La chiave scade.", early), true},
		"closed at the deadline":           {act(consultation.ActClose, "system", "", nil), false},
		"closed before it, the key goes":   {act(consultation.ActClose, "system", "La chiave scade.", nil), true},
		"closed by hand":                   {act(consultation.ActClose, "facilitator", "Hanno risposto tutti.", nil), true},
		"a round that is not counted":      {act(consultation.ActSkip, "system", "La chiave scade.", nil), true},
		"a deadline that moved":            {act(consultation.ActExtend, "facilitator", "Neve.", nil), true},
		"put off for a day":                {act(consultation.ActPostpone, "system", "Manca un moderatore.", nil), true},
		"one of the staff replaced":        {act(consultation.ActReplace, "administrator", "In congedo.", nil), true},
		"a text corrected":                 {act(consultation.ActCorrect, "administrator", "Un refuso.", nil), true},
		"suspended":                        {act(consultation.ActSuspend, "moderator", "Alluvione.", nil), true},
		"resumed":                          {act(consultation.ActResume, "moderator", "", nil), false},
		"nothing reported of the dissent":  {act(consultation.ActForgo, "facilitator", "Parlano d’altro.", nil), true},
		"the minority report that it asks": {act(consultation.ActMinority, "facilitator", "", nil), false},
		"published":                        {act(consultation.ActPublish, "administrator", "", nil), false},
	} {
		if got := len(deviations([]ledger.Entry{c.e}, false)) == 1; got != c.want {
			t.Errorf("%s: a departure %v, want %v", name, got, c.want)
		}
	}
}

// An imported conversation had no deadline here: that its round is closed departs from
// nothing that was announced.
func TestTheEndOfAnImportIsNoDeparture(t *testing.T) {
	e := ledger.Entry{Type: ledger.Act, Kind: string(consultation.ActClose), Role: string(consultation.System), Target: "round 1", Reason: "The imported conversation ended."}
	if got := deviations([]ledger.Entry{e}, true); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

// The opinion names everybody who steered until it was published, once in each role.
func TestStewardsAreAllWhoSteered(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }
	c := consultation.Consultation{PublishedAt: day(20).Add(9 * time.Hour), Appointed: []consultation.Member{
		{Name: "Marta", Role: "moderator", Since: day(1), Until: day(8)}, {Name: "Luca", Role: "moderator", Since: day(8), Until: day(9)},
		{Name: "Marta", Role: "moderator", Since: day(9)}, {Name: "Marta", Role: "facilitator", Since: day(20)}, {Name: "Ugo", Role: "facilitator", Since: day(21)},
	}}
	want := []schema.Steward{{Name: "Marta", Role: "moderator"}, {Name: "Luca", Role: "moderator"}, {Name: "Marta", Role: "facilitator"}}
	if got := stewards(c); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}
