package protocol

import (
	"cmp"
	"fmt"

	"delfi/internal/delphi"
	"delfi/internal/fault"
)

// ClassicalPlan is a classical consultation in few words; the rest of its protocol is
// default. Panel of one group, open to who can claim it.
type ClassicalPlan struct {
	Language      string
	GroupID       string
	GroupName     string
	GroupRule     string // who belongs to it; may be ""
	Access        string // "open" when ""
	Points        int    // 2..11
	Low, High     string // labels of the ends; both or none
	CannotJudge   bool
	GatherDays    int // 1..120
	AnswerDays    int
	AnswerRounds  int    // 2..9
	SharePermille int    // 660..1000, in the highest class
	Mode          string // of anonymity; "sealed-key" when ""
	LatestKeyDate string // 2006-01-02
	ReplyDays     int    // 0 for the default
}

// scaleKind is the id of the one item kind of Classical and Standing.
const scaleKind = "scale"

// Classical makes the protocol of a gather round and answer rounds on one scale,
// with consensus by the share in the highest class. The fault names the fields
// of the document.
func Classical(c ClassicalPlan) (Protocol, error) {
	in := func(s string) map[string]string {
		if s == "" {
			return map[string]string{}
		}
		return map[string]string{c.Language: s}
	}
	p := base(VariantClassical, c.Language)
	p.Panel.Groups = []GroupPlan{{ID: c.GroupID, Name: in(c.GroupName), Access: cmp.Or(c.Access, AccessOpen), Rule: c.GroupRule}}
	if p.Panel.has(AccessOpen) {
		p.Gates.Response = 0
	}
	p.Anonymity.Mode, p.Anonymity.LatestKeyDate = cmp.Or(c.Mode, p.Anonymity.Mode), c.LatestKeyDate
	p.Rounds = append(p.Rounds, round(delphi.Gather, c.GatherDays))
	for range min(c.AnswerRounds, 100) { // the reader refuses more than 10
		p.Rounds = append(p.Rounds, round(delphi.AnswerRound, c.AnswerDays))
	}
	p.Items.Source = "contributions"
	p.ItemKinds = []delphi.ItemKind{{
		ID: scaleKind, Kind: delphi.ScaleForm, Points: c.Points, Low: in(c.Low), High: in(c.High),
		Classes: delphi.DefaultClasses(c.Points), CannotJudge: c.CannotJudge,
	}}
	p.Stability.UnchangedWithin = p.commonTolerance()
	p.Consensus.Share = &ShareRule{Permille: c.SharePermille}
	if classes := p.ItemKinds[0].Classes; classes != nil {
		p.Consensus.Share.From, p.Consensus.Share.To = classes[len(classes)-1][0], c.Points
	}
	if c.ReplyDays != 0 {
		p.Reply.N = c.ReplyDays
	}
	return p.checked()
}

// StandingPlan is what is known of a conversation that was held elsewhere.
type StandingPlan struct {
	Language      string
	GroupName     string // of the one group "all"
	LatestKeyDate string // 2006-01-02
	Days          int    // 1..120; 0 for the default
}

// Standing makes the protocol under which an imported conversation runs: one
// standing round on 1 disagree, 2 unsure, 3 agree, consensus when three in four
// agree, a release of an item per 10 people who gave or changed an answer.
// There is no "cannot judge": who passed said unsure. Only those who answered are
// known, so no part of them is asked to answer, and nobody was asked for reasons.
func Standing(s StandingPlan) (Protocol, error) {
	p := base(VariantRealTime, s.Language)
	p.Panel.Groups = []GroupPlan{{ID: "all", Name: map[string]string{s.Language: s.GroupName}, Access: AccessImported}}
	p.Anonymity.LatestKeyDate = s.LatestKeyDate
	days := s.Days
	if days == 0 {
		days = 14
	}
	p.Rounds = []RoundPlan{round(delphi.StandingKind, days)}
	p.ItemKinds = []delphi.ItemKind{{ID: scaleKind, Kind: delphi.ScaleForm, Points: 3, Classes: delphi.DefaultClasses(3)}}
	p.Items.Source, p.Items.Max = "contributions", 1000
	p.Consensus.Share = &ShareRule{From: 3, To: 3, Permille: 750}
	p.Stop.When = "deadline"
	p.Release = &ReleasePlan{MinChanged: 10, TickMinutes: 60}
	p.Gates.Response = 0
	p.Feedback.Reasons, p.Feedback.AskReasonOutsideIQR = "none", false
	return p.checked()
}

// StudyPlan is what is known of a study whose raw answers lie at hand.
type StudyPlan struct {
	Kinds    []StudyKind // with ids of their own
	Groups   []string    // names, 1..12; their ids are g1, g2 …
	Rounds   int         // answering rounds, 1..9
	Standing bool        // one standing round instead
	Quantile int         // 2, 6 or 7
	MinN     int         // valid answers, and pairs, below which nothing is judged
	Disclose bool        // only what a consultation would publish; otherwise everything
}

// StudyKind is one sort of item of a study, with the rule that judges it.
type StudyKind struct {
	Kind      delphi.ItemKind
	Consensus ConsensusPlan
	Zero      bool // estimate: its unit has a true zero, though no answer may be near it
}

// Study makes the protocols under which a study is measured: one for each of its
// kinds, in their order, which differ in the rule alone. A rule is held against the
// scale that it judges; its thresholds are those of whoever held the study, also
// where no consultation may have them. Unless Disclose is set the protocols hide
// nothing, since who measures holds the answers; their document does not read. The
// second result is the number of the first answering round.
func Study(s StudyPlan) ([]Protocol, int, error) {
	p := base(VariantClassical, "en")
	first := 1
	for i, name := range s.Groups {
		p.Panel.Groups = append(p.Panel.Groups, GroupPlan{ID: fmt.Sprintf("g%d", i+1), Name: map[string]string{"en": name}, Access: AccessImported})
	}
	p.Anonymity.LatestKeyDate = "9999-12-31" // there is no key
	p.Items.Source, p.Items.Max = "given", 1000
	scales := true
	for _, k := range s.Kinds {
		p.ItemKinds = append(p.ItemKinds, k.Kind)
		scales = scales && k.Kind.Kind == delphi.ScaleForm
	}
	switch {
	case s.Standing:
		p.Variant, p.Rounds = VariantRealTime, []RoundPlan{round(delphi.StandingKind, 1)}
		p.Stop.When = "deadline"
		p.Release = &ReleasePlan{MinChanged: 10, TickMinutes: 60}
		p.Stability.Tests = []Test{ScheibeTest} // releases have histograms alone
	case s.Rounds == 1 || !scales:
		p.Variant, first = VariantArgumentative, 2
		p.Rounds = []RoundPlan{{Kind: delphi.Gather, Days: 1, Discussion: true}}
		p.Items.Source = "contributions"
	}
	if !s.Standing {
		for range min(s.Rounds, 100) {
			p.Rounds = append(p.Rounds, round(delphi.AnswerRound, 1))
		}
	}
	p.Measures.Quantile = s.Quantile
	p.Stability.UnchangedWithin = p.commonTolerance()
	p.Gates.PairedMin = s.MinN
	p.Disclosure.MinN = max(p.Disclosure.MinN, s.MinN)
	if !s.Disclose {
		p.Disclosure = Disclosure{MinN: s.MinN, GroupN: 1, ExtremesN: 1, PairsT: 1, Small: SmallThirds}
	}
	out := make([]Protocol, len(s.Kinds))
	for i, k := range s.Kinds {
		k.Consensus.Denominator, k.Consensus.Scope = cmp.Or(k.Consensus.Denominator, DenominatorJudged), "panel"
		out[i] = p
		out[i].Consensus = k.Consensus
		alone := out[i]
		if k.Zero {
			k.Kind.Min, k.Kind.Max = min(0, k.Kind.Min), max(0, k.Kind.Max)
		}
		alone.ItemKinds = []delphi.ItemKind{k.Kind}
		r := &reader{}
		if alone.checkRule(r); len(r.faults) > 0 {
			return nil, first, fault.Bad(r.faults...)
		}
	}
	return out, first, nil
}

func round(kind delphi.RoundKind, days int) RoundPlan {
	return RoundPlan{Kind: kind, MinDays: min(3, days), Days: days, MaxExtensions: 1}
}

// base is a protocol of defaults, read from the shortest document there is, so
// that defaults are written down once.
func base(v Variant, language string) Protocol {
	r := &reader{}
	n, err := parseDocument(fmt.Appendf(nil, `{"version": 1, "variant": %q, "consensus": {"rule": "share"}}`, v))
	if err != nil {
		panic(err) // the document above is not one
	}
	p := r.protocol(n)
	p.Languages = []string{language}
	return p
}
