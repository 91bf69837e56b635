package verify

import (
	"fmt"
	"slices"
	"time"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/verify/source"
)

// life is what the log says of one consultation, acts replayed one by one.
type life struct {
	id        string
	stage     consultation.Stage
	suspended bool
	protocol  *record
	promised  bool // a commitment, or the origin that stands in its place
	imported  bool
	rounds    map[int]*round
	rolls     map[string]int // by group: the newest
	items     map[int]consultation.ItemState
	settled   map[int]int // by item: number of the round after which it was settled; 0 for none
	decisions []decision
	opinions  []opinionEntry
	report    *minorityEntry
	concluded record // the act
	published record
	answered  record

	suspensions []suspension

	claimed   bool            // a folder shows it
	documents map[string]bool // hashes of the feedback documents recorded so far
}

// round is what the log says of one round.
type round struct {
	number   int
	kind     delphi.RoundKind
	state    consultation.RoundState
	opened   record
	opening  openingEntry
	deadline time.Time // as it was moved
	extended []extension
	closing  record // the act
	closed   *closingEntry
	rolls    map[string]int // as they stood at the closing
	feedback *feedbackEntry
	releases []releaseEntry
}

// take takes one entry of the consultation.
func (l *life) take(r record) error {
	switch r.Type {
	case "commitment", "origin":
		l.promised = true
		if l.stage == "" && r.Type == "commitment" {
			l.stage = consultation.Draft
		}
		return nil
	case "protocol":
		if l.protocol != nil {
			return r.fault("the protocol is frozen twice", "a second protocol", fmt.Sprintf("the one of entry %d", l.protocol.n))
		}
		l.protocol = &r
		return nil
	case "roll":
		var f struct {
			Group string
			N     int
		}
		if err := r.figures(&f); err != nil {
			return err
		}
		l.rolls[f.Group] = f.N
		return nil
	case "act":
		return l.act(r)
	case "decision":
		return l.decide(r)
	case "round_opened":
		return l.open(r)
	case "round_closed":
		return l.close(r)
	case "feedback":
		return l.fed(r)
	case "release":
		return l.release(r)
	case "opinion":
		return l.opinion(r)
	case "key_destroyed":
		if slices.Contains([]consultation.Stage{"", consultation.Draft, consultation.Announced, consultation.Running}, l.stage) {
			return r.fault("the key is destroyed while answers may still be given", string(l.stage), "concluded or withdrawn")
		}
		return nil
	case "audit", "reply":
		return nil
	}
	return r.fault("this program knows no such type: take a newer one", r.Type, "a type of docs/RECORD.md §5")
}

// ofConsultation are the acts that move the consultation itself.
var ofConsultation = []consultation.Act{
	consultation.ActAnnounce, consultation.ActImport, consultation.ActStart, consultation.ActSuspend, consultation.ActResume,
	consultation.ActConclude, consultation.ActMinority, consultation.ActForgo, consultation.ActPublish, consultation.ActReply, consultation.ActWithdraw,
}

// ofRound are the acts that move a round.
var ofRound = []consultation.Act{
	consultation.ActPostpone, consultation.ActExtend, consultation.ActClose, consultation.ActRelease, consultation.ActSkip,
}

// act takes one act of somebody who steers. Acts on contributions and statements
// (merge, reject, undo …) move neither the consultation nor a round.
func (l *life) act(r record) error {
	act := consultation.Act(r.kind)
	if slices.Contains(ofConsultation, act) {
		return l.move(r, act)
	}
	var f struct{ Round int }
	if !slices.Contains(ofRound, act) {
		return nil
	}
	if err := r.figures(&f); err != nil {
		return err
	}
	if f.Round == 0 {
		if act == consultation.ActPostpone {
			return l.move(r, act) // of the start
		}
		return r.fault("it names no round", r.Body, "a round")
	}
	w := l.rounds[f.Round]
	if w == nil {
		w = l.plan(f.Round)
	}
	if err := w.follow(r, act, r.role); err != nil {
		return err
	}
	switch act {
	case consultation.ActExtend:
		return w.extend(r)
	case consultation.ActClose:
		w.closing = r
	}
	if act == consultation.ActClose && w.kind == delphi.Gather {
		return w.follow(r, consultation.ActTabulate, string(consultation.System)) // nothing is counted in it
	}
	return nil
}

func (l *life) plan(n int) *round {
	w := &round{number: n, state: consultation.RoundPlanned}
	l.rounds[n] = w
	return w
}

// move takes an act on the consultation.
func (l *life) move(r record, act consultation.Act) error {
	to, err := l.stage.Follow(act, r.role)
	if err != nil {
		return r.fault("this act was not possible here: "+err.Error(), fmt.Sprintf("%q by the %s of a consultation that is %s", act, r.role, source.OrNothing(string(l.stage))), "an act of the lifecycle")
	}
	switch {
	case (act == consultation.ActAnnounce || act == consultation.ActImport) && (!l.promised || l.protocol == nil):
		return r.fault("it is announced without commitment or protocol", "", "both, before it")
	case act == consultation.ActWithdraw && r.role == string(consultation.System) && l.stage != consultation.Announced && !l.imported:
		return r.fault("it is withdrawn by itself, which only an import that broke off is", string(l.stage), string(consultation.Announced))
	case act == consultation.ActSuspend && l.suspended, act == consultation.ActResume && !l.suspended:
		return r.fault("suspended and resumed do not take turns", string(act), "the other")
	case act == consultation.ActConclude:
		for _, n := range slices.Sorted(numbersOf(l.rounds)) {
			if s := l.rounds[n].state; s == consultation.RoundOpen || s == consultation.RoundClosing || s == consultation.RoundClosed {
				return r.fault(fmt.Sprintf("it is concluded while round %d is not ended", n), string(s), "released or skipped")
			}
		}
	}
	switch act {
	case consultation.ActMinority, consultation.ActForgo:
		if err := l.minority(r, act); err != nil {
			return err
		}
	case consultation.ActPublish:
		l.published = r
	case consultation.ActConclude:
		l.concluded = r
	case consultation.ActReply:
		l.answered = r
	case consultation.ActSuspend, consultation.ActResume:
		if err := l.suspend(r, act); err != nil {
			return err
		}
		l.suspended = act == consultation.ActSuspend
	}
	l.imported = l.imported || act == consultation.ActImport
	l.stage = to
	return nil
}

func numbersOf(m map[int]*round) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for n := range m {
			if !yield(n) {
				return
			}
		}
	}
}

// follow moves a round.
func (w *round) follow(r record, act consultation.Act, role string) error {
	to, err := w.state.Follow(act, role)
	if err != nil {
		return r.fault("this act was not possible here: "+err.Error(), fmt.Sprintf("%q by the %s of round %d, which is %s", act, role, w.number, w.state), "an act of the lifecycle")
	}
	w.state = to
	return nil
}

func (l *life) open(r record) error {
	var f openingEntry
	if err := r.figures(&f); err != nil {
		return err
	}
	if l.stage != consultation.Running || l.suspended {
		return r.fault(fmt.Sprintf("round %d opens while the consultation does not run", f.Round), string(l.stage), string(consultation.Running))
	}
	for n := 1; n < f.Round; n++ {
		if w := l.rounds[n]; w == nil || w.state != consultation.RoundReleased && w.state != consultation.RoundSkipped {
			return r.fault(fmt.Sprintf("round %d opens before round %d is released", f.Round, n), fmt.Sprintf("round %d", f.Round), fmt.Sprintf("the release of round %d", n))
		}
	}
	w := l.rounds[f.Round]
	if w == nil {
		w = l.plan(f.Round)
	}
	if err := w.follow(r, consultation.ActOpen, r.role); err != nil {
		return err
	}
	w.opened, w.opening, w.kind, w.deadline = r, f, f.Kind, f.Deadline
	return nil
}

// found gives the round that an entry is about.
func (l *life) found(r record, n int) (*round, error) {
	if w := l.rounds[n]; w != nil {
		return w, nil
	}
	return nil, r.fault("it is about a round that never opened", fmt.Sprintf("round %d", n), "an open round")
}

func (l *life) close(r record) error {
	f := closingEntry{record: r}
	if err := r.figures(&f); err != nil {
		return err
	}
	w, err := l.found(r, f.Round)
	if err != nil {
		return err
	}
	if err := w.follow(r, consultation.ActTabulate, string(consultation.System)); err != nil {
		return err
	}
	w.closed, w.rolls = &f, map[string]int{}
	for g, n := range l.rolls {
		w.rolls[g] = n
	}
	return nil
}

func (l *life) fed(r record) error {
	f := feedbackEntry{record: r}
	if err := r.figures(&f); err != nil {
		return err
	}
	w, err := l.found(r, f.Round)
	if err != nil {
		return err
	}
	if w.closed == nil || w.feedback != nil {
		return r.fault(fmt.Sprintf("round %d has its feedback document before its closing, or twice", f.Round), "", "one, after the closing")
	}
	w.feedback, l.documents[f.Document] = &f, true
	return nil
}

func (l *life) release(r record) error {
	f := releaseEntry{record: r}
	if err := r.figures(&f); err != nil {
		return err
	}
	w, err := l.found(r, f.Round)
	if err != nil {
		return err
	}
	if w.kind != delphi.StandingKind || f.Tick != len(w.releases)+1 {
		return r.fault("releases of a standing round are made one after the other", fmt.Sprintf("release %d", f.Tick), fmt.Sprintf("release %d", len(w.releases)+1))
	}
	if err := w.follow(r, consultation.ActTick, string(consultation.System)); err != nil {
		return err
	}
	w.releases, l.documents[f.Document] = append(w.releases, f), true
	return nil
}

// decide takes a decision about an item. Items are born by moderators' acts, which the
// log tells in words: one that it never decided about is in play.
func (l *life) decide(r record) error {
	f := decision{record: r}
	if err := r.figures(&f); err != nil {
		return err
	}
	from := l.stands(f.Item)
	to, err := from.Follow(consultation.Act(r.kind), r.role)
	if err != nil {
		return r.fault("this decision was not possible here: "+err.Error(), fmt.Sprintf("%q by the %s of item %d, which is %s", r.kind, r.role, f.Item, from), "a decision of the lifecycle")
	}
	if f.Proposed != f.Decided && r.words.Reason == "" && !r.removed {
		return r.fault(fmt.Sprintf("item %d was decided against the proposal without a reason", f.Item), f.Decided, f.Proposed+", or a reason")
	}
	l.items[f.Item], l.settled[f.Item] = to, 0
	if to == consultation.ItemSettled {
		l.settled[f.Item] = f.Round
	}
	l.decisions = append(l.decisions, f)
	return nil
}

// stands gives the state of an item, by its number, after the decisions so far.
func (l *life) stands(item int) consultation.ItemState {
	if s, decided := l.items[item]; decided {
		return s
	}
	return consultation.ItemLive
}

func (l *life) opinion(r record) error {
	f := opinionEntry{record: r}
	if err := r.figures(&f); err != nil {
		return err
	}
	previous := ""
	if n := len(l.opinions); n > 0 {
		previous = l.opinions[n-1].Hash
	}
	if f.Version != len(l.opinions)+1 || f.Previous != previous {
		return r.fault("versions of the opinion do not follow each other", fmt.Sprintf("version %d after %q", f.Version, f.Previous), fmt.Sprintf("version %d after %q", len(l.opinions)+1, previous))
	}
	if !slices.Contains([]consultation.Stage{consultation.Concluded, consultation.Published, consultation.Answered}, l.stage) {
		return r.fault("an opinion is published of what is not concluded", string(l.stage), string(consultation.Concluded))
	}
	l.opinions = append(l.opinions, f)
	return nil
}

// minorityEntry is the facilitator's last act on the report of the dissent.
type minorityEntry struct {
	record record
	Text   string    // digest of the words that the panel read, less what the law took from them; "" for a reason not to report
	Until  time.Time // from when they could be published
}

// minority takes an act on the report of the dissent.
func (l *life) minority(r record, act consultation.Act) error {
	f := minorityEntry{record: r}
	if act == consultation.ActMinority {
		if err := r.figures(&f); err != nil {
			return err
		}
		if !isDigest(f.Text) || f.Until.IsZero() {
			return r.fault("a minority report is shown without its digest, or without a day", r.Body, "both")
		}
	} else if r.words.Reason == "" && !r.removed {
		return r.fault("dissent is not reported, and nobody says why", "", "a reason")
	}
	l.report = &f
	return nil
}
