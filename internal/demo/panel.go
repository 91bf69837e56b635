package demo

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
)

// synthetic is the issuer of the panel's accounts: nobody can sign in as one of them.
const synthetic = "urn:delfi:demonstration"

var (
	firstNames = []string{"Anna", "Bruno", "Carla", "Dario", "Elisa", "Franco", "Gaia", "Hamid", "Irene", "Jasmine", "Karim", "Lucia", "Marco", "Nadia", "Omar", "Paola", "Rita", "Sergio", "Teresa", "Ugo"}
	lastNames  = []string{"Bellini", "Corradi", "Donati", "Ferri", "Guidi", "Leoni", "Monti", "Neri", "Poggi", "Ricci", "Sarti", "Tosi", "Valli", "Zanetti"}
)

// draw gives a number in [0, n) that depends on its arguments alone.
func draw(n int, about ...any) int {
	sum := sha256.Sum256([]byte(fmt.Sprintln(about...)))
	return int(binary.BigEndian.Uint32(sum[:4]) % uint32(n))
}

// people signs the first n of the synthetic panel in and gives their actors.
func (d *Demonstration) people(ctx context.Context, s Services, n int) ([]account.Actor, error) {
	actors := make([]account.Actor, 0, n)
	for i := range n {
		name := firstNames[i%len(firstNames)] + " " + lastNames[(i/3+i)%len(lastNames)]
		id, err := s.Accounts.SignIn(ctx, account.Claims{
			Issuer: synthetic, Subject: fmt.Sprintf("panel-%03d", i), Name: name,
			Email: fmt.Sprintf("panel-%03d@example.org", i), Municipality: "Riva d’Arno",
		})
		if err != nil {
			return nil, fmt.Errorf("synthetic person %d: %w", i, err)
		}
		a, err := s.Accounts.Actor(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("synthetic person %d: %w", i, err)
		}
		a.Attested = account.Attested{Born: "1980-05-04", Municipality: "Riva d’Arno", Level: 2}
		actors = append(actors, a)
	}
	return actors, nil
}

// enrol puts actors on a panel; who is on it already stays.
func enrol(ctx context.Context, s Services, c consultation.Consultation, actors []account.Actor) error {
	for _, a := range actors {
		if err := s.Panel.Enrol(ctx, a, c.ID, c.Protocol.Panel.Groups[0].ID); err != nil && fault.KindOf(err) != fault.Conflict {
			return err
		}
	}
	return nil
}

// value is a synthetic answer on a scale of points: 0 says "cannot judge".
func value(l leaning, points, person, item, round int) int {
	if draw(100, "abstain", person, item) < 4 {
		return 0
	}
	at := func(permille int) int { return 1 + (points-1)*permille/1000 }
	roll := draw(1000, "roll", person, item)
	jitter := draw(251, "jitter", person, item)
	later := round > 2 && draw(100, "revise", person, item) < 15
	if later && l != moving { // some people move a point when they have seen the others
		before := value(l, points, person, item, 2)
		return min(max(before+1-2*draw(2, "towards", person, item), 1), points)
	}
	switch l {
	case agreed:
		if roll < 900 {
			return at(760 + jitter)
		}
		return at(jitter * 2)
	case inclined:
		if roll < 640 {
			return at(760 + jitter)
		}
		return at(jitter * 3)
	case poles:
		if roll < 430 {
			return at(jitter)
		}
		if roll < 870 {
			return at(760 + jitter)
		}
		return at(400 + jitter)
	case moving:
		if round > 2 && roll < 480 {
			return at(760 + jitter)
		}
		return at(draw(1001, "moving", person, item))
	default:
		return at(draw(1001, "spread", person, item))
	}
}

// cast answers a round's live items for one panelist. Nine in ten answer each round.
func (d *Demonstration) cast(ctx context.Context, s Services, c consultation.Consultation, a account.Actor, person int, round int, items []consultation.Item, p play, given map[string]bool) error {
	seat, err := s.Panel.Seat(ctx, a, c.ID)
	if err != nil {
		return err
	}
	var answers []delphi.Answer
	for _, it := range items {
		if it.State != consultation.ItemLive {
			continue
		}
		l, st := spread, statement{}
		if it.Number <= len(p.statements) {
			st = p.statements[it.Number-1]
			l = st.leaning
		}
		v := value(l, points(c.Protocol), person, it.Number, round)
		answer := delphi.Answer{Item: it.ID.String(), Value: v, CannotJudge: v == 0}
		answer.Reason, answer.Argues = st.reason(v, points(c.Protocol), person, round, given)
		answers = append(answers, answer)
	}
	_, err = s.Ballots.Cast(ctx, seat, round, ballot.Answers{Given: answers}, ballot.Part{})
	return err
}

// reason gives each of the script's reasons to one person a round, so that a form
// shows some and not eighty, with the side that it argues, unless its author leaves that out.
// given holds those that were given.
func (st statement) reason(value, points, person, round int, given map[string]bool) (string, delphi.Side) {
	side, argues := st.favour, delphi.For
	if 2*value <= points {
		side, argues = st.against, delphi.Against
	}
	if value == 0 || len(side) == 0 || draw(4, "reason", person, round, st.text) != 0 {
		return "", ""
	}
	words := side[draw(len(side), "which", person, round, st.text)]
	if given[words] {
		return "", ""
	}
	given[words] = true
	if slices.Contains(st.unsaid, words) {
		argues = ""
	}
	return words, argues
}

func points(p protocol.Protocol) int { return p.ItemKinds[0].Points }

// contribute writes the script's contributions, each by another person.
func (d *Demonstration) contribute(ctx context.Context, s Services, c consultation.Consultation, actors []account.Actor, p play) (map[string]uuid.UUID, error) {
	made := map[string]uuid.UUID{}
	write := func(body string) error {
		alias, err := s.Panel.Alias(ctx, actors[len(made)%len(actors)], c.ID)
		if err != nil {
			return err
		}
		contribution, err := s.Contributions.Contribute(ctx, alias, c.ID, body, "")
		if err != nil {
			return err
		}
		made[body] = contribution.ID
		return nil
	}
	for _, st := range p.statements {
		for _, body := range st.from {
			if err := write(body); err != nil {
				return nil, err
			}
		}
	}
	for body := range p.rejected {
		if err := write(body); err != nil {
			return nil, err
		}
	}
	return made, nil
}
