package steering

import (
	"context"
	"fmt"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/platform/postgres"
)

// Seen gives the service for the acts of somebody who saw a consultation at a version: an
// act on another one is refused (consultation.Unmoved), and nothing is done.
func (s *Service) Seen(version string) *Service {
	sees := *s
	sees.seen = version
	return &sees
}

// StateVersion names the state of a consultation for the forms of its desk.
func (s *Service) StateVersion(ctx context.Context, c consultation.Consultation) (version string, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		version, err = s.versionOf(ctx, tx, c)
		return err
	})
	return version, err
}

func (s *Service) versionOf(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) (string, error) {
	decided, err := lifecycle.Decisions(ctx, tx, c.ID)
	if err != nil {
		return "", err
	}
	m, err := lifecycle.Minority(ctx, tx, c.ID)
	if err != nil {
		return "", err
	}
	if c.Stage == consultation.Draft {
		return c.Version(decided, m), nil // nobody has written anything
	}
	n, err := s.contributions(ctx, tx, c)
	if err != nil {
		return "", err
	}
	items, err := lifecycle.Items(ctx, tx, c)
	if err != nil {
		return "", err
	}
	made := []string{fmt.Sprint(n.Pending, n.Admitted, n.Acts)}
	for _, i := range items {
		made = append(made, i.ID.String(), string(i.State), i.Text)
	}
	return c.Version(decided, m, made...), nil
}

// Unmoved refuses an act on a state that the actor did not see.
func (s *Service) Unmoved(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) error {
	if s.seen == "" {
		return nil
	}
	now, err := s.versionOf(ctx, tx, c)
	if err != nil {
		return err
	}
	return consultation.Unmoved(s.seen, now)
}

// steer runs an act of a person on a consultation: the office and the stage are checked
// first, then that the actor saw the state on which the act works.
func (s *Service) steer(ctx context.Context, actor account.Actor, slug string, act consultation.Act,
	do func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author) error) error {
	return lifecycle.Act(ctx, s.db, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		before := *c
		by, err := c.Move(act, actor)
		if err != nil {
			return err
		}
		if err := s.Unmoved(ctx, tx, before); err != nil {
			return err
		}
		return do(ctx, tx, c, by)
	})
}
