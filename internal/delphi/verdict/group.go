package verdict

import (
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
)

// groupFigures are those of each group, for the forms that have tables by group.
// One group is the panel, and has none beside it.
func groupFigures(p protocol.Protocol, f *Figures, now *view) {
	if len(p.Panel.Groups) < 2 || !now.form.Grouped() {
		return
	}
	for g, plan := range p.Panel.Groups {
		if g >= len(now.counts.ByGroup) {
			break
		}
		group := GroupFigures{Group: plan.ID, Withheld: true}
		if t, ok := now.tables["G/"+plan.ID]; ok && t.N > 0 {
			shown := GroupFigures{Group: plan.ID, N: t.N, Histogram: t.Counts}
			if levels(p, &shown, now) {
				group = shown
			}
		}
		f.Groups = append(f.Groups, group)
	}
}

// levels are a group's median, quartiles and top share: of a choice the share of
// the option that leads in the whole panel, so that groups can be compared. False
// for a table that does not fit its item.
func levels(p protocol.Protocol, group *GroupFigures, now *view) bool {
	letter, q := "G/"+group.Group, p.Measures.Quantile
	var d stat.Dist
	switch now.form {
	case delphi.ChoiceForm:
		at := now.leader()
		if at < 0 || at >= len(group.Histogram) {
			return false
		}
		group.Top = stat.Share(group.Histogram[at], group.N)
		return true
	case delphi.ScaleForm, delphi.CriteriaForm:
		s, ok := now.spread(letter)
		if !ok {
			return false
		}
		from, to := window(p, now.kind)
		if n, known := s.within(from, to); known {
			group.Top = stat.Share(n, s.n)
		}
		h := s.points()
		if h == nil {
			return true
		}
		d = stat.Points(h)
	default:
		var ok bool
		if d, ok = now.scoresOf(letter); !ok {
			return false
		}
	}
	group.Median, group.Q1, group.Q3 = d.Median(q), d.Quantile(250, q), d.Quantile(750, q)
	return true
}

// leader is the place of the option that most people chose, the first of equal
// ones; −1 without a table.
func (v *view) leader() int {
	t, ok := v.tables["A"]
	if !ok || t.N == 0 {
		return -1
	}
	return stat.Mode(t.Counts)[0] - 1
}

// everyGroup asks each group that may be shown, where the scope is each-group: all
// of them and the whole panel must meet the rule. ask puts the rule to one group's
// table; the grounds come in protocol order, and last how many groups were judged.
func everyGroup(p protocol.Protocol, v *view, holds bool, ask func(letter string) (bool, []Ground)) (bool, []Ground) {
	if p.Consensus.Scope != "each-group" || len(p.Panel.Groups) < 2 {
		return holds, nil
	}
	var grounds []Ground
	judged, present := 0, 0
	for g, plan := range p.Panel.Groups {
		if g < len(v.counts.ByGroup) && v.counts.ByGroup[g] > 0 {
			present++
		}
		letter := "G/" + plan.ID
		if t, ok := v.tables[letter]; !ok || t.N == 0 {
			continue
		}
		judged++
		same, own := ask(letter)
		ground := Ground{Code: "group", Holds: same, Detail: plan.ID}
		if len(own) > 0 {
			ground.Value, ground.Limit = own[0].Value, own[0].Limit
		}
		grounds = append(grounds, ground)
		holds = holds && same
	}
	return holds, append(grounds, Ground{Code: "groups_judged", Holds: judged == present, Value: people(judged), Limit: present})
}
