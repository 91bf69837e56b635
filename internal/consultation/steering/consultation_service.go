package steering

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/consultation/access"
	"delfi/internal/consultation/draft/form"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/consultation/translation"
	"delfi/internal/delphi"
	"delfi/internal/delphi/verdict"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/notify"
	"delfi/internal/panel"
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
	"delfi/internal/pseudonym"
	"delfi/internal/richtext"
	"delfi/internal/space"
)

// Announce: draft → announced. It freezes and hashes the protocol, makes keys and
// space, plans the rounds and opens enrolment. Invalid names all that is missing.
//
// Invited is everyone enrolled in a consultation that the administration holds
// or held here, and nobody else: they know this place, and it knows no others
// who asked to hear from it.
func (s *Service) Announce(ctx context.Context, actor account.Actor, slug string) error {
	err := s.steer(ctx, actor, slug, consultation.ActAnnounce, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author) error {
		d, staff, p, missing, err := s.drafts.Gate(ctx, tx, *c)
		if err != nil {
			return err
		}
		if len(missing) == 0 {
			if missing, err = access.Missing(ctx, tx, s.panel, *c, p); err != nil {
				return err
			}
		}
		if len(missing) > 0 {
			return form.Refusal(missing)
		}
		c.Protocol, c.ProtocolHash = p, p.Hash()
		c.Commitment, c.StartsAt = d.Commitment, d.StartsAt()
		// The names and roles are those of today, not of the day of drafting.
		if c.Staff, err = space.Appoint(ctx, tx, c.Space, staff); err != nil {
			return err
		}
		c.Appointed = c.Staff
		if err := s.establish(ctx, tx, c, by); err != nil {
			return err
		}
		if err := s.lay(ctx, tx, c, d.Items(p)); err != nil {
			return err
		}
		if err := s.note(ctx, tx, c, by, commitmentEntry(*c)); err != nil {
			return err
		}
		if err := s.noteProtocol(ctx, tx, c, by); err != nil {
			return err
		}
		if err := access.Record(ctx, tx, s.record, s.panel, *c, by); err != nil {
			return err
		}
		figures := map[string]any{
			"slug": ledger.Text(c.Slug), "starts_at": c.StartsAt.Format(time.RFC3339),
			"question": ledger.Text(c.Question), "background": ledger.Text(c.Background),
		}
		translation.Bind(figures, *c, "title", "question", "background")
		if err := s.give(ctx, tx, *c, figures); err != nil {
			return err
		}
		if err := s.noteAct(ctx, tx, c, by, consultation.ActAnnounce, c.Title, "", figures); err != nil {
			return err
		}
		if err := s.jobs.Enqueue(ctx, tx, openRound{Round: c.Rounds[0].ID}, c.StartsAt); err != nil {
			return err
		}
		return s.invite(ctx, tx, c)
	})
	return s.ended(ctx, actor, slug, err, consultation.ActAnnounce, "", "")
}

// establish makes what an announced consultation stands on: space, keys, rounds,
// and the job that ends its key at the latest date.
func (s *Service) establish(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author) error {
	c.AnnouncedAt = tx.Now
	if c.Origin == nil {
		if err := lifecycle.Save(ctx, tx, *c); err != nil {
			return err
		}
	} else {
		ground, err := space.New(ctx, tx, c.Administration, space.Alias)
		if err != nil {
			return err
		}
		c.Space = ground.ID
		if err := lifecycle.InsertForeign(ctx, tx, *c); err != nil {
			return err
		}
	}
	if err := space.Begin(ctx, tx, c.Space); err != nil {
		return err
	}
	if err := s.keys.Prepare(ctx, tx, c.ID, pseudonym.Mode(c.Protocol.Anonymity.Mode)); err != nil {
		return err
	}
	if _, _, err := consultation.RoundState(consultation.Nothing).Step(consultation.ActPlan, by.Role); err != nil {
		return err
	}
	c.Rounds = consultation.Plan(c.ID, c.Protocol, c.StartsAt)
	for _, r := range c.Rounds {
		if err := lifecycle.InsertRound(ctx, tx, r); err != nil {
			return err
		}
	}
	if err := lifecycle.Index(ctx, tx, *c); err != nil {
		return err
	}
	last, err := c.LastKeyDay()
	if err != nil {
		return err
	}
	return s.jobs.Enqueue(ctx, tx, endKey{Consultation: c.ID}, last)
}

func commitmentEntry(c consultation.Consultation) ledger.Entry {
	m := c.Commitment
	e := ledger.Entry{Type: ledger.Commitment, Target: m.Subject, Reason: m.Quotation}
	figures := map[string]any{
		"act": ledger.Text(m.Act), "decide_by": m.DecideBy.Format(time.DateOnly), "decider": ledger.Text(m.Decider), "left_out": ledger.Text(m.LeftOut),
		"money": ledger.Text(m.Money), "reply_days": m.ReplyDays, "signatory": ledger.Text(m.Signatory),
	}
	translation.Bind(figures, c, consultation.CommitmentFields...)
	e.Body, e.Texts = ledger.Split(figures)
	return e
}

func (s *Service) noteProtocol(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author) error {
	return s.note(ctx, tx, c, by, ledger.Entry{Type: "protocol", Body: ledger.Body(map[string]any{
		"hash": c.ProtocolHash, "rule_version": delphi.RuleVersion, "mode": c.Protocol.Anonymity.Mode,
		"cosigners": c.Protocol.Anonymity.Cosigners, "latest_key_date": c.Protocol.Anonymity.LatestKeyDate,
	})})
}

// invite tells those who took part here before.
func (s *Service) invite(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
	invited, err := s.Invited(ctx, tx, *c)
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, c, notify.Message{Kind: notify.Invitation}, invited)
}

// Invited gives those who took part here before.
func (s *Service) Invited(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) ([]uuid.UUID, error) {
	others, err := lifecycle.Siblings(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	var invited []uuid.UUID
	for _, o := range others {
		members, err := s.panel.Members(ctx, tx, o)
		if err != nil {
			return nil, err
		}
		invited = append(invited, members...)
	}
	return invited, nil
}

// tell puts a message to accounts into the outbox, to each once. Staff get what others get:
// who was left out would be found by it.
func (s *Service) tell(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, m notify.Message, accounts []uuid.UUID) error {
	m.Consultation, m.Slug, m.Title = c.ID, c.Slug, c.Title
	to := consultation.Addressees(accounts)
	if len(to) == 0 {
		return nil
	}
	return s.notices.Tell(ctx, tx, m, to)
}

// Start: announced → running, earlier than planned by hand; opens round 1.
func (s *Service) Start(ctx context.Context, actor account.Actor, slug string) error {
	err := s.steer(ctx, actor, slug, consultation.ActStart, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author) error {
		return s.start(ctx, tx, c, by)
	})
	return s.ended(ctx, actor, slug, err, consultation.ActStart, "", "")
}

// start opens round 1 of a consultation that has just moved to running.
func (s *Service) start(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author) error {
	if err := c.NeedActive(); err != nil {
		return err
	}
	if err := s.drafts.Staffed(ctx, tx, *c); err != nil {
		return err
	}
	if err := lifecycle.Save(ctx, tx, *c); err != nil {
		return err
	}
	if err := s.noteAct(ctx, tx, c, by, consultation.ActStart, c.Title, "", nil); err != nil {
		return err
	}
	return s.open(ctx, tx, c, &c.Rounds[0], consultation.Itself)
}

// Conclude: running → concluded (facilitator); planned rounds are skipped, live
// items settled, and the key and ballots destroyed by a job. Against the engine's
// proposal (some statement should go on, and a round is left) it needs a reason.
func (s *Service) Conclude(ctx context.Context, actor account.Actor, slug, reason string) error {
	err := s.steer(ctx, actor, slug, consultation.ActConclude, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author) error {
		reason, err := consultation.Optional(reason)
		if err != nil {
			return err
		}
		if err := c.Concludable(); err != nil {
			return err
		}
		against, err := s.AgainstProposal(ctx, tx, *c)
		if err != nil {
			return err
		}
		if against && reason == "" {
			return fault.Bad(fault.Field{Name: "reason", Code: "against_proposal", Message: "statements were proposed to go on: give the reason to conclude, it is public"})
		}
		return s.conclude(ctx, tx, c, by, reason, against)
	})
	return s.ended(ctx, actor, slug, err, consultation.ActConclude, "", reason)
}

// AgainstProposal tells whether concluding now cuts off a statement that should go
// on, or arguments that still come.
func (s *Service) AgainstProposal(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) (bool, error) {
	if c.RoundsLeft() == 0 {
		return false, nil
	}
	stops, err := s.stops(ctx, tx, c, *c.LastReleased())
	return !stops, err
}

// stops asks the protocol's stopping rule after a round, or after the last release of
// a standing one. A statement that joined since then goes on, also one that is never judged: the
// panel has not been asked about it.
func (s *Service) stops(ctx context.Context, tx *postgres.Tx, c consultation.Consultation, r consultation.Round) (bool, error) {
	found, err := lifecycle.Outcomes(ctx, tx, r.ID)
	if err != nil {
		return false, err
	}
	since := uuid.Nil // a standing round asks at once what joins in it
	if r.Answers() && r.Kind != delphi.StandingKind {
		since = r.ID
	}
	all, err := lifecycle.ItemsSince(ctx, tx, c.ID, since)
	if err != nil {
		return false, err
	}
	var proposals []verdict.Action
	for _, it := range all {
		if it.State == consultation.ItemLive && (c.Protocol.Judged(it.Kind) || it.Fresh()) {
			proposals = append(proposals, found[it.ID].Proposal.Action)
		}
	}
	if len(proposals) == 0 {
		return true, nil // everything was settled or dropped by hand
	}
	arguments := 0
	if c.GathersSince(r) {
		n, err := s.contributions(ctx, tx, c)
		if err != nil {
			return false, err
		}
		arguments = n.Admitted
	}
	stops, _ := verdict.Stops(c.Protocol, proposals, arguments)
	return stops, nil
}

// conclude ends the rounds of a consultation that has just moved to concluded. Early
// says that the stopping rule asked for more: the record has it with the act, because
// only then is the conclusion a departure from what was announced.
func (s *Service) conclude(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author, reason string, early bool) error {
	if err := s.settleLive(ctx, tx, c, by, reason); err != nil {
		return err
	}
	if err := s.skip(ctx, tx, c, consultation.RoundPlanned); err != nil {
		return err
	}
	c.ConcludedAt = tx.Now
	if err := lifecycle.Save(ctx, tx, *c); err != nil {
		return err
	}
	if err := s.jobs.Enqueue(ctx, tx, Destroy{Consultation: c.ID}, time.Time{}); err != nil {
		return err
	}
	if err := s.jobs.Enqueue(ctx, tx, panel.End{Consultation: c.ID}, time.Time{}); err != nil {
		return err
	}
	within := civiltime.AddDays(tx.Now, c.Protocol.Publication.WithinDays)
	if err := s.jobs.Enqueue(ctx, tx, publish{Consultation: c.ID}, within); err != nil {
		return err
	}
	return s.noteAct(ctx, tx, c, by, consultation.ActConclude, c.Title, reason, map[string]any{"early": early})
}

// skip ends the rounds in the given states without figures.
func (s *Service) skip(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, states ...consultation.RoundState) error {
	dropped := false
	for i := range c.Rounds {
		r := &c.Rounds[i]
		if !slices.Contains(states, r.State) {
			continue
		}
		to, _, err := r.State.Step(consultation.ActSkip, consultation.System)
		if err != nil {
			return err
		}
		if r.State == consultation.RoundOpen && r.Kind == delphi.Gather {
			if err := s.gathering.Drop(ctx, tx, *r); err != nil {
				return err
			}
			dropped = true
		}
		r.State = to
		if err := lifecycle.SaveRound(ctx, tx, *r); err != nil {
			return err
		}
	}
	if !dropped {
		return nil
	}
	return s.gathering.Shown(ctx, tx, *c)
}

// Publish: concluded → published (administrator); summary and limitations may be ""
// ("not reported"). Needs key and ballots destroyed, the opinion built, and dissent
// reported: Conflict "minority_missing" or "minority_showing".
func (s *Service) Publish(ctx context.Context, actor account.Actor, slug string, texts consultation.OpinionTexts) error {
	return s.steer(ctx, actor, slug, consultation.ActPublish, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author) error {
		return s.publish(ctx, tx, c, by, texts)
	})
}

func (s *Service) publish(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author, texts consultation.OpinionTexts) error {
	var bad []fault.Field
	texts.Summary = prose.Field{Name: "summary", Max: 20000, Rendered: richtext.Words}.Read(texts.Summary, &bad)
	texts.Limitations = prose.Field{Name: "limitations", Max: 20000, Rendered: richtext.Words}.Read(texts.Limitations, &bad)
	if len(bad) > 0 {
		return fault.Bad(bad...)
	}
	if c.DestroyedAt.IsZero() {
		return fault.New(fault.Conflict, "not_destroyed", "the key and the ballots are being destroyed: try again in a minute")
	}
	if by.Role != consultation.System {
		if err := s.reported(ctx, tx, *c); err != nil {
			return err
		}
	}
	if s.opinion == nil {
		return fmt.Errorf("publish %s: nobody stores opinions (OnPublish)", c.ID)
	}
	c.PublishedAt = tx.Now
	if err := lifecycle.Save(ctx, tx, *c); err != nil {
		return err
	}
	if err := space.Close(ctx, tx, c.Space); err != nil {
		return err
	}
	if err := s.Index(ctx, tx, *c); err != nil {
		return err
	}
	// The document holds the texts: they are stored in it and nowhere else.
	if err := s.opinion(ctx, tx, *c, texts); err != nil {
		return err
	}
	return s.noteAct(ctx, tx, c, by, consultation.ActPublish, c.Title, "", nil)
}

// reported checks that dissent is not left out in silence.
func (s *Service) reported(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) error {
	m, err := lifecycle.Minority(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	dissent, err := s.dissents(ctx, tx, c)
	if err != nil {
		return err
	}
	return m.Publishable(dissent, tx.Now)
}

// Withdraw ends it with a public reason (administrator).
func (s *Service) Withdraw(ctx context.Context, actor account.Actor, slug, reason string) error {
	err := s.steer(ctx, actor, slug, consultation.ActWithdraw, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author) error {
		reason, err := consultation.Reasoned(reason)
		if err != nil {
			return err
		}
		return s.withdraw(ctx, tx, c, by, reason)
	})
	return s.ended(ctx, actor, slug, err, consultation.ActWithdraw, "", reason)
}

// withdraw ends what is under way; released figures stay, and nothing that was
// not released is ever tabulated.
func (s *Service) withdraw(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author, reason string) error {
	if r := c.Current(); r != nil {
		if err := lifecycle.DrainRound(ctx, tx, r.ID); err != nil {
			return err
		}
	}
	if err := s.skip(ctx, tx, c, consultation.RoundPlanned, consultation.RoundOpen, consultation.RoundClosing, consultation.RoundClosed); err != nil {
		return err
	}
	if c.Suspended != nil {
		if err := lifecycle.EndSuspension(ctx, tx, c.ID); err != nil {
			return err
		}
	}
	c.Reason = reason
	if err := lifecycle.Save(ctx, tx, *c); err != nil {
		return err
	}
	if err := space.Close(ctx, tx, c.Space); err != nil {
		return err
	}
	if err := s.jobs.Enqueue(ctx, tx, panel.End{Consultation: c.ID}, time.Time{}); err != nil {
		return err
	}
	if c.DestroyedAt.IsZero() {
		if err := s.jobs.Enqueue(ctx, tx, Destroy{Consultation: c.ID}, time.Time{}); err != nil {
			return err
		}
	}
	return s.noteAct(ctx, tx, c, by, consultation.ActWithdraw, c.Title, reason, nil)
}
