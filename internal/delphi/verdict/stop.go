package verdict

import "delfi/internal/delphi/protocol"

// Stops asks the protocol's stopping rule while rounds are left: whether every live
// item is proposed to be settled, since its positions hold still (in a standing round:
// since its drift lies below the threshold), and, in the policy variant, whether the
// last round brought no new argument, which is a contribution that was admitted in it
// (Turoff 1970). proposals are those of all live items; one that nobody has judged yet
// goes on. Without items nothing stops. Each ground holds where the rule is met.
func Stops(p protocol.Protocol, proposals []Action, arguments int) (bool, []Ground) {
	moving := 0
	for _, a := range proposals {
		if a != Settle {
			moving++
		}
	}
	still := moving == 0 && len(proposals) > 0
	grounds := []Ground{{Code: "still_moving", Holds: still, Value: people(moving), Limit: len(proposals)}}
	if p.Variant != protocol.VariantPolicy {
		return still, grounds
	}
	quiet := arguments == 0
	return still && quiet, append(grounds, Ground{Code: "new_arguments", Holds: quiet, Value: people(arguments)})
}
