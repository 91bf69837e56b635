package drawing

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/ledger/leaf"
	"delfi/internal/panel/draw"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
)

// Keys stores the keys of tickets outside the database; pseudonym's keys implement it.
type Keys interface {
	Create(ctx context.Context, name string) ([]byte, error)
	Read(ctx context.Context, name string) ([]byte, error)
	Destroy(ctx context.Context, name string) error
}

// Owner gives the ground of a consultation's draws to an actor, inside the caller's
// transaction; NotFound when the actor may not see it. With lock, acts on the consultation
// stand in line until the transaction has ended.
type Owner func(ctx context.Context, tx *postgres.Tx, actor account.Actor, consultation uuid.UUID, lock bool) (Ground, error)

// Code gives the code by which a person stands on lists, as their provider attested it; ""
// when it did not.
type Code func(actor account.Actor) string

// Service has the use cases of draws.
type Service struct {
	db      *postgres.DB
	jobs    *job.Queue
	keys    Keys
	record  *ledger.Service
	owner   Owner
	code    Code
	beacons Beacons
}

// New makes the service and registers its jobs: a draw when its round is due, and the end of
// keys. Nobody is found on a list until Ask was called.
func New(db *postgres.DB, q *job.Queue, keys Keys, record *ledger.Service, owner Owner, beacons Beacons) *Service {
	s := &Service{db: db, jobs: q, keys: keys, record: record, owner: owner, beacons: beacons, code: func(account.Actor) string { return "" }}
	s.work(q)
	return s
}

// Ask sets who tells the code of a signed-in person: the claims of their provider, at start.
func (s *Service) Ask(code Code) { s.code = code }

// act runs an act on the draws of a consultation, which is locked.
func (s *Service) act(ctx context.Context, actor account.Actor, consultation uuid.UUID, group string, do func(ctx context.Context, tx *postgres.Tx, g Ground) error) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		g, err := s.owner(ctx, tx, actor, consultation, true)
		switch {
		case err != nil:
			return err
		case g.Refused != nil:
			return g.Refused
		case !slices.Contains(g.Groups, group):
			return errNoDraw
		}
		return do(ctx, tx, g)
	})
}

// on is act on a draw that is there.
func (s *Service) on(ctx context.Context, actor account.Actor, consultation uuid.UUID, group string, do func(ctx context.Context, tx *postgres.Tx, g Ground, d Draw) error) error {
	return s.act(ctx, actor, consultation, group, func(ctx context.Context, tx *postgres.Tx, g Ground) error {
		d, err := find(ctx, tx, consultation, group)
		if err != nil {
			return err
		}
		return do(ctx, tx, g, d)
	})
}

func find(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string) (Draw, error) {
	all, err := findDraws(ctx, tx, consultation)
	if err != nil {
		return Draw{}, err
	}
	for _, d := range all {
		if d.Group == group {
			return d, nil
		}
	}
	return Draw{}, errNoDraw
}

// note records a step of a draw.
func (s *Service) note(ctx context.Context, tx *postgres.Tx, actor account.Actor, g Ground, d Draw, e ledger.Entry, figures map[string]any) error {
	e.Consultation, e.Role, e.Name, e.Target = d.Consultation, string(g.Role), actor.Name, g.Names[d.Group]
	if g.Role == "" {
		e.Role = "system"
	}
	figures["group"] = d.Group
	body, texts := ledger.Split(figures)
	e.Body, e.Texts = body, texts
	return s.record.Append(ctx, tx, e)
}

// keyName names the key of a consultation's tickets.
func keyName(consultation uuid.UUID) string { return "draw-" + consultation.String() }

// keyOf is the key of one group's tickets: lists of two groups cannot be joined.
func keyOf(key []byte, group string) []byte { return mac(key, "tickets "+group) }

// proofOf is what the database has of a key.
func proofOf(key []byte) []byte { return mac(key, "proof")[:16] }

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// key reads the key of a draw's tickets.
func (s *Service) key(ctx context.Context, d Draw) ([]byte, error) {
	if d.Keyless {
		return nil, errKeyless
	}
	key, err := s.keys.Read(ctx, keyName(d.Consultation))
	switch kind := fault.KindOf(err); {
	case err == nil && !hmac.Equal(proofOf(key), d.proof):
		return nil, errKeyGone
	case kind == fault.NotFound:
		return nil, errKeyGone.Because(err)
	case kind == fault.Conflict:
		return nil, errKeyless
	case err != nil:
		return nil, fmt.Errorf("drawing: read the key: %w", err)
	}
	return keyOf(key, d.Group), nil
}

// Fix fixes the list of a group's pool: from then on nobody is added or taken away. With one,
// only one ticket of each household is listed. Invalid names lines of the file; Conflict
// "draw_once" when the group has a list. Codes are keyed here and stored nowhere.
func (s *Service) Fix(ctx context.Context, actor account.Actor, consultation uuid.UUID, group string, pool []Coded, one bool) error {
	key, err := s.fixing(ctx, actor, consultation, group)
	if err != nil {
		return err
	}
	roll, err := draw.List(people(keyOf(key, group), pool), one)
	if err != nil {
		return lines(err)
	}
	return s.act(ctx, actor, consultation, group, func(ctx context.Context, tx *postgres.Tx, g Ground) error {
		d := Draw{Consultation: consultation, Group: group, Roll: roll}
		added, err := insertDraw(ctx, tx, consultation, group, one, roll.CSV(), proofOf(key))
		if err != nil {
			return err
		}
		if !added {
			return errRepeated
		}
		return s.note(ctx, tx, actor, g, d, ledger.Entry{Type: ledger.Roll}, map[string]any{"n": roll.N(), "root": roll.Root().String(), "household": household(one)})
	})
}

func household(one bool) string {
	if one {
		return "one"
	}
	return "any"
}

// fixing makes the key of a consultation's tickets, for somebody who may fix a list.
func (s *Service) fixing(ctx context.Context, actor account.Actor, consultation uuid.UUID, group string) ([]byte, error) {
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		g, err := s.owner(ctx, tx, actor, consultation, false)
		switch {
		case err != nil:
			return err
		case g.Refused != nil:
			return g.Refused
		case !slices.Contains(g.Groups, group):
			return errNoDraw
		}
		if _, err := find(ctx, tx, consultation, group); fault.KindOf(err) != fault.NotFound {
			return errors.Join(err, errRepeated)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	key, err := s.keys.Create(ctx, keyName(consultation))
	if err != nil {
		return nil, fmt.Errorf("drawing: make the key: %w", err)
	}
	return key, nil
}

// Prepare stores a rule with its portfolio (nil for none, or for the one of before) and the
// guarantors, until the commitment. Invalid names the fields.
func (s *Service) Prepare(ctx context.Context, actor account.Actor, consultation uuid.UUID, group string, p Plan, portfolio io.Reader) error {
	var d Draw
	err := s.on(ctx, actor, consultation, group, func(_ context.Context, _ *postgres.Tx, _ Ground, now Draw) error {
		d = now
		return d.may(Listed, Prepared)
	})
	if err != nil {
		return err
	}
	rule, guarantors, err := p.read(d)
	if err != nil {
		return err
	}
	panels, err := portfolioOf(portfolio, d, rule)
	if err != nil {
		return err
	}
	return s.on(ctx, actor, consultation, group, func(ctx context.Context, tx *postgres.Tx, _ Ground, now Draw) error {
		if err := now.may(Listed, Prepared); err != nil {
			return err
		}
		now.Rule, now.Portfolio, now.Guarantors = rule, panels, guarantors
		return storePlan(ctx, tx, now)
	})
}

// Seen names the prepared rule that a page showed: a commitment is to that and to no other.
func (d Draw) Seen() string {
	text := d.Rule.Digest() + d.Portfolio.Root().String()
	for _, g := range d.Guarantors {
		text += g.Name + g.Digest
	}
	return leaf.Digest([]byte(text))
}

// Commit commits to list, rule, portfolio, guarantors and the first round of the beacon at
// least 24 hours ahead, and enqueues the draw. Conflict "draw_stage" when the rule is not the
// seen one.
func (s *Service) Commit(ctx context.Context, actor account.Actor, consultation uuid.UUID, group, seen string) error {
	return s.on(ctx, actor, consultation, group, func(ctx context.Context, tx *postgres.Tx, g Ground, d Draw) error {
		if err := d.may(Prepared); err != nil {
			return err
		}
		if seen != d.Seen() {
			return errStage
		}
		d.CommittedAt, d.Round = tx.Now, draw.RoundFor(tx.Now)
		figures := map[string]any{
			"roll": d.Roll.Root().String(), "rule": d.Rule.Digest(), "portfolio": "-", "source": draw.Source, "round": int(d.Round), "guarantors": []string{},
		}
		if d.Rule.Crossing() {
			figures["portfolio"] = d.Portfolio.Root().String()
		}
		digests := []string{}
		for i, one := range d.Guarantors {
			digests = append(digests, one.Digest)
			figures["guarantor"+strconv.Itoa(i+1)] = ledger.Text(one.Name)
		}
		figures["guarantors"] = digests
		if err := d.input().Check(); err != nil {
			return err
		}
		if err := s.note(ctx, tx, actor, g, d, ledger.Entry{Type: ledger.Draw}, figures); err != nil {
			return err
		}
		size, err := s.record.Size(ctx, tx)
		if err != nil {
			return err
		}
		if d.Root, err = s.record.Root(ctx, tx, size); err != nil {
			return err
		}
		if err := storeCommitment(ctx, tx, d); err != nil {
			return err
		}
		return s.jobs.Enqueue(ctx, tx, ID{consultation, group}, d.Due())
	})
}

// Open records the value of a guarantor, from 1. Invalid when it is not the committed one;
// Conflict "draw_value_late" once the round is due.
func (s *Service) Open(ctx context.Context, actor account.Actor, consultation uuid.UUID, group string, place int, value string) error {
	return s.on(ctx, actor, consultation, group, func(ctx context.Context, tx *postgres.Tx, g Ground, d Draw) error {
		if err := d.may(Committed); err != nil {
			return err
		}
		if place < 1 || place > len(d.Guarantors) {
			return errNoDraw
		}
		v, ok := draw.ParseValue(value)
		switch one := d.Guarantors[place-1]; {
		case one.Value != "" && one.Value == value:
			return nil // pressed twice
		case one.Value != "":
			return errStage
		case !tx.Now.Before(d.Due()):
			return errTooLate
		case !ok || v.Commitment() != one.Digest:
			return fault.Bad(fault.Field{Name: "value", Code: "draw_value", Message: "the value is not the one whose digest this guarantor gave"})
		}
		if err := storeValue(ctx, tx, consultation, group, place, value, tx.Now); err != nil {
			return err
		}
		return s.note(ctx, tx, actor, g, d, ledger.Entry{Type: ledger.Opened}, map[string]any{"guarantor": place, "value": value})
	})
}

// Paste draws with a signature that an administrator pastes. Invalid when it is not the
// beacon's of the committed round, or older than the commitment.
func (s *Service) Paste(ctx context.Context, actor account.Actor, consultation uuid.UUID, group, text string) error {
	return s.on(ctx, actor, consultation, group, func(ctx context.Context, tx *postgres.Tx, g Ground, d Draw) error {
		if err := d.may(Committed); err != nil {
			return err
		}
		beacon, err := pasted(text, d.Round)
		if err == nil {
			err = beacon.CheckRound(d.CommittedAt, d.Round)
		}
		if err == nil {
			err = beacon.Verify()
		}
		if err != nil {
			return fault.Bad(fault.Field{Name: "signature", Code: "draw_beacon", Message: err.Error(), Args: map[string]any{"round": d.Round}})
		}
		return s.complete(ctx, tx, actor, g, d, beacon)
	})
}

// complete draws, in the caller's transaction.
func (s *Service) complete(ctx context.Context, tx *postgres.Tx, actor account.Actor, g Ground, d Draw, beacon draw.Beacon) error {
	if tx.Now.Before(d.Due()) {
		return errNotDue
	}
	result, err := draw.Run(d.input(), beacon)
	if err != nil {
		return fmt.Errorf("drawing: draw %s: %w", d.Group, err)
	}
	text := result.Canonical()
	if err := storeResult(ctx, tx, d.Consultation, d.Group, text); err != nil {
		return err
	}
	return s.note(ctx, tx, actor, g, d, ledger.Entry{Type: ledger.Drawn}, map[string]any{"result": leaf.Digest(text)})
}

// Call lets the first n reserves enrol, in the order in which they were drawn.
func (s *Service) Call(ctx context.Context, actor account.Actor, consultation uuid.UUID, group string, n int) error {
	return s.on(ctx, actor, consultation, group, func(ctx context.Context, tx *postgres.Tx, g Ground, d Draw) error {
		if err := d.may(Drawn); err != nil {
			return err
		}
		if n <= d.Called || n > len(d.Result.Reserves) {
			return errNoReserve
		}
		if err := storeCalled(ctx, tx, consultation, group, n); err != nil {
			return err
		}
		return s.note(ctx, tx, actor, g, d, ledger.Entry{Type: ledger.Act, Kind: "call-reserves"}, map[string]any{"reserves": n})
	})
}

// mostReason bounds the reason of a withdrawal, in characters.
const mostReason = 600

// Withdraw ends a draw with a public reason. It stays to be seen, and is not repeated.
func (s *Service) Withdraw(ctx context.Context, actor account.Actor, consultation uuid.UUID, group, reason string) error {
	return s.on(ctx, actor, consultation, group, func(ctx context.Context, tx *postgres.Tx, g Ground, d Draw) error {
		if err := d.may(Listed, Prepared, Committed, Drawn); err != nil {
			return err
		}
		var bad []fault.Field
		reason := prose.Field{Name: "reason", Max: mostReason, Needed: true, Line: true}.Read(reason, &bad)
		if len(bad) > 0 {
			return fault.Bad(bad...)
		}
		if err := storeWithdrawal(ctx, tx, consultation, group, reason); err != nil {
			return err
		}
		return s.note(ctx, tx, actor, g, d, ledger.Entry{Type: ledger.Act, Kind: "withdraw-draw", Reason: reason}, map[string]any{})
	})
}
