package schema

import "delfi/internal/panel/draw"

// Draw is how the people of a group were drawn by lot: population, pool and panel by quota. Who
// enrolled and answered stands in the rounds; what was done after the draw, on its page.
type Draw struct {
	Group      string  `json:"group"`
	Population int     `json:"population"` // 0 where the rule does not tell it
	Invited    int     `json:"invited"`    // 0 where the rule does not tell it
	Pool       int     `json:"pool"`       // tickets of the public list
	Panel      int     `json:"panel"`      // people drawn
	Quotas     []Quota `json:"quotas"`     // in the order of the rule
}

// Quota is one quota of a draw, in people.
type Quota struct {
	Name       string `json:"name"`
	Population int    `json:"population"` // 0 where the rule does not tell it
	Pool       int    `json:"pool"`
	Panel      int    `json:"panel"`
}

// DrawOf counts a draw from its public files. The panel are numbers of tickets.
func DrawOf(group string, roll draw.Roll, rule draw.Rule, panel []int) Draw {
	out := Draw{Group: group, Population: rule.Population, Invited: rule.Invited, Pool: roll.N(), Panel: len(panel)}
	for _, c := range draw.Compose(roll, rule, panel) {
		out.Quotas = append(out.Quotas, Quota{Name: c.Name, Population: c.Population, Pool: c.Pool, Panel: c.Panel})
	}
	return out
}
