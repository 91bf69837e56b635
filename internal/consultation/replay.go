package consultation

import "delfi/internal/account/office"

// Follow gives the stage to which an act of one role leads: step, for who reads
// the public record and has nothing but its entries. The fault is step's.
func (s Stage) Follow(act Act, role string) (Stage, error) {
	to, _, err := s.Step(act, office.Role(role))
	return to, err
}

// Follow is Stage.Follow for a round.
func (s RoundState) Follow(act Act, role string) (RoundState, error) {
	to, _, err := s.Step(act, office.Role(role))
	return to, err
}

// Follow is Stage.Follow for an item.
func (s ItemState) Follow(act Act, role string) (ItemState, error) {
	to, _, err := s.Step(act, office.Role(role))
	return to, err
}
