package joined

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/ledger"
	"delfi/internal/platform/postgres"
)

// Statement is a statement that joined after a round and was not withdrawn, as the record says.
type Statement struct {
	Number       int       // of the statement
	Round        int       // after which it joined
	Contribution uuid.UUID // that it rests on; uuid.Nil for none
	Digest       string    // of the reason that it rests on; "" for none
	Entry        ledger.Entry
	Item         *consultation.Item // where the reader has it; nil otherwise
}

// Same tells whether it is the statement that a facilitator sends once more.
func (j Statement) Same(again consultation.Joining) bool {
	for l, text := range again.Texts {
		if j.Entry.Texts[consultation.TranslatedField(l)] != text {
			return false
		}
	}
	return j.Item != nil && j.Item.Text == again.Text && j.Item.Kind == again.Kind && j.Entry.Reason == again.Reason &&
		j.Contribution == again.Contribution && j.Digest == again.Digest
}

// Find gives the statements of a consultation that joined, as the record says; none where its
// protocol lets none join.
func Find(ctx context.Context, tx *postgres.Tx, record *ledger.Service, c consultation.Consultation) ([]Statement, error) {
	if c.Protocol.Items.NewAfterRound == 0 {
		return nil, nil
	}
	entries, err := record.ActsOf(ctx, tx, c.ID, string(consultation.ActJoin), string(consultation.ActRemove))
	return Read(entries), err
}

// Read finds among a consultation's entries the statements that joined, by number.
func Read(entries []ledger.Entry) []Statement {
	var all []Statement
	for _, e := range entries {
		var f struct {
			Item, Round  int
			Contribution uuid.UUID
			Digest       string `json:"said"`
		}
		// An entry's figures are ours: what cannot be read here is no statement.
		if e.Type != ledger.Act || json.Unmarshal([]byte(e.Body), &f) != nil {
			continue
		}
		switch consultation.Act(e.Kind) {
		case consultation.ActJoin:
			all = append(all, Statement{Number: f.Item, Round: f.Round, Contribution: f.Contribution, Digest: f.Digest, Entry: e})
		case consultation.ActRemove:
			all = slices.DeleteFunc(all, func(j Statement) bool { return j.Number == f.Item })
		}
	}
	slices.SortFunc(all, func(a, b Statement) int { return cmp.Compare(a.Number, b.Number) })
	return all
}
