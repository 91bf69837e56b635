package consultation

import (
	"slices"

	"delfi/internal/account/office"
	"delfi/internal/fault"
)

// System is the role of what happens by itself, at its time.
const System office.Role = "system"

// Act is what moves a consultation, a round or an item from one state to another.
type Act string

// The acts on a consultation.
const (
	ActCreate   Act = "create"
	ActEdit     Act = "edit"
	ActDelete   Act = "delete"
	ActAnnounce Act = "announce"
	ActImport   Act = "import"
	ActStart    Act = "start"
	ActPostpone Act = "postpone"
	ActSuspend  Act = "suspend"
	ActResume   Act = "resume"
	ActConclude Act = "conclude"
	ActMinority Act = "minority"
	ActForgo    Act = "forgo"
	ActPublish  Act = "publish"
	ActReply    Act = "reply"
	ActWithdraw Act = "withdraw"
	ActReplace  Act = "replace"
	ActCorrect  Act = "correct"
)

// The acts on a round (ActPostpone too).
const (
	ActPlan     Act = "plan"
	ActOpen     Act = "open"
	ActExtend   Act = "extend"
	ActRemind   Act = "remind"
	ActTick     Act = "tick"
	ActClose    Act = "close"
	ActTabulate Act = "tabulate"
	ActRelease  Act = "release"
	ActSkip     Act = "skip"
	ActBrief    Act = "brief"
)

// The acts on an item.
const (
	ActPropose   Act = "propose"
	ActAdmit     Act = "admit"
	ActJoin      Act = "join"
	ActRemove    Act = "remove"
	ActReword    Act = "reword"
	ActTranslate Act = "translate"
	ActSettle    Act = "settle"
	ActGoOn      Act = "go-on"
	ActHold      Act = "hold"
	ActReopen    Act = "reopen"
	ActNarrow    Act = "narrow"
	ActDrop      Act = "drop"
	ActSupersede Act = "supersede"
	ActRestore   Act = "restore"
	ActUndecide  Act = "undecide"
	ActMark      Act = "mark" // an argument as the strongest of its side
)

// noun is what a transition moves.
type noun string

const (
	ofConsultation noun = "consultation"
	ofRound        noun = "round"
	ofItem         noun = "item"
)

// Nothing is the state of a consultation, a round or an item that does not exist (yet,
// or any more).
const Nothing = ""

// transition is one line of docs/METHOD.md §9. The guard is said here in words, for
// the drawing; the use case that performs the act checks it.
type transition struct {
	noun     noun
	from, to string
	act      Act
	by       []office.Role
	guard    string
}

// transitions is the whole of docs/METHOD.md §9: what is not a line here cannot
// happen. The drawing in doc.go is made from it.
var transitions = []transition{
	{ofConsultation, Nothing, string(Draft), ActCreate, []office.Role{office.Administrator}, ""},
	{ofConsultation, string(Draft), string(Draft), ActEdit, []office.Role{office.Administrator}, ""},
	{ofConsultation, string(Draft), Nothing, ActDelete, []office.Role{office.Administrator}, ""},
	{ofConsultation, string(Draft), string(Announced), ActAnnounce, []office.Role{office.Administrator}, "commitment, staff, protocol, latest key date"},
	{ofConsultation, Nothing, string(Announced), ActImport, []office.Role{System}, "origin and licence stand where the commitment would"},
	{ofConsultation, string(Announced), string(Announced), ActPostpone, []office.Role{System}, "a guard of the start fails"},
	{ofConsultation, string(Announced), string(Running), ActStart, []office.Role{office.Administrator, System}, "staff still there, items if round 1 answers"},
	{ofConsultation, string(Announced), string(Announced), ActSuspend, []office.Role{office.Administrator, office.Moderator}, "reason, days left of 90"},
	{ofConsultation, string(Announced), string(Announced), ActResume, []office.Role{office.Administrator, office.Moderator, System}, ""},
	{ofConsultation, string(Announced), string(Announced), ActReplace, []office.Role{office.Administrator}, "role held, from today on, reason"},
	{ofConsultation, string(Announced), string(Announced), ActCorrect, []office.Role{office.Administrator}, "a text that nothing binds, reason"},
	{ofConsultation, string(Announced), string(Withdrawn), ActWithdraw, []office.Role{office.Administrator, System}, "reason"},
	{ofConsultation, string(Running), string(Running), ActSuspend, []office.Role{office.Administrator, office.Moderator}, "reason, days left of 90"},
	{ofConsultation, string(Running), string(Running), ActResume, []office.Role{office.Administrator, office.Moderator, System}, ""},
	{ofConsultation, string(Running), string(Concluded), ActConclude, []office.Role{office.Facilitator, System}, "last round released, reason against the proposal"},
	{ofConsultation, string(Running), string(Running), ActReplace, []office.Role{office.Administrator}, "role held, from today on, reason"},
	{ofConsultation, string(Running), string(Running), ActCorrect, []office.Role{office.Administrator}, "a text that nothing binds, reason"},
	{ofConsultation, string(Running), string(Withdrawn), ActWithdraw, []office.Role{office.Administrator, System}, "reason, by itself an import that broke off"},
	{ofConsultation, string(Concluded), string(Concluded), ActMinority, []office.Role{office.Facilitator}, "words; shown to the panel for 7 days"},
	{ofConsultation, string(Concluded), string(Concluded), ActForgo, []office.Role{office.Facilitator}, "dissent, reason not to report it"},
	{ofConsultation, string(Concluded), string(Published), ActPublish, []office.Role{office.Administrator, System}, "key and ballots gone, opinion built; by hand, no dissent or it was reported"},
	{ofConsultation, string(Concluded), string(Concluded), ActReplace, []office.Role{office.Administrator}, "role held, from today on, reason"},
	{ofConsultation, string(Concluded), string(Concluded), ActCorrect, []office.Role{office.Administrator}, "a text that nothing binds, reason"},
	{ofConsultation, string(Concluded), string(Withdrawn), ActWithdraw, []office.Role{office.Administrator, System}, "reason, by itself an import that broke off"},
	{ofConsultation, string(Published), string(Answered), ActReply, []office.Role{office.Administrator}, "every finding replied to"},

	{ofRound, Nothing, string(RoundPlanned), ActPlan, []office.Role{office.Administrator, System}, ""},
	{ofRound, string(RoundPlanned), string(RoundPlanned), ActPostpone, []office.Role{System}, "a guard of the opening fails"},
	{ofRound, string(RoundPlanned), string(RoundOpen), ActOpen, []office.Role{office.Facilitator, System}, "previous released, nothing pending, a live item to answer"},
	{ofRound, string(RoundPlanned), string(RoundSkipped), ActSkip, []office.Role{System}, "concluded or withdrawn"},
	{ofRound, string(RoundOpen), string(RoundOpen), ActExtend, []office.Role{office.Facilitator}, "before the deadline, reason, extensions left"},
	{ofRound, string(RoundOpen), string(RoundOpen), ActRemind, []office.Role{office.Facilitator}, "to everyone, once a deadline, not in its first 3 days nor its last 2"},
	{ofRound, string(RoundOpen), string(RoundOpen), ActTick, []office.Role{System}, "standing round"},
	{ofRound, string(RoundOpen), string(RoundClosing), ActClose, []office.Role{office.Facilitator, System}, "deadline, or reason"},
	{ofRound, string(RoundOpen), string(RoundSkipped), ActSkip, []office.Role{System}, "withdrawn"},
	{ofRound, string(RoundClosing), string(RoundClosed), ActTabulate, []office.Role{System}, ""},
	{ofRound, string(RoundClosing), string(RoundSkipped), ActSkip, []office.Role{System}, "withdrawn, or key date passed untabulated"},
	{ofRound, string(RoundClosed), string(RoundReleased), ActRelease, []office.Role{office.Moderator, System}, "gather: nothing pending, or 14 days"},
	{ofRound, string(RoundClosed), string(RoundSkipped), ActSkip, []office.Role{System}, "withdrawn"},
	{ofRound, string(RoundReleased), string(RoundReleased), ActBrief, []office.Role{office.Facilitator}, "an answering round, words, no later round opened"},

	{ofItem, Nothing, string(ItemCandidate), ActPropose, []office.Role{office.Moderator, office.Facilitator, System}, ""},
	{ofItem, string(ItemCandidate), string(ItemLive), ActAdmit, []office.Role{office.Moderator, office.Facilitator, System}, "between rounds, or standing"},
	{ofItem, Nothing, string(ItemLive), ActJoin, []office.Role{office.Facilitator}, "after the round that the protocol names, reason"},
	{ofItem, string(ItemLive), Nothing, ActRemove, []office.Role{office.Moderator, office.Facilitator}, "no round has shown it"},
	{ofItem, string(ItemLive), string(ItemLive), ActTranslate, []office.Role{office.Moderator}, "words in each declared language"},
	{ofItem, string(ItemLive), string(ItemLive), ActReword, []office.Role{office.Moderator, office.Facilitator}, "between rounds"},
	{ofItem, string(ItemLive), string(ItemLive), ActGoOn, []office.Role{office.Facilitator, System}, "between rounds, reason against the proposal"},
	{ofItem, string(ItemLive), string(ItemLive), ActHold, []office.Role{office.Facilitator, System}, "between rounds, reason against the proposal"},
	{ofItem, string(ItemLive), string(ItemSettled), ActSettle, []office.Role{office.Facilitator, System}, "between rounds, reason against the proposal"},
	{ofItem, string(ItemLive), string(ItemDropped), ActNarrow, []office.Role{office.Facilitator, System}, "after a select round, reason against the proposal"},
	{ofItem, string(ItemLive), string(ItemDropped), ActDrop, []office.Role{office.Moderator}, "between rounds, reason"},
	{ofItem, string(ItemLive), string(ItemSuperseded), ActSupersede, []office.Role{office.Moderator, office.Facilitator}, "between rounds"},
	{ofItem, string(ItemSettled), string(ItemLive), ActReopen, []office.Role{office.Facilitator}, "an answer round is still planned, reason"},
	{ofItem, string(ItemDropped), string(ItemLive), ActReopen, []office.Role{office.Facilitator}, "dropped after the last round, reason"},
	{ofItem, string(ItemLive), string(ItemLive), ActUndecide, []office.Role{office.Facilitator}, "decided since the last round, no round opened"},
	{ofItem, string(ItemSettled), string(ItemLive), ActUndecide, []office.Role{office.Facilitator}, "decided since the last round, no round opened"},
	{ofItem, string(ItemDropped), string(ItemLive), ActUndecide, []office.Role{office.Facilitator}, "narrowed since the last round, no round opened"},
	{ofItem, string(ItemLive), string(ItemLive), ActMark, []office.Role{office.Facilitator}, "policy, between rounds, an argument of the last one, reason"},
	{ofItem, string(ItemSettled), string(ItemSettled), ActMark, []office.Role{office.Facilitator}, "as above"},
	{ofItem, string(ItemDropped), string(ItemLive), ActRestore, []office.Role{office.Moderator}, "between rounds"},
	{ofItem, string(ItemSuperseded), string(ItemLive), ActRestore, []office.Role{office.Moderator, office.Facilitator}, "between rounds"},
}

// Step gives the stage to which an act leads, and in which of the roles it is done:
// step, of a consultation.
func (s Stage) Step(act Act, roles ...office.Role) (to Stage, as office.Role, err error) {
	return step(ofConsultation, s, act, roles...)
}

// Step is Stage.Step for a round.
func (s RoundState) Step(act Act, roles ...office.Role) (to RoundState, as office.Role, err error) {
	return step(ofRound, s, act, roles...)
}

// Step is Stage.Step for an item.
func (s ItemState) Step(act Act, roles ...office.Role) (to ItemState, as office.Role, err error) {
	return step(ofItem, s, act, roles...)
}

// WrongRole is the fault of who holds none of the roles that ever do an act.
func WrongRole(act Act) error {
	var roles []office.Role
	for _, t := range transitions {
		if t.act == act {
			roles = append(roles, t.by...)
		}
	}
	return office.Needs(roles...).With("act", string(act))
}

// step is the one transition function: where act leads from a state, and in
// which of the actor's roles it is done. Forbidden when none of the roles ever
// does such an act there, Conflict "wrong_stage" when it is not the time for it.
func step[S ~string](n noun, from S, act Act, roles ...office.Role) (to S, as office.Role, err error) {
	ever := false
	for _, t := range transitions {
		if t.noun != n || t.act != act {
			continue
		}
		for _, role := range t.by {
			if !slices.Contains(roles, role) {
				continue
			}
			if t.from == string(from) {
				return S(t.to), role, nil
			}
			ever = true
		}
	}
	// Who has no office for the act is not told what stage it would need.
	if !ever {
		return from, "", WrongRole(act)
	}
	return from, "", fault.New(fault.Conflict, "wrong_stage", "this is not possible at this point").
		With("act", string(act)).With("state", string(from))
}
