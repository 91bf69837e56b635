package consultation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/delphi"
	"delfi/internal/delphi/verdict"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/notify"
	"delfi/internal/panel"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
	"delfi/internal/space"
)

// Announce: draft → announced. It freezes and hashes the protocol, makes keys and
// space, plans the rounds and opens enrolment. Invalid names all that is missing.
//
// Invited is everyone enrolled in a consultation that the administration holds
// or held here, and nobody else: they know this place, and it knows no others
// who asked to hear from it.
func (s *Service) Announce(ctx context.Context, actor account.Actor, slug string) error {
	err := s.steer(ctx, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *Consultation) error {
		by, err := c.move(ActAnnounce, actor)
		if err != nil {
			return err
		}
		d, staff, p, missing, err := s.gate(ctx, tx, *c)
		if err != nil {
			return err
		}
		if len(missing) > 0 {
			return refusal(missing)
		}
		c.Protocol, c.ProtocolHash = p, p.Hash()
		c.Commitment, c.StartsAt = d.commitment, d.startsAt()
		// The names and roles are those of today, not of the day of drafting.
		if err := putStaff(ctx, tx, c.ID, staff); err != nil {
			return err
		}
		c.Staff = staff
		if err := s.establish(ctx, tx, c, by); err != nil {
			return err
		}
		if err := s.note(ctx, tx, c, by, commitmentEntry(c.Commitment)); err != nil {
			return err
		}
		if err := s.noteProtocol(ctx, tx, c, by); err != nil {
			return err
		}
		if err := s.noteAct(ctx, tx, c, by, ActAnnounce, c.Title, "", map[string]any{"starts_at": c.StartsAt.Format(time.RFC3339)}); err != nil {
			return err
		}
		if err := s.jobs.Enqueue(ctx, tx, openRound{Round: c.Rounds[0].ID}, c.StartsAt); err != nil {
			return err
		}
		return s.invite(ctx, tx, c)
	})
	return s.ended(ctx, actor, slug, err, ActAnnounce, "", "")
}

// refusal is Invalid with everything that an announcement waits for.
func refusal(missing []Missing) error {
	fields := make([]fault.Field, len(missing))
	for i, m := range missing {
		fields[i] = fault.Field{Name: m.Field, Code: m.Code, Message: m.Message}
	}
	return fault.Bad(fields...)
}

// establish makes what an announced consultation stands on: space, keys, rounds,
// and the job that ends its key at the latest date.
func (s *Service) establish(ctx context.Context, tx *postgres.Tx, c *Consultation, by author) error {
	ground, err := space.New(ctx, tx, c.Administration, space.Alias)
	if err != nil {
		return err
	}
	c.Space, c.AnnouncedAt = ground.ID, tx.Now
	if c.Origin == nil {
		err = updateStage(ctx, tx, *c)
	} else {
		err = insertForeign(ctx, tx, *c)
	}
	if err != nil {
		return err
	}
	if err := s.bridge.Prepare(ctx, tx, c.ID, pseudonym.Mode(c.Protocol.Anonymity.Mode)); err != nil {
		return err
	}
	if _, _, err := step(ofRound, RoundState(nothing), ActPlan, by.role); err != nil {
		return err
	}
	c.Rounds = plan(c.ID, c.Protocol, c.StartsAt)
	for _, r := range c.Rounds {
		if err := insertRound(ctx, tx, r); err != nil {
			return err
		}
	}
	last, err := c.lastKeyDay()
	if err != nil {
		return err
	}
	return s.jobs.Enqueue(ctx, tx, endKey{Consultation: c.ID}, last)
}

// lastKeyDay is the instant at which the key's latest date begins, in Rome.
func (c Consultation) lastKeyDay() (time.Time, error) {
	t, err := time.ParseInLocation(time.DateOnly, c.Protocol.Anonymity.LatestKeyDate, rome)
	if err != nil {
		return time.Time{}, fmt.Errorf("latest key date: %w", err)
	}
	return t.UTC(), nil
}

func commitmentEntry(m Commitment) ledger.Entry {
	return ledger.Entry{Type: "commitment", Target: m.Subject, Reason: m.Quotation, Body: ledger.Body(map[string]any{
		"act": m.Act, "decide_by": m.DecideBy.Format(time.DateOnly), "decider": m.Decider, "left_out": m.LeftOut,
		"money": m.Money, "reply_days": m.ReplyDays, "signatory": m.Signatory,
	})}
}

func (s *Service) noteProtocol(ctx context.Context, tx *postgres.Tx, c *Consultation, by author) error {
	return s.note(ctx, tx, c, by, ledger.Entry{Type: "protocol", Body: ledger.Body(map[string]any{
		"hash": c.ProtocolHash, "rule_version": delphi.RuleVersion, "mode": c.Protocol.Anonymity.Mode,
		"cosigners": c.Protocol.Anonymity.Cosigners, "latest_key_date": c.Protocol.Anonymity.LatestKeyDate,
	})})
}

// invite tells those who took part here before.
func (s *Service) invite(ctx context.Context, tx *postgres.Tx, c *Consultation) error {
	others, err := siblings(ctx, tx, *c)
	if err != nil {
		return err
	}
	var invited []uuid.UUID
	for _, o := range others {
		members, err := s.panel.Members(ctx, tx, o)
		if err != nil {
			return err
		}
		invited = append(invited, members...)
	}
	return s.tell(ctx, tx, c, notify.Message{Kind: notify.Invitation}, invited)
}

// tell puts a message to accounts into the outbox, to each once and to no staff.
func (s *Service) tell(ctx context.Context, tx *postgres.Tx, c *Consultation, m notify.Message, accounts []uuid.UUID) error {
	m.Consultation, m.Slug, m.Title = c.ID, c.Slug, c.Title
	seen := map[uuid.UUID]bool{}
	for _, member := range c.Staff {
		seen[member.Account] = true
	}
	var to []uuid.UUID
	for _, a := range accounts {
		if !seen[a] {
			seen[a] = true
			to = append(to, a)
		}
	}
	if len(to) == 0 {
		return nil
	}
	return s.notices.Tell(ctx, tx, m, to)
}

// Start: announced → running, earlier than planned by hand; opens round 1.
func (s *Service) Start(ctx context.Context, actor account.Actor, slug string) error {
	err := s.steer(ctx, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *Consultation) error {
		by, err := c.move(ActStart, actor)
		if err != nil {
			return err
		}
		return s.start(ctx, tx, c, by)
	})
	return s.ended(ctx, actor, slug, err, ActStart, "", "")
}

// start opens round 1 of a consultation that has just moved to running.
func (s *Service) start(ctx context.Context, tx *postgres.Tx, c *Consultation, by author) error {
	if err := c.needActive(); err != nil {
		return err
	}
	if err := s.stillStaffed(ctx, tx, c); err != nil {
		return err
	}
	if err := updateStage(ctx, tx, *c); err != nil {
		return err
	}
	if err := s.noteAct(ctx, tx, c, by, ActStart, c.Title, "", nil); err != nil {
		return err
	}
	return s.open(ctx, tx, c, &c.Rounds[0], itself)
}

// stillStaffed checks that those who were named hold their roles still.
func (s *Service) stillStaffed(ctx context.Context, tx *postgres.Tx, c *Consultation) error {
	if c.Origin != nil {
		return nil // nobody steers what was held elsewhere
	}
	var d draft
	for _, m := range c.Staff {
		if m.Role == account.Moderator {
			d.moderators = append(d.moderators, m.Account)
		} else {
			d.facilitators = append(d.facilitators, m.Account)
		}
	}
	people, err := s.colleagues(ctx, tx, c.Administration, slices.Concat(d.moderators, d.facilitators))
	if err != nil {
		return err
	}
	if missing := d.staffed(people); len(missing) > 0 {
		return fault.New(fault.Conflict, "staff_missing", missing[0].Message)
	}
	return nil
}

// Conclude: running → concluded (facilitator); planned rounds are skipped, live
// items settled, and the key and ballots destroyed by a job. Against the engine's
// proposal (some statement should go on, and a round is left) it needs a reason.
func (s *Service) Conclude(ctx context.Context, actor account.Actor, slug, reason string) error {
	err := s.steer(ctx, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *Consultation) error {
		by, err := c.move(ActConclude, actor)
		if err != nil {
			return err
		}
		if reason, err = optional(reason); err != nil {
			return err
		}
		if err := c.concludable(); err != nil {
			return err
		}
		against, err := s.againstProposal(ctx, tx, *c)
		if err != nil {
			return err
		}
		if against && reason == "" {
			return fault.Bad(fault.Field{Name: "reason", Code: "against_proposal", Message: "statements were proposed to go on: give the reason to conclude, it is public"})
		}
		return s.conclude(ctx, tx, c, by, reason, against)
	})
	return s.ended(ctx, actor, slug, err, ActConclude, "", reason)
}

// concludable checks that no round is under way and that the panel has answered.
func (c Consultation) concludable() error {
	if err := c.needActive(); err != nil {
		return err
	}
	held := c.LastHeld()
	switch {
	case c.Current() != nil:
		return fault.New(fault.Conflict, "round_open", "a round is still open or closing")
	case held == nil || held.State != RoundReleased:
		return fault.New(fault.Conflict, "not_released", "the last round is not released yet")
	case c.LastReleased() == nil:
		return fault.New(fault.Conflict, "nothing_answered", "the panel has not answered anything yet: it can only be withdrawn")
	}
	return nil
}

// againstProposal tells whether concluding now cuts off a statement that should go
// on, or arguments that still come.
func (s *Service) againstProposal(ctx context.Context, tx *postgres.Tx, c Consultation) (bool, error) {
	if c.RoundsLeft() == 0 {
		return false, nil
	}
	stops, err := s.stops(ctx, tx, c, *c.LastReleased())
	return !stops, err
}

// stops asks the protocol's stopping rule after a round, or after the last release of
// a standing one.
func (s *Service) stops(ctx context.Context, tx *postgres.Tx, c Consultation, r Round) (bool, error) {
	found, err := outcomes(ctx, tx, r.ID)
	if err != nil {
		return false, err
	}
	all, err := items(ctx, tx, c.ID, uuid.Nil)
	if err != nil {
		return false, err
	}
	var proposals []verdict.Action
	for _, it := range all {
		if it.State == ItemLive {
			proposals = append(proposals, found[it.ID].Proposal.Action)
		}
	}
	if len(proposals) == 0 {
		return true, nil // everything was settled or dropped by hand
	}
	arguments := 0
	if c.gathersSince(r) {
		n, err := s.contributions(ctx, tx, c.ID)
		if err != nil {
			return false, err
		}
		arguments = n.Admitted
	}
	stops, _ := verdict.Stops(c.Protocol, proposals, arguments)
	return stops, nil
}

// gathersSince says whether contributions were gathered between an answering round and
// the one before it.
func (c Consultation) gathersSince(r Round) bool {
	for n := r.Number - 1; n > 0 && !c.Rounds[n-1].Answers(); n-- {
		if c.Rounds[n-1].Kind == delphi.Gather {
			return true
		}
	}
	return false
}

// conclude ends the rounds of a consultation that has just moved to concluded. Early
// says that the stopping rule asked for more: the record has it with the act, because
// only then is the conclusion a departure from what was announced.
func (s *Service) conclude(ctx context.Context, tx *postgres.Tx, c *Consultation, by author, reason string, early bool) error {
	if err := s.settleLive(ctx, tx, c, by, reason); err != nil {
		return err
	}
	if err := s.skip(ctx, tx, c, RoundPlanned); err != nil {
		return err
	}
	c.ConcludedAt = tx.Now
	if err := updateStage(ctx, tx, *c); err != nil {
		return err
	}
	if err := s.jobs.Enqueue(ctx, tx, Destroy{Consultation: c.ID}, time.Time{}); err != nil {
		return err
	}
	if err := s.jobs.Enqueue(ctx, tx, panel.End{Consultation: c.ID}, time.Time{}); err != nil {
		return err
	}
	within := later(tx.Now, c.Protocol.Publication.WithinDays)
	if err := s.jobs.Enqueue(ctx, tx, publish{Consultation: c.ID}, within); err != nil {
		return err
	}
	return s.noteAct(ctx, tx, c, by, ActConclude, c.Title, reason, map[string]any{"early": early})
}

// skip ends the rounds in the given states without figures.
func (s *Service) skip(ctx context.Context, tx *postgres.Tx, c *Consultation, states ...RoundState) error {
	for i := range c.Rounds {
		r := &c.Rounds[i]
		if !slices.Contains(states, r.State) {
			continue
		}
		to, _, err := step(ofRound, r.State, ActSkip, System)
		if err != nil {
			return err
		}
		if r.State == RoundOpen && r.Kind == delphi.Gather {
			if err := s.gathering.Drop(ctx, tx, *r); err != nil {
				return err
			}
		}
		r.State = to
		if err := updateRound(ctx, tx, *r); err != nil {
			return err
		}
	}
	return nil
}

// Publish: concluded → published (administrator); summary and limitations may be ""
// ("not reported"). Needs key and ballots destroyed, the opinion built, and dissent
// reported: Conflict "minority_missing" or "minority_showing".
func (s *Service) Publish(ctx context.Context, actor account.Actor, slug string, texts OpinionTexts) error {
	return s.steer(ctx, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *Consultation) error {
		by, err := c.move(ActPublish, actor)
		if err != nil {
			return err
		}
		return s.publish(ctx, tx, c, by, texts)
	})
}

func (s *Service) publish(ctx context.Context, tx *postgres.Tx, c *Consultation, by author, texts OpinionTexts) error {
	var r reader
	texts.Summary = r.markdown("summary", texts.Summary, 20000)
	texts.Limitations = r.markdown("limitations", texts.Limitations, 20000)
	if len(r.bad) > 0 {
		return fault.Bad(r.bad...)
	}
	if c.DestroyedAt.IsZero() {
		return fault.New(fault.Conflict, "not_destroyed", "the key and the ballots are being destroyed: try again in a minute")
	}
	if by.role != System {
		if err := s.reported(ctx, tx, *c); err != nil {
			return err
		}
	}
	if s.opinion == nil {
		return fmt.Errorf("publish %s: nobody stores opinions (OnPublish)", c.ID)
	}
	c.PublishedAt = tx.Now
	if err := updateStage(ctx, tx, *c); err != nil {
		return err
	}
	if err := space.Close(ctx, tx, c.Space); err != nil {
		return err
	}
	// The document holds the texts: they are stored in it and nowhere else.
	if err := s.opinion(ctx, tx, *c, texts); err != nil {
		return err
	}
	return s.noteAct(ctx, tx, c, by, ActPublish, c.Title, "", nil)
}

// reported checks that dissent is not left out in silence.
func (s *Service) reported(ctx context.Context, tx *postgres.Tx, c Consultation) error {
	m, err := minority(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	dissent, err := s.dissents(ctx, tx, c)
	if err != nil {
		return err
	}
	return m.publishable(dissent, tx.Now)
}

// Withdraw ends it with a public reason (administrator).
func (s *Service) Withdraw(ctx context.Context, actor account.Actor, slug, reason string) error {
	err := s.steer(ctx, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *Consultation) error {
		by, err := c.move(ActWithdraw, actor)
		if err != nil {
			return err
		}
		if reason, err = reasoned(reason); err != nil {
			return err
		}
		return s.withdraw(ctx, tx, c, by, reason)
	})
	return s.ended(ctx, actor, slug, err, ActWithdraw, "", reason)
}

// withdraw ends what is under way; released figures stay, and nothing that was
// not released is ever tabulated.
func (s *Service) withdraw(ctx context.Context, tx *postgres.Tx, c *Consultation, by author, reason string) error {
	if r := c.Current(); r != nil {
		if err := lockRound(ctx, tx, r.ID); err != nil {
			return err
		}
	}
	if err := s.skip(ctx, tx, c, RoundPlanned, RoundOpen, RoundClosing, RoundClosed); err != nil {
		return err
	}
	if c.Suspended != nil {
		if err := endSuspension(ctx, tx, c.ID); err != nil {
			return err
		}
	}
	c.Reason = reason
	if err := updateStage(ctx, tx, *c); err != nil {
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
	return s.noteAct(ctx, tx, c, by, ActWithdraw, c.Title, reason, nil)
}
