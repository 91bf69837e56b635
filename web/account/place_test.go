package account

import (
	"testing"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/pseudonym"
)

// TestWhichBallotCanBeTakenBack: one of an open round that counts nothing before it closes,
// where the account leads to it. Answers in real time are counted already, and the page says so.
func TestWhichBallotCanBeTakenBack(t *testing.T) {
	for what, c := range map[string]struct {
		kind    delphi.RoundKind
		state   consultation.RoundState
		mode    pseudonym.Mode
		open    int
		nothing string
	}{
		"an answer round":      {delphi.AnswerRound, consultation.RoundOpen, pseudonym.SealedKey, 2, "account.nothing_open"},
		"a round of selection": {delphi.Select, consultation.RoundOpen, pseudonym.SealedKey, 2, "account.nothing_open"},
		"with a code":          {delphi.Select, consultation.RoundOpen, pseudonym.HeldCode, 0, "account.nothing_open"},
		"a closed one":         {delphi.Select, consultation.RoundClosed, pseudonym.SealedKey, 0, "account.nothing_open"},
		"contributions":        {delphi.Gather, consultation.RoundOpen, pseudonym.SealedKey, 0, "account.nothing_open"},
		"in real time":         {delphi.StandingKind, consultation.RoundOpen, pseudonym.SealedKey, 0, "account.nothing_standing"},
		"real time that ended": {delphi.StandingKind, consultation.RoundReleased, pseudonym.SealedKey, 0, "account.nothing_open"},
	} {
		p := place{Consultation: consultation.Consultation{
			Protocol: protocol.Protocol{Anonymity: protocol.Anonymity{Mode: string(c.mode)}},
			Rounds:   []consultation.Round{{Number: 1, Kind: delphi.Gather, State: consultation.RoundReleased}, {Number: 2, Kind: c.kind, State: c.state}},
		}}
		if open, nothing := p.open(), (meView{Places: []place{p}}).nothing(); open != c.open || nothing != c.nothing {
			t.Errorf("%s: round %d, %s", what, open, nothing)
		}
	}
}
