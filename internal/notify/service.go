package notify

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/platform/job"
	"delfi/internal/platform/mail"
	"delfi/internal/platform/postgres"
)

// Post sends what waits in the outbox.
type Post struct{}

// Kind names the job.
func (Post) Kind() string { return "post" }

const (
	// postEvery is how often the outbox is looked into besides: after a change of
	// the mail server's settings nobody else would.
	postEvery = 10 * time.Minute
	// shift is how long one job goes on sending; the next takes over.
	shift = 4 * time.Minute
)

// Service puts messages in the outbox; its job sends them.
type Service struct {
	db       *postgres.DB
	jobs     *job.Queue
	accounts *account.Service
	sender   mail.Sender
	words    words
	guests   Guests
}

// New makes the service and registers its job. A nil sender means that no mail
// server is configured: messages are kept. baseURL leads the links in letters.
func New(db *postgres.DB, q *job.Queue, accounts *account.Service, sender mail.Sender, baseURL string) *Service {
	s := &Service{db: db, jobs: q, accounts: accounts, sender: sender, words: words{base: strings.TrimRight(baseURL, "/")}, guests: nobody}
	job.On(q, s.post)
	job.Every(q, postEvery, Post{})
	return s
}

// Forget deletes every letter to an account that leaves, in the caller's transaction.
func Forget(ctx context.Context, tx *postgres.Tx, account uuid.UUID) error {
	return forget(ctx, tx, account)
}

// Tell stores one message per account in the caller's transaction. Telling the
// same again stores nothing. An unreadable deadline is an error.
func (s *Service) Tell(ctx context.Context, tx *postgres.Tx, m Message, accounts []uuid.UUID) error {
	var deadline time.Time
	if m.Deadline != "" {
		var err error
		if deadline, err = time.Parse(time.RFC3339, m.Deadline); err != nil {
			return fmt.Errorf("notice: deadline: %w", err)
		}
	}
	if len(accounts) == 0 {
		return nil
	}
	if err := add(ctx, tx, m, deadline, accounts); err != nil {
		return err
	}
	return s.jobs.Enqueue(ctx, tx, Post{}, time.Time{})
}

// Waiting counts the messages that have not left, and gives the trouble of one
// of them ("" when none met any): what an operator looks at.
func (s *Service) Waiting(ctx context.Context) (n int, trouble string, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		n, trouble, err = left(ctx, tx)
		return err
	})
	return n, trouble, err
}

// post works the outbox off, one letter a transaction.
func (s *Service) post(ctx context.Context, _ Post) error {
	if s.sender == nil {
		return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error { return keep(ctx, tx, noServer) })
	}
	troubled := 0
	for end := time.Now().Add(shift); ctx.Err() == nil && time.Now().Before(end); {
		found, taken, err := s.one(ctx)
		if err != nil {
			return err
		}
		if !found {
			break
		}
		if !taken {
			troubled++
		}
	}
	if troubled > 0 {
		// Only how many: an address in the log would be a list of the panel.
		slog.WarnContext(ctx, "letters were not taken", "count", troubled)
	}
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		next, err := earliest(ctx, tx)
		if err != nil || next.IsZero() {
			return err
		}
		return s.jobs.Enqueue(ctx, tx, Post{}, next)
	})
}

// one sends the letter that is due the longest. found tells whether there was
// one, taken whether it is off the list.
func (s *Service) one(ctx context.Context) (found, taken bool, err error) {
	// A letter that is being handed over is finished also when the server stops:
	// breaking off between the mail server's yes and our note would send it twice.
	ctx = context.WithoutCancel(ctx)
	handed := map[uuid.UUID]error{} // by this call, should the transaction be repeated
	err = s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		m, ok, err := due(ctx, tx)
		if err != nil || !ok {
			found = false
			return err
		}
		found, taken = true, true
		if !m.Deadline.IsZero() && !tx.Now.Before(m.Deadline) {
			return settle(ctx, tx, m.ID, Late, "")
		}
		to, gone, err := s.addressee(ctx, tx, m)
		if err != nil {
			return err
		}
		if gone != "" {
			return settle(ctx, tx, m.ID, gone, "")
		}
		if to.Email == "" {
			return settle(ctx, tx, m.ID, Refused, "no address")
		}
		trouble, again := handed[m.ID]
		if !again {
			trouble = s.sender.Send(ctx, s.words.letter(m, to, tx.Now))
			handed[m.ID] = trouble
		}
		switch {
		case trouble == nil:
			return settle(ctx, tx, m.ID, Sent, "")
		case mail.Refused(trouble), m.Tries+1 >= maxTries:
			return settle(ctx, tx, m.ID, Refused, unnamed(trouble.Error(), to.Addressee))
		}
		taken = false
		return postpone(ctx, tx, m.ID, tx.Now.Add(pause(m.Tries+1)), unnamed(trouble.Error(), to.Addressee))
	})
	return found, taken, err
}

// addressee gives who a message is for, or the state in which it ends without one.
func (s *Service) addressee(ctx context.Context, tx *postgres.Tx, m queued) (Guest, State, error) {
	if m.Invitation.Valid {
		to, there, err := s.guests(ctx, tx, m.Consultation, m.Invitation.UUID)
		if err == nil && !there {
			return to, Late, nil
		}
		return to, "", err
	}
	to, err := s.accounts.Addressees(ctx, tx, []uuid.UUID{m.Account})
	if err != nil {
		return Guest{}, "", err
	}
	if len(to) == 0 {
		// Who leaves tonight is told nothing, and the row says what everybody's says.
		return Guest{}, Sent, nil
	}
	return Guest{Addressee: to[0]}, "", nil
}

// addressed is any e-mail address in a mail server's words.
var addressed = regexp.MustCompile(`[^\s<>"'(),;:]+@[^\s<>"'(),;:]+`)

// unnamed gives what a mail server said without the person of whom it was said: the
// outbox is kept in clear text.
func unnamed(trouble string, to account.Addressee) string {
	trouble = addressed.ReplaceAllString(trouble, "(address)")
	local, _, _ := strings.Cut(to.Email, "@")
	for _, told := range []string{to.Name, local} {
		if told != "" {
			trouble = regexp.MustCompile(`(?i)`+regexp.QuoteMeta(told)).ReplaceAllString(trouble, "(person)")
		}
	}
	return trouble
}
