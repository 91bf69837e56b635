package replay

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/verify/source"
)

// Life is what the log says of one consultation, acts replayed one by one.
type Life struct {
	id          string
	latest      moment // of its newest entry
	Stage       consultation.Stage
	Title       string // as it was announced or imported; "" where no words say it
	Slug        string // as it was announced; "" where no words say it
	suspended   bool
	Protocol    *Record
	promised    bool   // a commitment, or the origin that stands in its place
	foreign     bool   // it is an origin
	DecideBy    string // of the commitment
	ReplyDays   int    // of the commitment
	imported    bool
	Rounds      map[int]*Round
	rolls       map[string]int // by group: people on the newest
	reach       map[string]int // by group: people on it since a round opened last, at one time or another
	items       map[int]consultation.ItemState
	Settled     map[int]int // by item: number of the round after which it was settled; 0 for none
	Decisions   []Decision
	Joins       []Join      // statements that joined after a round and were not taken back
	joined      map[int]int // by item: its place among them
	Opinions    []Opinion
	Report      *Minority
	Given       []string                    // digests of what the panel was given to read
	Ended       map[consultation.Act]Record // conclusion, publication and reply, those that were
	Draws       map[string]*Draw            // by group
	suspensions []suspension
	Corrected   int         // texts, each as often as it was corrected
	words       []word      // of its texts, in each language
	titled      bool        // the announcement's words are there
	asked       bool        // the question and the background are among them
	worded      bool        // those of the commitment, or of the origin, are there
	wordings    []Wording   // that acts gave to statements, oldest first
	since       map[int]int // by number: place of the first wording of the statement that has it now
	indexed     int         // wordings that byID and byNumber have
	byID        map[uuid.UUID][]int
	byNumber    map[int][]int
	parents     map[int][]uint16 // by number: statements that it came of
	children    map[int][]uint16 // by number: statements that came of it
	Steered     []Steered        // acts, decisions and openings, oldest first
	Announced   time.Time        // or imported
	Destroyed   time.Time        // the key; zero while it is there

	documents map[string]bool // hashes of the feedback documents recorded so far
}

// Round is what the log says of one round.
type Round struct {
	Number   int
	Kind     delphi.RoundKind
	State    consultation.RoundState
	Opened   Record
	Opening  Opening
	deadline time.Time // as it was moved
	extended []extension
	closing  Record // the act
	rests    bool   // it closed by itself, as the protocol lets one whose releases hold still
	ended    ended
	Closed   *Closing
	Listed   map[string]int // people on each roll at the opening, by group
	Rolls    map[string]int // and all who stood on it until the closing
	Feedback *Feedback
	Releases []Release
	Brief    *Brief // the newest words about it; nil for none
}

// take takes one entry of the consultation.
func (l *Life) take(r Record) error {
	if l.steer(r); r.Type == "key_destroyed" {
		l.Destroyed = r.at
	}
	switch r.Type {
	case "commitment", "origin":
		if err := l.promise(r); err != nil {
			return err
		}
		if l.Stage == "" && r.Type == "commitment" {
			l.Stage = consultation.Draft
		}
		return nil
	case "protocol":
		if l.Protocol != nil {
			return r.Fault("the protocol is frozen twice", "a second protocol", fmt.Sprintf("the one of entry %d", l.Protocol.N))
		}
		l.Protocol = &r
		return nil
	case "roll":
		return l.roll(r)
	case "draw":
		return l.draw(r)
	case "opened":
		return l.openValue(r)
	case "drawn":
		return l.drawn(r)
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
		if slices.Contains([]consultation.Stage{"", consultation.Draft, consultation.Announced, consultation.Running}, l.Stage) {
			return r.Fault("the key is destroyed while answers may still be given", string(l.Stage), "concluded or withdrawn")
		}
		return nil
	case "audit", "reply":
		return nil
	}
	return r.Fault("this program knows no such type: take a newer one", r.Type, "a type of docs/RECORD.md §5")
}

// ofConsultation are the acts that move the consultation itself.
var ofConsultation = []consultation.Act{
	consultation.ActAnnounce, consultation.ActImport, consultation.ActStart, consultation.ActSuspend, consultation.ActResume,
	consultation.ActConclude, consultation.ActMinority, consultation.ActForgo, consultation.ActPublish, consultation.ActReply, consultation.ActWithdraw,
	consultation.ActReplace, consultation.ActCorrect,
}

// ofRound are the acts that move a round.
var ofRound = []consultation.Act{
	consultation.ActPostpone, consultation.ActExtend, consultation.ActRemind, consultation.ActClose, consultation.ActRelease, consultation.ActSkip,
	consultation.ActBrief,
}

// act takes one act of somebody who steers. Acts on contributions and statements
// (merge, reject, undo …) move neither the consultation nor a round.
func (l *Life) act(r Record) error {
	act := consultation.Act(r.kind)
	if slices.Contains(ofConsultation, act) {
		return l.move(r, act)
	}
	switch r.kind {
	case withdrawDraw:
		return l.withdrawDraw(r)
	case callReserves:
		return l.callReserves(r)
	case string(consultation.ActJoin):
		return l.join(r)
	case string(consultation.ActRemove):
		return l.remove(r)
	}
	var f struct {
		Round int `json:"round"`
	}
	if !slices.Contains(ofRound, act) {
		return l.statement(r)
	}
	if err := r.Figures(&f); err != nil {
		return err
	}
	if f.Round == 0 {
		if act == consultation.ActPostpone {
			return l.move(r, act) // of the start
		}
		return r.Fault("it names no round", r.Body, "a round")
	}
	w := l.Rounds[f.Round]
	if w == nil {
		var err error
		if w, err = l.plan(r, f.Round); err != nil {
			return err
		}
	}
	if err := w.follow(r, act, r.Role); err != nil {
		return err
	}
	switch act {
	case consultation.ActExtend:
		return w.extend(r)
	case consultation.ActBrief:
		return l.brief(r, w)
	case consultation.ActClose:
		w.closing = r
		if err := r.Figures(&w.ended); err != nil {
			return err
		}
	}
	if act == consultation.ActClose && w.Kind == delphi.Gather {
		return w.follow(r, consultation.ActTabulate, string(consultation.System)) // nothing is counted in it
	}
	return nil
}

// plan begins a round that the log speaks of for the first time.
func (l *Life) plan(r Record, n int) (*Round, error) {
	if n < 1 || n > protocol.MostRounds {
		return nil, r.Fault("it is about a round that no protocol plans", fmt.Sprintf("round %d", n), fmt.Sprintf("1 to %d", protocol.MostRounds))
	}
	w := &Round{Number: n, State: consultation.RoundPlanned}
	set(&l.Rounds, n, w)
	return w, nil
}

// set puts a value into a map, which is made for the first: a log may name very many
// consultations, and most of these maps stay empty.
func set[K comparable, V any](m *map[K]V, k K, v V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[k] = v
}

// move takes an act on the consultation.
func (l *Life) move(r Record, act consultation.Act) error {
	to, err := l.Stage.Follow(act, r.Role)
	if err != nil {
		return r.Fault("this act was not possible here: "+err.Error(), fmt.Sprintf("%q by the %s of a consultation that is %s", act, r.Role, source.OrNothing(string(l.Stage))), "an act of the lifecycle")
	}
	switch {
	case (act == consultation.ActAnnounce || act == consultation.ActImport) && (!l.promised || l.Protocol == nil):
		return r.Fault("it is announced without commitment or protocol", "", "both, before it")
	case act == consultation.ActWithdraw && r.Role == string(consultation.System) && l.Stage != consultation.Announced && !l.imported:
		return r.Fault("it is withdrawn by itself, which only an import that broke off is", string(l.Stage), string(consultation.Announced))
	case act == consultation.ActSuspend && l.suspended, act == consultation.ActResume && !l.suspended:
		return r.Fault("suspended and resumed do not take turns", string(act), "the other")
	case act == consultation.ActConclude:
		for _, n := range slices.Sorted(numbersOf(l.Rounds)) {
			if s := l.Rounds[n].State; s == consultation.RoundOpen || s == consultation.RoundClosing || s == consultation.RoundClosed {
				return r.Fault(fmt.Sprintf("it is concluded while round %d is not ended", n), string(s), "released or skipped")
			}
		}
	}
	if act == consultation.ActAnnounce || act == consultation.ActImport {
		l.Announced = r.at
	}
	switch act {
	case consultation.ActAnnounce:
		var f struct {
			Documents []string `json:"documents"`
		}
		if err := r.Figures(&f); err != nil {
			return err
		}
		l.Given = f.Documents
		if err := l.announced(r); err != nil {
			return err
		}
	case consultation.ActCorrect:
		if err := l.correct(r); err != nil {
			return err
		}
	case consultation.ActImport:
		if err := l.announced(r); err != nil { // its folder gets a name when it is published
			return err
		}
	case consultation.ActMinority, consultation.ActForgo:
		if err := l.minority(r, act); err != nil {
			return err
		}
	case consultation.ActConclude, consultation.ActPublish, consultation.ActReply:
		set(&l.Ended, act, r)
	case consultation.ActSuspend, consultation.ActResume:
		if err := l.suspend(r, act); err != nil {
			return err
		}
		l.suspended = act == consultation.ActSuspend
	}
	l.imported = l.imported || act == consultation.ActImport
	l.Stage = to
	return nil
}

func numbersOf(m map[int]*Round) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for n := range m {
			if !yield(n) {
				return
			}
		}
	}
}

// follow moves a round.
func (w *Round) follow(r Record, act consultation.Act, role string) error {
	to, err := w.State.Follow(act, role)
	if err != nil {
		return r.Fault("this act was not possible here: "+err.Error(), fmt.Sprintf("%q by the %s of round %d, which is %s", act, role, w.Number, w.State), "an act of the lifecycle")
	}
	w.State = to
	return nil
}

func (l *Life) open(r Record) error {
	var f Opening
	if err := r.Figures(&f); err != nil {
		return err
	}
	if l.Stage != consultation.Running || l.suspended {
		return r.Fault(fmt.Sprintf("round %d opens while the consultation does not run", f.Round), string(l.Stage), string(consultation.Running))
	}
	w := l.Rounds[f.Round]
	if w == nil {
		var err error
		if w, err = l.plan(r, f.Round); err != nil {
			return err
		}
	}
	for n := 1; n < f.Round; n++ {
		if w := l.Rounds[n]; w == nil || w.State != consultation.RoundReleased && w.State != consultation.RoundSkipped {
			return r.Fault(fmt.Sprintf("round %d opens before round %d is released", f.Round, n), fmt.Sprintf("round %d", f.Round), fmt.Sprintf("the release of round %d", n))
		}
	}
	if err := w.follow(r, consultation.ActOpen, r.Role); err != nil {
		return err
	}
	w.Opened, w.Opening, w.Kind, w.deadline = r, f, f.Kind, f.Deadline
	w.Listed, l.reach = maps.Clone(l.rolls), maps.Clone(l.rolls)
	if w.Kind != delphi.Gather {
		l.asks(w.Number)
	}
	return nil
}

// roll takes over how many people stand on a group's roll. Who left it since the opening of a
// round is looked for at the next one, so that they may be enrolled beside those who came.
func (l *Life) roll(r Record) error {
	var f DrawRoll
	if err := r.Figures(&f); err != nil {
		return err
	}
	before := l.rolls[f.Group]
	if f.Left < 0 || f.Left > before || f.N < before-f.Left {
		return r.Fault(fmt.Sprintf("the roll of group %s does not follow from the one before it", f.Group), fmt.Sprintf("%d people, %d left", f.N, f.Left), fmt.Sprintf("of %d people those who did not leave, and who came", before))
	}
	set(&l.reach, f.Group, l.reach[f.Group]+f.N-(before-f.Left))
	set(&l.rolls, f.Group, f.N)
	if f.Root != "" {
		return l.list(r, f)
	}
	return nil
}

// found gives the round that an entry is about.
func (l *Life) found(r Record, n int) (*Round, error) {
	if w := l.Rounds[n]; w != nil {
		return w, nil
	}
	return nil, r.Fault("it is about a round that never opened", fmt.Sprintf("round %d", n), "an open round")
}

func (l *Life) close(r Record) error {
	f := Closing{Record: r}
	if err := r.Figures(&f); err != nil {
		return err
	}
	w, err := l.found(r, f.Round)
	if err != nil {
		return err
	}
	if err := w.follow(r, consultation.ActTabulate, string(consultation.System)); err != nil {
		return err
	}
	w.Closed, w.Rolls = &f, maps.Clone(l.reach)
	return nil
}

func (l *Life) fed(r Record) error {
	f := Feedback{Record: r}
	if err := r.Figures(&f); err != nil {
		return err
	}
	w, err := l.found(r, f.Round)
	if err != nil {
		return err
	}
	if w.Closed == nil || w.Feedback != nil {
		return r.Fault(fmt.Sprintf("round %d has its feedback document before its closing, or twice", f.Round), "", "one, after the closing")
	}
	w.Feedback = &f
	set(&l.documents, f.Document, true)
	return nil
}

func (l *Life) release(r Record) error {
	f := Release{Record: r}
	if err := r.Figures(&f); err != nil {
		return err
	}
	w, err := l.found(r, f.Round)
	if err != nil {
		return err
	}
	if w.Kind != delphi.StandingKind || f.Tick != len(w.Releases)+1 {
		return r.Fault("releases of a standing round are made one after the other", fmt.Sprintf("release %d", f.Tick), fmt.Sprintf("release %d", len(w.Releases)+1))
	}
	if err := w.follow(r, consultation.ActTick, string(consultation.System)); err != nil {
		return err
	}
	w.Releases = append(w.Releases, f)
	set(&l.documents, f.Document, true)
	return nil
}

// decide takes a decision about an item. Items are born by moderators' acts, which the
// log tells in words: one that it never decided about is in play.
func (l *Life) decide(r Record) error {
	f := Decision{Record: r}
	if err := r.Figures(&f); err != nil {
		return err
	}
	from := l.Stands(f.Item)
	to, err := from.Follow(consultation.Act(r.kind), r.Role)
	if err != nil {
		return r.Fault("this decision was not possible here: "+err.Error(), fmt.Sprintf("%q by the %s of item %d, which is %s", r.kind, r.Role, f.Item, from), "a decision of the lifecycle")
	}
	if f.Proposed != f.Decided && r.Words.Reason == "" && !r.Removed {
		return r.Fault(fmt.Sprintf("item %d was decided against the proposal without a reason", f.Item), f.Decided, f.Proposed+", or a reason")
	}
	set(&l.items, f.Item, to)
	if r.kind == string(consultation.ActRestore) {
		l.restored(f.Item)
	}
	set(&l.Settled, f.Item, 0)
	if to == consultation.ItemSettled {
		l.Settled[f.Item] = f.Round
	}
	f.Back = r.kind == string(consultation.ActUndecide)
	l.Decisions = append(l.Decisions, f)
	return nil
}

// Stands gives the state of an item, by its number, after the decisions so far.
func (l *Life) Stands(item int) consultation.ItemState {
	if s, decided := l.items[item]; decided {
		return s
	}
	return consultation.ItemLive
}

func (l *Life) opinion(r Record) error {
	f := Opinion{Record: r}
	if err := r.Figures(&f); err != nil {
		return err
	}
	previous := ""
	if n := len(l.Opinions); n > 0 {
		previous = l.Opinions[n-1].Hash
	}
	if f.Version != len(l.Opinions)+1 || f.Previous != previous {
		return r.Fault("versions of the opinion do not follow each other", fmt.Sprintf("version %d after %q", f.Version, f.Previous), fmt.Sprintf("version %d after %q", len(l.Opinions)+1, previous))
	}
	if !slices.Contains([]consultation.Stage{consultation.Concluded, consultation.Published, consultation.Answered}, l.Stage) {
		return r.Fault("an opinion is published of what is not concluded", string(l.Stage), string(consultation.Concluded))
	}
	l.Opinions = append(l.Opinions, f)
	return nil
}

// Minority is the facilitator's last act on the report of the dissent.
type Minority struct {
	Record Record    `json:"-"`
	Text   string    `json:"text"`  // digest of the words that the panel read, less what the law took from them; "" for a reason not to report
	Until  time.Time `json:"until"` // from when they could be published
}

// minority takes an act on the report of the dissent.
func (l *Life) minority(r Record, act consultation.Act) error {
	f := Minority{Record: r}
	if act == consultation.ActMinority {
		if err := r.Figures(&f); err != nil {
			return err
		}
		if !IsDigest(f.Text) || f.Until.IsZero() {
			return r.Fault("a minority report is shown without its digest, or without a day", r.Body, "both")
		}
	} else if r.Words.Reason == "" && !r.Removed {
		return r.Fault("dissent is not reported, and nobody says why", "", "a reason")
	}
	l.Report = &f
	return nil
}
