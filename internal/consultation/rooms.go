package consultation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/panel"
	"delfi/internal/platform/postgres"
)

// What follows is for the rooms beneath (ballot, synthesis) and for report: they
// do their part of an act in the same transaction, and the stage of things stays here.

// Tabulate asks the ballot room to tabulate a round in state closing. It is
// enqueued by the closing of a round that has ballots; its worker ends by calling
// Tabulated.
type Tabulate struct {
	Round uuid.UUID `json:"round"`
}

// Kind names the job.
func (Tabulate) Kind() string { return "tabulate_round" }

// Destroy asks the ballot room to destroy the key and the ballots of a
// consultation that ended; its worker ends by calling Destroyed.
type Destroy struct {
	Consultation uuid.UUID `json:"consultation"`
}

// confirmEvery is how often it is looked whether every process has destroyed its
// copy of a key.
const confirmEvery = 3 * time.Second

// Kind names the job.
func (Destroy) Kind() string { return "destroy_ballots" }

// Renew asks report for a new version of a published opinion, after a text in it was
// removed by law.
type Renew struct {
	Consultation uuid.UUID `json:"consultation"`
}

// Kind names the job.
func (Renew) Kind() string { return "renew_opinion" }

// Removed has the opinion of a consultation drawn up again without a text that was
// removed in the caller's transaction; before publication there is nothing to do.
func (s *Service) Removed(ctx context.Context, tx *postgres.Tx, c Consultation) error {
	if c.PublishedAt.IsZero() {
		return nil
	}
	return s.jobs.Enqueue(ctx, tx, Renew{Consultation: c.ID}, time.Time{})
}

// Contributions counts those of a consultation by how far they have come.
type Contributions struct {
	Pending  int // nobody has examined them yet
	Admitted int // in at least one item
}

// Counted gives them.
type Counted func(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (Contributions, error)

// Opinion stores the opinion document of a consultation that is being published.
type Opinion func(ctx context.Context, tx *postgres.Tx, c Consultation, texts OpinionTexts) error

// Shown gives the hash of the feedback document that a round's form shows: that
// of the answering round before it; "" when there is none.
type Shown func(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, number int) (string, error)

// OnShown sets who knows the feedback documents (the ballot room, in its New).
func (s *Service) OnShown(hash Shown) { s.feedback = hash }

// Opened makes room for the answers of a round that opens.
type Opened func(ctx context.Context, tx *postgres.Tx, r Round) error

// OnOpened sets who makes it (the ballot room, in its New).
func (s *Service) OnOpened(room Opened) { s.opened = room }

// OnContributions sets who counts contributions (the synthesis room, in its New).
func (s *Service) OnContributions(count Counted) { s.contributions = count }

// pending counts the contributions that nobody has examined yet.
func (s *Service) pending(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (int, error) {
	n, err := s.contributions(ctx, tx, consultation)
	return n.Pending, err
}

// Dissent tells whether the panel's reasons dissent from the verdicts of a concluded
// consultation.
type Dissent func(ctx context.Context, tx *postgres.Tx, c Consultation) (bool, error)

// OnDissent sets who knows the dissent (report, in its New).
func (s *Service) OnDissent(known Dissent) { s.dissent = known }

// OnPublish sets who stores the opinion (report, wired in cmd).
func (s *Service) OnPublish(store Opinion) { s.opinion = store }

// Locked keeps a round from closing and gives it when it takes answers or
// contributions at tx.Now: Conflict "round_closed" when it is not open or its
// deadline has passed, Conflict "suspended" while forms are read-only, NotFound
// when there is none. It writes nothing. What a room must work on alone comes along as
// keys of advisory locks, ascending, so that nobody waits for another in a circle: they
// cost no trip of their own.
func (s *Service) Locked(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, number int, keys ...int64) (Round, error) {
	r, suspended, err := shared(ctx, tx, consultation, number, keys)
	if err != nil {
		return Round{}, err
	}
	if err := r.Takes(suspended, tx.Now); err != nil {
		return Round{}, err
	}
	return r, nil
}

// RoundForUpdate locks a round (and its consultation before it) for an act that
// changes it, whatever its state.
func (s *Service) RoundForUpdate(ctx context.Context, tx *postgres.Tx, round uuid.UUID) (Round, error) {
	c, r, err := s.roundForUpdate(ctx, tx, round)
	if err != nil {
		return Round{}, err
	}
	return *c.Round(r.Number), nil
}

// ForUpdate locks a consultation for an act of its staff, and gives it whole.
func (s *Service) ForUpdate(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (Consultation, error) {
	if err := lockConsultation(ctx, tx, consultation); err != nil {
		return Consultation{}, err
	}
	return whole(ctx, tx, consultation)
}

// ByID gives a consultation whole, inside the caller's transaction.
func (s *Service) ByID(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (Consultation, error) {
	return whole(ctx, tx, consultation)
}

// LiveItems lists the items in play, by number, New and Was as the next form shows them.
func (s *Service) LiveItems(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) ([]Item, error) {
	c, err := whole(ctx, tx, consultation)
	if err != nil {
		return nil, err
	}
	all, err := items(ctx, tx, c.ID, c.before(c.nextNumber()))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(it Item) bool { return it.State != ItemLive }), nil
}

// RoundItems lists the items of one answering round as they were frozen at its
// opening (a standing round: those in play), by number; New and Was compare with
// the answering round before it.
func (s *Service) RoundItems(ctx context.Context, tx *postgres.Tx, round uuid.UUID) ([]Item, error) {
	of, err := consultationOf(ctx, tx, round)
	if err != nil {
		return nil, err
	}
	c, err := whole(ctx, tx, of)
	if err != nil {
		return nil, err
	}
	since := uuid.Nil
	for _, r := range c.Rounds {
		if r.ID == round {
			since = c.before(r.Number)
		}
	}
	return roundItems(ctx, tx, round, since)
}

// Answering lists the open rounds that take ballots, for the hourly turnout.
func (s *Service) Answering(ctx context.Context, tx *postgres.Tx) ([]Round, error) {
	return openRounds(ctx, tx, string(delphi.AnswerRound), string(delphi.Select), string(delphi.StandingKind))
}

// Count stores how many people have answered an open round, rounded down to a
// multiple of 5, and gives it.
func (s *Service) Count(ctx context.Context, tx *postgres.Tx, round uuid.UUID, answered int) (int, error) {
	figure := panel.Stepped(answered)
	return figure, countTurnout(ctx, tx, round, figure)
}

// Tabulated ends a closing: closing → closed → released, with the verdict and
// proposal of each item. answered is exact. Again on a released round it does
// nothing (nil): a tabulation may be repeated.
func (s *Service) Tabulated(ctx context.Context, tx *postgres.Tx, round uuid.UUID, answered int, outcomes []Outcome) error {
	c, r, err := s.roundForUpdate(ctx, tx, round)
	if err != nil {
		return err
	}
	if r.State == RoundReleased || r.State == RoundSkipped {
		return nil // tabulated before, or withdrawn meanwhile
	}
	if r.State, _, err = step(ofRound, r.State, ActTabulate, System); err != nil {
		return err
	}
	for _, o := range outcomes {
		if err := putOutcome(ctx, tx, round, r.Ticks, o); err != nil {
			return err
		}
	}
	r.Turnout = panel.Stepped(answered)
	return s.release(ctx, tx, &c, r, itself, map[string]any{"answered": answered, "enrolled": r.People(), "items": len(outcomes), "round": r.Number})
}

// Ticked stores an interim release of an open standing round: the outcomes of
// the items released at this tick (1..). Its entry in the record is the caller's,
// who knows what was released.
func (s *Service) Ticked(ctx context.Context, tx *postgres.Tx, round uuid.UUID, tick int, outcomes []Outcome) error {
	c, r, err := s.roundForUpdate(ctx, tx, round)
	if err != nil {
		return err
	}
	if tick <= r.Ticks {
		return nil
	}
	if r.Kind != delphi.StandingKind {
		return fmt.Errorf("round %d has no interim releases", r.Number)
	}
	if r.State, _, err = step(ofRound, r.State, ActTick, System); err != nil {
		return err
	}
	for _, o := range outcomes {
		if err := putOutcome(ctx, tx, round, tick, o); err != nil {
			return err
		}
	}
	r.Ticks = tick
	if err := updateRound(ctx, tx, *r); err != nil {
		return err
	}
	return s.drift(ctx, tx, &c, r)
}

// drift closes a standing round before its deadline where the protocol says so, and
// every statement's drift lies below the threshold: not before the days that the
// protocol keeps it open for.
func (s *Service) drift(ctx context.Context, tx *postgres.Tx, c *Consultation, r *Round) error {
	if !c.Protocol.StopsItself() || c.Stage != Running || c.Suspended != nil ||
		tx.Now.Before(later(r.OpenedAt, c.Protocol.Round(r.Number).MinDays)) {
		return nil
	}
	stops, err := s.stops(ctx, tx, *c, *r)
	if err != nil || !stops {
		return err
	}
	return s.close(ctx, tx, c, r, itself, c.why(whyDrift))
}

// Destroyed notes that the key and the ballots are gone, and says so in public once
// every living process has confirmed that its copy of the key is: until then it
// notes nothing and asks to be called again in a minute, by another Destroy.
func (s *Service) Destroyed(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) error {
	c, err := s.ForUpdate(ctx, tx, consultation)
	if err != nil {
		return err
	}
	if !c.DestroyedAt.IsZero() {
		return nil
	}
	if c.Stage == Draft || c.Stage == Announced || c.Stage == Running {
		return fmt.Errorf("key of %s destroyed while it is %s", c.ID, c.Stage)
	}
	end, err := s.bridge.End(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	if end.Waiting > 0 {
		return s.jobs.Enqueue(ctx, tx, Destroy{Consultation: c.ID}, tx.Now.Add(confirmEvery))
	}
	c.DestroyedAt = tx.Now
	if err := updateStage(ctx, tx, c); err != nil {
		return err
	}
	figures := map[string]any{
		"backups_until": end.BackupsUntil.In(rome).Format(time.DateOnly), "processes": end.Processes, "scope": "panel",
	}
	if end.Unconfirmed > 0 {
		figures["unconfirmed"] = end.Unconfirmed
	}
	return s.note(ctx, tx, &c, itself, ledger.Entry{Type: "key_destroyed", Target: c.Title, Body: ledger.Body(figures)})
}

// AddItem puts a new item in play between rounds (or in an open standing round),
// with the next number. kind "" is the protocol's first item kind; parents are
// the items that it was merged or split from, which are superseded.
func (s *Service) AddItem(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, kind, text string, parents []uuid.UUID) (Item, error) {
	c, err := s.itemsForUpdate(ctx, tx, consultation)
	if err != nil {
		return Item{}, err
	}
	if r := c.Current(); r == nil && c.RoundsLeft() == 0 {
		return Item{}, fault.New(fault.Conflict, "no_round_left", "no round is left in which it could be answered")
	}
	it := Item{ID: uuid.New(), Consultation: c.ID, Kind: kind, Parents: parents}
	if it.Text, err = wording(text); err != nil {
		return Item{}, err
	}
	if it.Kind == "" {
		it.Kind = c.Protocol.ItemKinds[0].ID
	}
	if _, known := c.Protocol.Kind(it.Kind); !known {
		return Item{}, fault.Bad(fault.Field{Name: "kind", Code: "unknown_kind", Message: "the protocol knows no such kind of item"})
	}
	for _, act := range []Act{ActPropose, ActAdmit} {
		if it.State, _, err = step(ofItem, it.State, act, System); err != nil {
			return Item{}, err
		}
	}
	for _, p := range parents {
		if err := s.turn(ctx, tx, &c, p, ActSupersede); err != nil {
			return Item{}, err
		}
	}
	if it, err = insertItem(ctx, tx, it); err != nil {
		return Item{}, err
	}
	if it.Number > c.Protocol.Items.Max {
		return Item{}, fault.New(fault.Conflict, "too_many_items", "the protocol allows no more statements").With("max", c.Protocol.Items.Max)
	}
	if r := c.Current(); r != nil {
		// It joins the standing round that is open.
		if err := freeze(ctx, tx, r.ID, it); err != nil {
			return Item{}, err
		}
	}
	return it, nil
}

// RemoveItem undoes AddItem while no round has shown the item (Conflict
// "item_shown" afterwards); its parents are in play again.
func (s *Service) RemoveItem(ctx context.Context, tx *postgres.Tx, item uuid.UUID) error {
	c, it, err := s.itemForUpdate(ctx, tx, item)
	if err != nil {
		return err
	}
	if _, _, err := step(ofItem, it.State, ActRemove, account.Moderator); err != nil {
		return err
	}
	if err := deleteItem(ctx, tx, it.ID); err != nil {
		return err
	}
	for _, p := range it.Parents {
		if err := s.turn(ctx, tx, &c, p, ActRestore); err != nil {
			return err
		}
	}
	return nil
}

// RewordItem gives a live item new words (an editorial reword: a new version,
// answers still paired), between rounds. Giving back the old words undoes it.
func (s *Service) RewordItem(ctx context.Context, tx *postgres.Tx, item uuid.UUID, text string) (Item, error) {
	_, it, err := s.itemForUpdate(ctx, tx, item)
	if err != nil {
		return Item{}, err
	}
	if _, _, err := step(ofItem, it.State, ActReword, account.Moderator); err != nil {
		return Item{}, err
	}
	if text, err = wording(text); err != nil {
		return Item{}, err
	}
	if text == it.Text {
		return it, nil
	}
	shown := it.Was
	if shown == "" {
		shown = it.Text
	}
	it.Text, it.Version = text, it.Version+1
	if it.Was = shown; shown == text || it.New {
		it.Was = ""
	}
	if err := insertVersion(ctx, tx, it); err != nil {
		return Item{}, err
	}
	return it, updateItem(ctx, tx, it)
}

// DropItem takes a live item out of play, between rounds; RestoreItem undoes that.
func (s *Service) DropItem(ctx context.Context, tx *postgres.Tx, item uuid.UUID) error {
	c, it, err := s.itemForUpdate(ctx, tx, item)
	if err != nil {
		return err
	}
	return s.turn(ctx, tx, &c, it.ID, ActDrop)
}

// RestoreItem puts a dropped item back in play, between rounds.
func (s *Service) RestoreItem(ctx context.Context, tx *postgres.Tx, item uuid.UUID) error {
	c, it, err := s.itemForUpdate(ctx, tx, item)
	if err != nil {
		return err
	}
	return s.turn(ctx, tx, &c, it.ID, ActRestore)
}

// roundForUpdate locks a round, its consultation before it, as every act does.
func (s *Service) roundForUpdate(ctx context.Context, tx *postgres.Tx, round uuid.UUID) (Consultation, *Round, error) {
	of, err := consultationOf(ctx, tx, round)
	if err != nil {
		return Consultation{}, nil, err
	}
	if err := lockConsultation(ctx, tx, of); err != nil {
		return Consultation{}, nil, err
	}
	if err := lockRound(ctx, tx, round); err != nil {
		return Consultation{}, nil, err
	}
	c, err := whole(ctx, tx, of)
	if err != nil {
		return Consultation{}, nil, err
	}
	for i := range c.Rounds {
		if c.Rounds[i].ID == round {
			return c, &c.Rounds[i], nil
		}
	}
	return Consultation{}, nil, errNoRound
}

// itemsForUpdate locks a consultation whose items may change now: it runs, and
// no round shows them, or a standing round takes new ones.
func (s *Service) itemsForUpdate(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (Consultation, error) {
	c, err := s.ForUpdate(ctx, tx, consultation)
	if err != nil {
		return Consultation{}, err
	}
	if err := c.needRunning(); err != nil {
		return Consultation{}, err
	}
	if r := c.Current(); r != nil && r.Kind == delphi.StandingKind && r.State == RoundOpen {
		return c, nil
	}
	return c, c.between()
}

// itemForUpdate is itemsForUpdate for one item; in standing rounds nothing is reworded.
func (s *Service) itemForUpdate(ctx context.Context, tx *postgres.Tx, item uuid.UUID) (Consultation, Item, error) {
	of, err := itemConsultation(ctx, tx, item)
	if err != nil {
		return Consultation{}, Item{}, err
	}
	c, err := s.itemsForUpdate(ctx, tx, of)
	if err != nil {
		return Consultation{}, Item{}, err
	}
	if err := c.between(); err != nil {
		return Consultation{}, Item{}, err
	}
	it, err := itemIn(ctx, tx, &c, item)
	return c, it, err
}

// turn moves an item of a locked consultation by a moderator's act, and records where
// the item stands: the act's own entry, which the room above writes, has its words.
func (s *Service) turn(ctx context.Context, tx *postgres.Tx, c *Consultation, item uuid.UUID, act Act) error {
	it, err := itemIn(ctx, tx, c, item)
	if err != nil {
		return err
	}
	if it.State, _, err = step(ofItem, it.State, act, account.Moderator); err != nil {
		return err
	}
	if err := updateItem(ctx, tx, it); err != nil {
		return err
	}
	return s.note(ctx, tx, c, author{role: account.Moderator}, ledger.Entry{
		Type: ledger.Decision, Kind: string(act), Target: it.target(), Body: ledger.Body(map[string]any{"item": it.Number}),
	})
}

// wording reads the words of a statement: 1 to 600 characters.
func wording(text string) (string, error) {
	var r reader
	if text = r.needed("text", text, 600); len(r.bad) > 0 {
		return "", fault.Bad(r.bad...)
	}
	return text, nil
}
