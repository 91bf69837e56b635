package protocol

import (
	"fmt"

	"delfi/internal/delphi"
	"delfi/internal/delphi/canonical"
)

// Canonical gives the document in canonical JSON (RFC 8785), defaults written
// out: two protocols are the same exactly when their bytes are.
func (p Protocol) Canonical() []byte {
	b, err := canonical.Append(nil, p.document())
	if err != nil {
		panic(fmt.Sprintf("delphi: %v", err)) // a fault of this package, never of data
	}
	return b
}

type object = map[string]any

func (p Protocol) document() object {
	d := object{
		"version":    p.Version,
		"variant":    string(p.Variant),
		"languages":  texts(p.Languages),
		"panel":      p.Panel.document(),
		"anonymity":  p.Anonymity.document(),
		"rounds":     documents(p.Rounds, RoundPlan.document),
		"item_kinds": documents(p.ItemKinds, kindDocument),
		"items":      p.Items.document(),
		"measures":   object{"quantile": p.Measures.Quantile, "esteban_ray_alpha": p.Measures.EstebanRayAlpha},
		"consensus":  p.Consensus.document(),
		"gates": object{
			"response": p.Gates.Response, "judged_min": p.Gates.JudgedMin, "paired_min": p.Gates.PairedMin,
		},
		"stability":   p.Stability.document(),
		"stop":        object{"auto": p.Stop.Auto, "when": p.Stop.When},
		"feedback":    p.Feedback.document(),
		"disclosure":  p.Disclosure.document(),
		"publication": object{"within_days": p.Publication.WithinDays},
		"reply":       object{"template": p.Reply.Template, "n": p.Reply.N, "unit": p.Reply.Unit},
	}
	if p.Release != nil {
		d["release"] = object{"min_changed": p.Release.MinChanged, "tick_minutes": p.Release.TickMinutes}
	}
	return d
}

func texts[S ~string](list []S) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

func documents[D any](list []D, document func(D) object) []any {
	out := make([]any, len(list))
	for i, d := range list {
		out[i] = document(d)
	}
	return out
}

func words(byLanguage map[string]string) object {
	out := object{}
	for l, s := range byLanguage {
		out[l] = s
	}
	return out
}

func (p PanelPlan) document() object {
	return object{"groups": documents(p.Groups, GroupPlan.document), "late_joiners": p.LateJoiners}
}

func (g GroupPlan) document() object {
	d := object{"id": g.ID, "name": words(g.Name), "access": g.Access, "rule": g.Rule}
	if len(g.RuleIn) > 0 {
		d["rule_in"] = words(g.RuleIn)
	}
	if g.Access == AccessDeclared {
		d["asks"] = g.Asks
	}
	return d
}

func (a Anonymity) document() object {
	return object{
		"mode": a.Mode, "latest_key_date": a.LatestKeyDate, "proof_files": a.ProofFiles, "cosigners": texts(a.Cosigners),
	}
}

func (r RoundPlan) document() object {
	return object{
		"kind": string(r.Kind), "silent": r.Silent, "min_days": r.MinDays, "days": r.Days,
		"discussion": r.Discussion, "max_extensions": r.MaxExtensions,
	}
}

// kindDocument writes only the fields that belong to the kind: the reader refuses
// the others.
func kindDocument(k delphi.ItemKind) object {
	d := object{"id": k.ID, "kind": string(k.Kind)}
	if judged(k.Kind) {
		d["cannot_judge"] = k.CannotJudge
	}
	switch k.Kind {
	case delphi.ScaleForm, delphi.CriteriaForm:
		classes := make([]any, len(k.Classes))
		for i, c := range k.Classes {
			classes[i] = []any{c[0], c[1]}
		}
		d["points"], d["low"], d["high"], d["classes"] = k.Points, words(k.Low), words(k.High), classes
		if k.Kind == delphi.CriteriaForm {
			d["criteria"] = texts(k.Criteria)
		}
	case delphi.EstimateForm, delphi.DateForm:
		if len(k.UnitIn) > 0 {
			d["unit_in"] = words(k.UnitIn)
		}
		d["unit"], d["grid"], d["never"], d["triple"] = k.Unit, k.Grid, k.Never, k.Triple
		d["min"], d["max"] = k.Min, k.Max
		if k.Kind == delphi.DateForm {
			d["min"], d["max"] = delphi.Date(k.Min, k.Unit), delphi.Date(k.Max, k.Unit)
		}
	case delphi.RankingForm, delphi.SelectionForm:
		d["k"] = k.K
	}
	return d
}

func (i ItemPlan) document() object {
	d := object{"source": i.Source, "max": i.Max, "new_after_round": i.NewAfterRound}
	if i.Narrow != nil {
		d["narrow"] = object{"keep": i.Narrow.Keep, "min": i.Narrow.Min, "max": i.Narrow.Max}
	}
	return d
}

func (c ConsensusPlan) document() object {
	d := object{"rule": string(c.Rule), "denominator": c.Denominator, "scope": c.Scope}
	switch {
	case c.Share != nil:
		s := object{"permille": c.Share.Permille}
		if c.Share.Above != 0 {
			s["above"] = c.Share.Above // a study's: no consultation's document has it
		}
		if c.Share.From != 0 {
			s["from"] = c.Share.From
		}
		if c.Share.To != 0 {
			s["to"] = c.Share.To
		}
		d["share"] = s
	case c.MedianIQR != nil:
		d["median_iqr"] = object{"median_min": c.MedianIQR.MedianMin, "iqr_max": c.MedianIQR.IQRMax}
	case c.Comet != nil:
		d["comet"] = object{"in": c.Comet.In, "against": c.Comet.Against, "out": c.Comet.Out}
	}
	if c.Above != 0 {
		d["above"] = c.Above // a study's: no consultation's document has it
	}
	switch c.Rule {
	case RuleAgreement:
		d["agreement"] = c.Agreement
	case RuleCns:
		d["cns"] = c.Cns
	case RuleRelativeIQR:
		d["relative_iqr"] = c.RelativeIQR
	case RuleIQR:
		d["iqr"] = c.IQR
	case RuleW:
		d["w"] = c.W
	}
	return d
}

func (s StabilityPlan) document() object {
	d := object{
		"tests": texts(s.Tests), "scheibe": s.Scheibe, "unchanged_min": s.UnchangedMin,
		"wilcoxon":     object{"alpha": s.Wilcoxon.Alpha, "effect_min": s.Wilcoxon.EffectMin, "zeros": s.Wilcoxon.Zeros},
		"multiplicity": s.Multiplicity,
	}
	if s.UnchangedWithin != WithinByScale {
		d["unchanged_within"] = s.UnchangedWithin
	}
	return d
}

func (f FeedbackPlan) document() object {
	return object{
		"own": f.Own, "histogram": f.Histogram, "median_iqr": f.MedianIQR, "groups": f.Groups,
		"reasons": f.Reasons, "ask_reason_outside_iqr": f.AskReasonOutsideIQR,
	}
}

func (d Disclosure) document() object {
	return object{
		"min_n": d.MinN, "group_n": d.GroupN, "left_out_n": d.LeftOutN, "extremes_n": d.ExtremesN,
		"pairs_t": d.PairsT, "small_below": d.SmallBelow, "small": d.Small,
	}
}
