package life

import (
	"cmp"
	"fmt"
	"slices"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
)

// People and First are how many there are, and how many of them are in the first group.
const (
	People = 24
	First  = 10
)

// Groups are the ids of the two groups.
var Groups = [2]string{"residenti", "esercenti"}

// GroupOf gives the number of a person's group.
func GroupOf(person int) int {
	if person < First {
		return 0
	}
	return 1
}

// Matter is a question on which everybody has a place on nine points; 0 is "never" where it
// is estimated when, and "cannot judge" elsewhere.
type Matter struct {
	Text  string
	waves [2]string // a digit for each person
}

// Value is a person's place in a wave, 0 or 1.
func (m Matter) Value(person, wave int) int { return int(m.waves[wave][person] - '0') }

// Matters are the six, in the order in which they are asked. Only the last one moves.
var Matters = []Matter{
	// 58 % in the highest third, all of them within one point of the median.
	still("Piste ciclabili", "6666777777"+"66666677777777"),
	// 71 % in the highest third and 13 % in the lowest, of everybody and of each group.
	still("Alberi nei cortili", "2558888888"+"22558888888888"),
	// More than half high, a third low: two parts far from each other, no two poles.
	still("Panchine", "2225888888"+"22222558888888"),
	// Ten who say never, and fourteen who agree on when.
	still("Fontane", "0000888888"+"00000088888888"),
	// 79 % in the highest third: 60 % of the first group, 93 % of the second.
	still("Scuole aperte", "8888885555"+"88888888888885"),
	// Most of the first group move from one side to the other, and nobody of the second.
	{"Campi da gioco", [2]string{"1111113333" + "88888888888888", "8888883333" + "88888888888888"}},
}

func still(text, wave string) Matter { return Matter{text, [2]string{wave, wave}} }

// Life is a variant as it asks the fixture, and what comes of it.
type Life struct {
	Protocol string   // what differs from the others'
	Comes    []string // of each matter: the verdict, what it would be if it were stable, and the side; "" for one that is not asked
	Ends     string   // after the second wave, were the last matter dropped and one argument admitted: a ground that does not hold, or the stop
	Invited  bool     // both groups by invitation, whose distribution is open; else anybody may join them

	ask     func(value int) delphi.Answer // nil for an order
	narrows int                           // matter that the select round leaves out, from 1; 0 for none
}

// Document is the protocol document of a variant's life, with more fields of its own.
func (l Life) Document(more string) string {
	access := "open"
	if l.Invited {
		access, more = "invitation", more+`"disclosure": {"small": "open"}, `
	}
	group := func(n int, name string) string {
		return `{"id": "` + Groups[n] + `", "name": {"it": "` + name + `"}, "access": "` + access + `"}`
	}
	return `{"version": 1, "languages": ["it"], "panel": {"groups": [` + group(0, "Residenti") + `, ` + group(1, "Esercenti") + `]}, ` + more + l.Protocol + `}`
}

// Asks tells whether the rounds that answer ask a matter.
func (l Life) Asks(matter int) bool { return matter+1 != l.narrows }

// Answers gives a person's answers in a wave, one for each matter.
func (l Life) Answers(person, wave int) []delphi.Answer {
	out := make([]delphi.Answer, len(Matters))
	if l.ask != nil {
		for n, m := range Matters {
			out[n] = l.ask(m.Value(person, wave))
		}
		return out
	}
	var order []int
	for n := range Matters {
		if l.Asks(n) {
			order = append(order, n)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(Matters[b].Value(person, wave), Matters[a].Value(person, wave))
	})
	for place, n := range order {
		out[n].Value = place + 1
	}
	return out
}

// Lived asks the engine alone what comes of the two waves under a variant's protocol.
func (l Life) Lived(p protocol.Protocol) (comes []string, ends string, err error) {
	var items []delphi.Item
	for n := range Matters {
		if l.Asks(n) {
			items = append(items, delphi.Item{ID: fmt.Sprint("m", n), Kind: "k"})
		}
	}
	var closings []table.Closing
	var documents []table.Counts
	var previous []delphi.Ballot
	first := 1 + slices.IndexFunc(p.Rounds, func(r protocol.RoundPlan) bool {
		return r.Kind == delphi.AnswerRound || r.Kind == delphi.StandingKind
	})
	waves := []int{0, 1}
	if p.Standing() {
		waves = []int{1} // its answers are the last ones
	}
	for nth, wave := range waves {
		all := make([]delphi.Ballot, People)
		for person := range all {
			all[person] = delphi.Ballot{Panelist: fmt.Sprint(person), Group: Groups[GroupOf(person)]}
			for n, a := range l.Answers(person, wave) {
				if a.Item = fmt.Sprint("m", n); l.Asks(n) {
					all[person].Answers = append(all[person].Answers, a)
				}
			}
		}
		c, err := table.Tabulate(p, first+nth, items, []int{First, People - First}, documents, all, previous, []byte("0123456789abcdef0123456789abcdef"))
		if err != nil {
			return nil, "", err
		}
		documents, closings, previous = append(documents, c.Counts), append(closings, c), all
	}
	left := len(p.Rounds) - first - len(waves) + 1
	if p.Standing() {
		left = 1 // until its deadline
	}
	comes = make([]string, len(Matters))
	var proposals []verdict.Action
	for _, i := range items {
		v, proposal := verdict.Judge(p, i, closings, left)
		proposals = append(proposals, proposal.Action)
		var n int
		if _, err := fmt.Sscanf(i.ID, "m%d", &n); err != nil {
			return nil, "", err
		}
		comes[n] = words(string(v.Key), v.Side)
		if v.If != "" {
			comes[n] += " (" + words(string(v.If), v.IfSide) + ")"
		}
	}
	_, grounds := verdict.Stops(p, proposals[:len(proposals)-1], 1)
	for _, g := range grounds {
		if !g.Holds {
			return comes, g.Code, nil
		}
	}
	return comes, p.Stop.When, nil
}

func words(key string, side delphi.Side) string {
	if side == delphi.NoSide {
		return key
	}
	return key + " " + string(side)
}
