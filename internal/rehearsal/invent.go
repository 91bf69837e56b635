package rehearsal

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
)

// person is one of the invented panel.
type person struct {
	id    string
	group int
}

// panelOf invents the people of a play.
func panelOf(play Play) []person {
	var all []person
	for g, n := range play.People {
		for i := range n {
			all = append(all, person{id: fmt.Sprintf("%d-%d", g, i), group: g})
		}
	}
	return all
}

// inventor answers for invented people: what it gives follows from the seed, the person, the
// item and how often answers were asked for before.
type inventor struct {
	play     Play
	protocol protocol.Protocol
	language string
}

// chance is a source of numbers that belong to some words.
func (v inventor) chance(words ...string) *rand.Rand {
	h := fnv.New128a()
	var seed [8]byte
	binary.BigEndian.PutUint64(seed[:], uint64(v.play.Seed))
	h.Write(seed[:])
	for _, w := range words {
		h.Write([]byte(w))
		h.Write([]byte{0})
	}
	sum := h.Sum(nil)
	return rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum), binary.BigEndian.Uint64(sum[8:])))
}

// comes tells whether a person answers in a round: nine in ten do, mostly the same ones.
func (v inventor) comes(who person, round int) bool {
	return v.chance("away", who.id).Float64() >= .06 && v.chance("comes", who.id, fmt.Sprint(round)).Float64() >= .03
}

// leans is where a person stands towards an item in a wave of answers, from 0 (against, little,
// early) to 1. Two waves of one person differ little, unless all drift.
func (v inventor) leans(who person, item string, wave int) float64 {
	r := v.chance("leans", who.id, item)
	own, start := r.NormFloat64(), r.NormFloat64()
	wobble := v.chance("wobble", who.id, item, fmt.Sprint(wave))
	centre := .86 - .08*v.chance("item", item).Float64() - .04*float64(who.group%3)
	x := centre + .07*own
	switch v.play.Manner {
	case Divide:
		if x = .9; v.camp(who) == 0 {
			x = .1
		}
		x += .06 * own
	case Drift:
		x += (.5 + .27*start - x) * math.Pow(.3, float64(wave))
	}
	if wave > 0 && wobble.Float64() < .08 {
		x += .1 * wobble.NormFloat64()
	}
	return min(max(x, 0), .999)
}

// camp is the side of a person where all are divided.
func (v inventor) camp(who person) int { return v.chance("camp", who.id).IntN(2) }

// prefers is how much a person likes an entry of a list, beside others.
func (v inventor) prefers(who person, item string, wave int) float64 {
	liked := v.chance("liked", item).Float64()
	r := v.chance("prefers", who.id, item)
	noise := .08
	switch v.play.Manner {
	case Divide:
		if v.camp(who) == 0 {
			liked = 1 - liked
		}
	case Drift:
		noise = .9 * math.Pow(.25, float64(wave))
	}
	return liked + noise*r.NormFloat64()
}

// answers are those of a person to all that a round asks.
func (v inventor) answers(who person, round consultation.Round, items []consultation.Item, wave int) []delphi.Answer {
	var all []delphi.Answer
	lists := map[string][]consultation.Item{}
	for _, i := range items {
		k, _ := v.protocol.Kind(i.Kind)
		if k.In(round.Kind).Listed() {
			lists[i.Kind] = append(lists[i.Kind], i)
			continue
		}
		r := v.chance("answer", who.id, i.ID.String(), fmt.Sprint(wave))
		if r.Float64() < .02 {
			continue // left out
		}
		if a, given := v.one(who, k, i, wave); given {
			all = append(all, a)
		}
	}
	for _, k := range v.protocol.ItemKinds {
		if list := lists[k.ID]; len(list) > 0 {
			all = append(all, v.list(who, k, k.In(round.Kind), list, wave)...)
		}
	}
	return all
}

// one answers a question of one item; false for no answer.
func (v inventor) one(who person, k delphi.ItemKind, i consultation.Item, wave int) (delphi.Answer, bool) {
	item := i.ID.String()
	a := delphi.Answer{Item: item}
	r := v.chance("said", who.id, item, fmt.Sprint(wave))
	x := v.leans(who, item, wave)
	unable := k.CannotJudge && v.chance("unable", who.id, item).Float64() < .04
	switch {
	case k.Kind == delphi.TextForm:
		if r.Float64() > .4 {
			return a, false
		}
		a.Reason = words(v.language, "answer", 1+r.IntN(999))
		return a, true
	case unable && k.Kind != delphi.CriteriaForm:
		a.CannotJudge = true
		return a, true
	case k.Kind == delphi.ScaleForm:
		a.Value = point(x, k.Points)
	case k.Kind == delphi.CriteriaForm:
		for n, c := range k.Criteria {
			shift := 0.0
			if n > 0 {
				shift = .3*v.chance("criterion", item, c).Float64() - .25
			}
			a.Criteria = append(a.Criteria, point(min(max(x+shift, 0), .999), k.Points))
		}
	default:
		a = v.estimated(who, k, a, x)
	}
	if k.Kind != delphi.TextForm && r.Float64() < .12 && v.reasons() {
		a.Reason, a.Argues = v.reason(k, x, r)
	}
	return a, true
}

// estimated is a number or a date; who is against says never, where that may be said.
func (v inventor) estimated(who person, k delphi.ItemKind, a delphi.Answer, x float64) delphi.Answer {
	if k.Never && v.play.Manner == Divide && v.camp(who) == 0 {
		a.Never = true
		return a
	}
	span := float64(k.Max - k.Min)
	at := func(x float64) int { return k.Min + int(math.Round(min(max(x, 0), 1)*span)) }
	a.Value = at(x)
	if k.Triple {
		a.Low, a.High = min(at(x-.08), a.Value), max(at(x+.08), a.Value)
	}
	return a
}

// list answers what is asked as one list.
func (v inventor) list(who person, k delphi.ItemKind, form delphi.Form, items []consultation.Item, wave int) []delphi.Answer {
	likes := make(map[string]float64, len(items))
	order := make([]string, len(items))
	for n, i := range items {
		order[n] = i.ID.String()
		likes[order[n]] = v.prefers(who, order[n], wave)
	}
	slices.SortFunc(order, func(a, b string) int { return cmp.Or(cmp.Compare(likes[b], likes[a]), cmp.Compare(a, b)) })
	var all []delphi.Answer
	for n, item := range order {
		a := delphi.Answer{Item: item}
		switch form {
		case delphi.RankingForm:
			a.Value = n + 1
		case delphi.ChoiceForm:
			if n > 0 {
				continue
			}
			a.Value = 1
		default:
			if n < k.K {
				a.Value = 1
			}
		}
		all = append(all, a)
	}
	if r := v.chance("list", who.id, k.ID, fmt.Sprint(wave)); len(all) > 0 && r.Float64() < .12 && v.reasons() {
		all[0].Reason = words(v.language, "reason", 1+r.IntN(999))
	}
	return all
}

// reasons tells whether the protocol takes any.
func (v inventor) reasons() bool { return v.protocol.Feedback.Reasons != "none" }

// reason is one that argues for where its author stands, if what is asked has sides.
func (v inventor) reason(k delphi.ItemKind, x float64, r *rand.Rand) (string, delphi.Side) {
	side := delphi.Side("")
	if k.Points > 0 {
		if side = delphi.For; x < .5 {
			side = delphi.Against
		}
	}
	return words(v.language, "reason", 1+r.IntN(999)), side
}

// point is the point of a scale at which somebody stands.
func point(x float64, points int) int { return 1 + int(x*float64(points)) }
