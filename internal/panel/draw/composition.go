package draw

// Composed is a quota beside the people of the list and of the panel that it is about.
type Composed struct {
	Quota
	Pool  int // tickets of the list
	Panel int // people who were drawn
}

// Compose counts list and panel by quota, in the order of the rule. The panel are numbers of
// tickets.
func Compose(roll Roll, rule Rule, panel []int) []Composed {
	pool, drawn := roll.Cells(), map[string]int{}
	for _, n := range panel {
		drawn[roll.At(n).Cell]++
	}
	out := make([]Composed, 0, len(rule.Quotas))
	for _, q := range rule.Quotas {
		out = append(out, Composed{Quota: q, Pool: q.People(pool), Panel: q.People(drawn)})
	}
	return out
}
