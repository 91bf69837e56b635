package schema

import (
	"encoding/json"
	"slices"

	"delfi/internal/consultation"
)

// Steers tells whether an entry of a type is an act of somebody; the others (documents,
// hashes) follow from acts.
func Steers(kind string) bool {
	return kind == "act" || kind == "decision" || kind == "round_opened"
}

// departures are the acts that change what was announced, whoever took them.
var departures = []consultation.Act{
	consultation.ActPostpone, consultation.ActExtend, consultation.ActClose, consultation.ActSuspend,
	consultation.ActSkip, consultation.ActReopen, consultation.ActDrop, consultation.ActForgo, consultation.ActReplace,
	consultation.ActCorrect,
}

// Departs tells whether an entry departed from the plan or from the engine's proposal, by its
// type, the act's kind, who acted, the public reason and the figures. A round that the system
// closes ended at its deadline, unless a reason says otherwise; one of an imported conversation
// had none. A conclusion is ordinary unless the stopping rule asked for more, and a decision that
// follows the proposal may carry a reason too.
func Departs(of, kind, role, reason, body string, imported bool) bool {
	act := consultation.Act(kind)
	var figures struct {
		Early             bool
		Proposed, Decided string
	}
	if json.Unmarshal([]byte(body), &figures) != nil {
		figures.Early = false // an entry's figures are ours: what cannot be read here says nothing
	}
	switch {
	case imported && act == consultation.ActClose, !Steers(of):
		return false
	case of == "decision" && figures.Proposed != figures.Decided:
		return true
	case act == consultation.ActConclude:
		return figures.Early
	case act == consultation.ActClose && role == string(consultation.System):
		return reason != ""
	}
	return slices.Contains(departures, act)
}
