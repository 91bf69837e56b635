package moderation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/account/office"
	"delfi/internal/delphi/canonical"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/platform/postgres"
	"delfi/internal/space"
)

// Rules gives the rules in force in a space.
func (s *Service) Rules(ctx context.Context, of uuid.UUID) (Rules, error) {
	var out Rules
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		out, err = findRules(ctx, tx, of)
		return err
	})
	return out, err
}

// Publish gives a space a new version of its rules (administrator of its administration),
// in one language. seen is the version that stood beside the form: Conflict
// "rules_changed" when another is in force, unless it says the same, "rules_unchanged" when
// seen says it already. Acts keep the version that they cite. Invalid names the fields of the rules by their places.
func (s *Service) Publish(ctx context.Context, actor account.Actor, kind space.Kind, of uuid.UUID, seen int, language string, typed []Rule) error {
	source, err := s.source(kind)
	if err != nil {
		return err
	}
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		place, err := space.Find(ctx, tx, of)
		if err != nil {
			return err
		}
		if !CanRule(actor, place.Administration) {
			return office.Needs(account.Administrator)
		}
		g, err := source.Ground(ctx, tx, of)
		if err != nil {
			return err
		}
		if err := lockRules(ctx, tx, of); err != nil {
			return err
		}
		now, err := findRules(ctx, tx, of)
		if err != nil {
			return err
		}
		next := Rules{Space: of, Version: now.Version + 1, Since: tx.Now}
		var bad []fault.Field
		if next.List, bad = readRules(next.Version, language, typed); len(bad) > 0 {
			return fault.Bad(bad...)
		}
		switch {
		case now.says(next) && seen == now.Version:
			return Unchanged()
		case now.says(next):
			return nil // pressed twice
		case seen != now.Version:
			return fault.New(fault.Conflict, "rules_changed", "the rules of the house have changed meanwhile: choose again")
		}
		if err := insertRules(ctx, tx, next, language); err != nil {
			return err
		}
		digest, err := next.digest()
		if err != nil {
			return err
		}
		return s.record.Append(ctx, tx, ledger.Entry{
			Consultation: g.Record, Type: ledger.Act, Role: string(account.Administrator), Name: actor.Name, Kind: "rules",
			Target: "rules " + strconv.Itoa(next.Version), Body: ledger.Body(map[string]any{"hash": digest, "rules": next.Version}),
		})
	})
}

// Unchanged is the fault of a version that would say what the one in force says.
func Unchanged() error {
	return fault.New(fault.Conflict, "rules_unchanged", "these are the rules in force: nothing changed, and there is no new version")
}

// says tells whether two versions have the same words in the same order.
func (r Rules) says(other Rules) bool {
	return slices.EqualFunc(r.List, other.List, func(a, b Rule) bool { return a.Title == b.Title && a.Words == b.Words })
}

// digest is the hex SHA-256 of the rules as canonical JSON: [{"title", "words"}].
func (r Rules) digest() (string, error) {
	list := make([]any, len(r.List))
	for i, rule := range r.List {
		list[i] = map[string]any{"title": rule.Title, "words": rule.Words}
	}
	b, err := canonical.Append(nil, list)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// cited gives the rules that acts cite, with the words of those that the space published.
func cited(ctx context.Context, tx *postgres.Tx, of uuid.UUID, acts []Act) (map[Citation]Rule, error) {
	out := map[Citation]Rule{}
	var versions []int
	for _, a := range acts {
		if !a.Rule.Cited() {
			continue
		}
		out[a.Rule] = Rule{Citation: a.Rule}
		if a.Rule.Version > Standing && !slices.Contains(versions, a.Rule.Version) {
			versions = append(versions, a.Rule.Version)
		}
	}
	if len(versions) == 0 {
		return out, nil
	}
	own, err := ruleWords(ctx, tx, of, versions)
	for _, r := range own {
		out[r.Citation] = r
	}
	return out, err
}
