package verdict

import (
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/stat/reliability"
	"delfi/internal/delphi/table"
)

// Reliability is the agreement of a whole round: how far people agree on which
// items are high and which are low. It is shown and never a gate.
type Reliability struct {
	Items    int        // scale items whose whole table is published
	Nominal  stat.Value // Krippendorff's α
	Ordinal  stat.Value
	Interval stat.Value // scores 1..points
	Fleiss   reliability.Multirater
}

// Concord measures the agreement of one round over its scale items, from their
// published tables of every point. Everything is undefined where no item has one,
// or where items differ in points; Fleiss' κ also where they differ in n.
func Concord(p protocol.Protocol, items []delphi.Item, closing table.Closing) Reliability {
	var units [][]int
	for _, it := range items {
		all := views(p, table.Subject(p, it), []table.Closing{closing})
		if len(all) == 0 || all[0].form != delphi.ScaleForm {
			continue
		}
		if s, ok := all[0].spread("A"); ok && s.fine() {
			units = append(units, s.counts)
		}
	}
	c := Reliability{Items: len(units)}
	if len(units) == 0 {
		return c
	}
	scores := make([]float64, len(units[0]))
	for i := range scores {
		scores[i] = float64(i + 1)
	}
	// Units of other lengths make each of them undefined.
	c.Nominal = reliability.Krippendorff(units, scores, reliability.Nominal)
	c.Ordinal = reliability.Krippendorff(units, scores, reliability.Ordinal)
	c.Interval = reliability.Krippendorff(units, scores, reliability.Interval)
	c.Fleiss = reliability.Fleiss(units)
	return c
}
