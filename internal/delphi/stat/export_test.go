package stat

// The tests stand outside of the package, since those of its rooms import it.
var (
	Half  = half
	Count = count
	RWGOf = rwg
	Side  = side
)

// Order is the answer at a place, from the smallest.
func (d Dist) Order(j int) float64 { return d.order(j) }
