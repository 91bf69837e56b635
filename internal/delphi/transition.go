package delphi

// Transitions are the figures of a square table of earlier by later answers: those
// that Measure reads off table T, here of any categories, such as the points of a
// scale whose raw answers lie at hand.
func Transitions(t [][]int) []Figure {
	var f Figures
	transitionFigures(&f, t)
	return f.More
}
