package report

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"delfi/internal/panel/draw"
	"delfi/internal/panel/drawing"
	"delfi/internal/report/schema"

	"delfi/internal/consultation"
)

// The opinion reports a draw as people by quota: population, list and panel.
func TestAnOpinionReportsItsDraws(t *testing.T) {
	var people []draw.Person
	for i := range 60 {
		people = append(people, draw.Person{Ticket: draw.NewTicket([]byte("key"), fmt.Append(nil, i)), Cell: []string{"F", "M", "M"}[i%3]})
	}
	roll, err := draw.List(people, false)
	if err != nil {
		t.Fatal(err)
	}
	rule := draw.Rule{Size: 4, Population: 1000, Invited: 300, Quotas: []draw.Quota{{Name: "donne", Cells: []string{"F"}, Least: 2, Most: 2, Population: 520}, {Name: "uomini", Cells: []string{"M"}, Least: 2, Most: 2, Population: 480}}}
	var panel []int
	for _, cell := range []string{"F", "M"} {
		n := 0
		for _, p := range roll.Places() {
			if p.Cell == cell && n < 2 {
				panel = append(panel, p.N)
				n++
			}
		}
	}
	o := Sources{Draws: []drawing.Draw{{Group: "residenti", Roll: roll, Rule: rule, Result: draw.Result{Panel: panel}}}}.Opinion(consultation.OpinionTexts{})
	want := []schema.Draw{{
		Group: "residenti", Population: 1000, Invited: 300, Pool: 60, Panel: 4,
		Quotas: []schema.Quota{{Name: "donne", Population: 520, Pool: 20, Panel: 2}, {Name: "uomini", Population: 480, Pool: 40, Panel: 2}},
	}}
	if d := cmp.Diff(want, o.Draws); d != "" {
		t.Error(d)
	}
}
