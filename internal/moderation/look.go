package moderation

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"

	"github.com/google/uuid"

	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/stat/reliability"
)

const (
	// lookedAt is the share of judgements that a second moderator sees: one in so many.
	lookedAt = 20
	// MinPairs is from how many pairs on their agreement is shown: a few say little.
	MinPairs = 30
)

// Look is a subject that a second moderator judges without the first one's decision.
type Look struct {
	Act     uuid.UUID
	Subject uuid.UUID
	Text    Text
}

// drawn tells whether the judgement of a subject by an act is looked at twice. Without the
// key nobody foresees it: HMAC-SHA256(key, act ‖ subject) modulo 20.
func drawn(key []byte, act, subject uuid.UUID) bool {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("delfi second look v1"))
	h.Write(act[:])
	h.Write(subject[:])
	return binary.BigEndian.Uint64(h.Sum(nil))%lookedAt == 0
}

// canLook refuses a second look by whoever took the first.
func canLook(a Act, by Staff) error {
	if a.By.is(by) {
		return errOwnAct
	}
	return nil
}

// Agreement counts the pairs of judgements: Pairs[first][second], 0 in, 1 left out.
type Agreement struct{ Pairs [2][2]int }

// N is the number of pairs.
func (a Agreement) N() int { return a.Same() + a.Pairs[0][1] + a.Pairs[1][0] }

// Same is the number of pairs that agree.
func (a Agreement) Same() int { return a.Pairs[0][0] + a.Pairs[1][1] }

// Kappa is Cohen's κ of the pairs; Undefined below MinPairs, and as reliability.Kappa.
func (a Agreement) Kappa() stat.Value {
	if a.N() < MinPairs {
		return stat.Undefined
	}
	return reliability.Kappa([][]int{a.Pairs[0][:], a.Pairs[1][:]}, reliability.Unweighted).Kappa
}
