package form

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
)

// number is a whole number of the document.
func number(n int) json.Number { return json.Number(strconv.Itoa(n)) }

// most bounds the entries that a form takes into a list at once. It is one more than a protocol
// or a draft may have, so that too many are refused in words, and cost no more than these.
var most = map[string]int{
	"panel.groups": protocol.MostGroups + 1, "item_kinds": protocol.MostKinds + 1, "rounds": protocol.MostRounds + 1,
	"given": ItemsMost + 1,
}

// With gives the form with so many entries in a list: new ones are proposed, the last ones go.
func (f Form) With(list string, n int) Form {
	n = min(n, max(most[list], f.Count(list)))
	for f.Count(list) < n {
		f = f.Add(list)
	}
	for f.Count(list) > n {
		f = f.Remove(list, f.Count(list)-1)
	}
	return f
}

// Add gives the form with another entry at the end of a list.
func (f Form) Add(list string) Form {
	d := f.Plan()
	n := d.Len(list)
	row := map[string]any{}
	switch list {
	case "given":
		f.Items = append(slices.Clone(f.Items), Item{})
		return f
	case "panel.groups":
		row = map[string]any{"id": d.free("panel.groups", "group"), "access": "open"}
	case "item_kinds":
		row = map[string]any{"id": d.free("item_kinds", "kind"), "kind": "scale", "points": number(9), "cannot_judge": true}
	case "rounds":
		row = map[string]any{"kind": "answer", "days": number(14), "min_days": number(3), "max_extensions": number(1), "discussion": false, "silent": true}
	}
	f.Protocol = d.With(fmt.Sprintf("%s[%d]", list, n), row).String()
	return f
}

// free is an id that no entry of a list has.
func (d Document) free(list, stem string) string {
	taken := map[string]bool{}
	for i := range d.Len(list) {
		taken[d.Text(fmt.Sprintf("%s[%d].id", list, i))] = true
	}
	for n := 1; ; n++ {
		if id := stem + "-" + strconv.Itoa(n); !taken[id] {
			return id
		}
	}
}

// Remove gives the form without an entry of a list.
func (f Form) Remove(list string, n int) Form {
	switch {
	case n < 0 || n >= f.Count(list):
	case list == "given":
		f.Items = slices.Delete(slices.Clone(f.Items), n, n+1)
	default:
		f.Protocol = f.Plan().Without(fmt.Sprintf("%s[%d]", list, n)).String()
	}
	return f
}

// Move gives the form with an entry of a list one place earlier (by -1) or later (by 1).
func (f Form) Move(list string, n, by int) Form {
	switch to := n + by; {
	case min(n, to) < 0 || max(n, to) >= f.Count(list):
	case list == "given":
		f.Items = slices.Clone(f.Items)
		f.Items[n], f.Items[to] = f.Items[to], f.Items[n]
	default:
		f.Protocol = f.Plan().Swapped(list, n, to).String()
	}
	return f
}

// Statements counts those that Paste adds.
func Statements(lines string) int {
	n := 0
	for text := range strings.Lines(lines) {
		if strings.TrimSpace(text) != "" {
			n++
		}
	}
	return n
}

// Paste gives the form with statements added, one a line.
func (f Form) Paste(lines, kind string) Form {
	f.Items = slices.Clone(f.Items)
	for text := range strings.Lines(lines) {
		if text = strings.TrimSpace(text); text != "" {
			f.Items = append(f.Items, Item{Kind: kind, Text: text})
		}
	}
	return f
}

// Fit gives the form after a step was typed over before: a kind that has become another, and a
// rule that was exchanged, get figures of their own, and those of the old one go.
func (f Form) Fit(before Form) Form {
	d, old := f.Plan(), before.Plan()
	set := func(path string, value any) {
		if d.Value(path) == nil {
			d = d.With(path, value)
		}
	}
	for i := range d.Len("item_kinds") {
		at := fmt.Sprintf("item_kinds[%d]", i)
		kind := d.Text(at + ".kind")
		if kind == old.Text(at+".kind") {
			continue
		}
		switch delphi.Form(kind) {
		case delphi.CriteriaForm:
			set(at+".criteria", criteria())
			set(at+".points", number(4))
		case delphi.ScaleForm:
			set(at+".points", number(9))
		case delphi.EstimateForm:
			d = d.Without(at + ".min").Without(at + ".max").Without(at + ".unit").Without(at + ".unit" + in)
			set(at+".min", number(0))
			set(at+".max", number(100))
		case delphi.DateForm:
			d = d.Without(at + ".min").Without(at + ".max")
			d = d.With(at+".unit", delphi.UnitYear)
		case delphi.RankingForm:
			d = d.With(at+".k", number(10))
		case delphi.SelectionForm:
			d = d.With(at+".k", number(5))
		}
	}
	if rule := d.Text("consensus.rule"); rule != old.Text("consensus.rule") {
		low, points := d.top()
		switch rule {
		case "share":
			set("consensus.share.permille", number(750))
			if points > 0 {
				set("consensus.share.from", number(low))
				set("consensus.share.to", number(points))
			}
		case "median-iqr":
			set("consensus.median_iqr.median_min", number(max(1, low)))
			set("consensus.median_iqr.iqr_max", number(max(1, points/4)))
		case "iqr":
			set("consensus.iqr", number(max(1, points/4)))
		}
	}
	f.Protocol = d.Fitted().String()
	return f
}

// top gives the highest class of the first scale: its lowest point, and how many points there are.
func (d Document) top() (low, points int) {
	for i := range d.Len("item_kinds") {
		n, err := strconv.Atoi(d.Text(fmt.Sprintf("item_kinds[%d].points", i)))
		if classes := delphi.DefaultClasses(n); err == nil && classes != nil {
			return classes[len(classes)-1][0], n
		}
	}
	return 0, 0
}
