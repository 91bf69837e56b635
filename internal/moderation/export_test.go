package moderation

import "context"

// Covered makes the service one whose beats run, without running them.
func (s *Service) Covered() { s.covered.Store(true) }

// Beat is one of them.
func (s *Service) Beat(ctx context.Context) error { return s.beat(ctx) }

// Queued is how many appeals are held for the next beats.
func (s *Service) Queued() int { return len(s.letters) }
