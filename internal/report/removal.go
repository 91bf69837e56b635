package report

import (
	"context"
	"fmt"

	"delfi/internal/account"
	"delfi/internal/consultation/contribution"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/ledger/leaf"
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
	"delfi/internal/search"
)

// redacted stands in a minority report where a text was that the law wants gone.
const redacted = "[…]"

// maxGround is how many characters a legal ground may have.
const maxGround = 600

// RemoveReason removes the text of the reason with a digest that the law wants gone, by those who
// may remove a contribution, at any stage after its round was released: from the
// feedback documents, where a stub with its digest stays, and from the opinion,
// whose next version is drawn up in the same transaction. The record tells who did it, on which ground and
// from which documents, with the digest of each afterwards. Invalid when the ground is missing,
// NotFound when no published reason has the digest; again it does nothing.
func (s *Service) RemoveReason(ctx context.Context, actor account.Actor, slug, digest, ground string) error {
	found, err := s.consultations.Find(ctx, actor, slug)
	if err != nil {
		return err
	}
	if !actor.SignedIn() {
		return fault.New(fault.Unauthenticated, "sign_in", "sign in first")
	}
	if !contribution.CanRemove(actor, found) {
		return fault.New(fault.Forbidden, "not_staff", "only a moderator or an administrator of this consultation may do this")
	}
	var bad []fault.Field
	ground = prose.Field{Name: "ground", Max: maxGround, Needed: true, Line: true}.Read(ground, &bad)
	if len(bad) > 0 {
		return fault.Bad(bad...)
	}
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, err := s.consultations.Lock(ctx, tx, found.ID)
		if err != nil {
			return err
		}
		text, known, changed, err := s.archive.Redact(ctx, tx, c.ID, digest)
		if err != nil {
			return err
		}
		switch {
		case !known:
			return fault.New(fault.NotFound, "no_reason", "there is no such reason")
		case len(changed) == 0:
			return nil // removed already
		}
		// The minority report quotes reasons.
		minority, err := s.consultations.RedactMinority(ctx, tx, c.ID, text, redacted)
		if err != nil {
			return err
		}
		if err := search.Forget(ctx, tx, opinionOf(c)); err != nil {
			return err
		}
		role := account.Administrator
		if contribution.CanModerate(actor, c) {
			role = account.Moderator
		}
		documents, afterwards := make([]string, len(changed)), make([]string, len(changed))
		for i, d := range changed {
			documents[i], afterwards[i] = d.Hash, d.After
		}
		// Whoever keeps the record cannot change more under a removal than it names.
		figures := map[string]any{"digest": digest, "documents": documents, "afterwards": afterwards}
		if minority != "" {
			figures["minority"] = leaf.Digest([]byte(minority))
		}
		err = s.record.Append(ctx, tx, ledger.Entry{
			Consultation: c.ID, Type: ledger.Removal, Role: string(role), Name: actor.Name, Kind: "reason",
			Target: fmt.Sprintf("round %d", changed[0].Round), Reason: ground,
			Body: ledger.Body(figures),
		})
		if err != nil {
			return err
		}
		return s.consultations.Removed(ctx, tx, c)
	})
}
