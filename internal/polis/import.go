package polis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
	"golang.org/x/text/unicode/norm"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/feedback/archive"
	"delfi/internal/consultation/steering"
	"delfi/internal/consultation/tabulation"
	"delfi/internal/delphi"
	"delfi/internal/delphi/verdict"
	"delfi/internal/fault"
	"delfi/internal/panel"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// Services are the use cases that an import goes through.
type Services struct {
	DB            *postgres.DB
	Jobs          *job.Queue
	Accounts      *account.Service
	Pseudonyms    *pseudonym.Service
	Panel         *panel.Service
	Consultations *steering.Service
	Contributions *contribution.Service
	Ballots       *ballot.Service
	Tabulation    *tabulation.Service
	Archive       *archive.Service
}

// Options say how a conversation is run.
type Options struct {
	Rounds         int    // releases, 1..MaxRounds
	Language       string // of its texts: "it", "en"
	Licence        string // under which the export was published
	Administration string // slug; "" for a place of imports' own
}

// MaxRounds is the greatest number of releases of one import.
const MaxRounds = 100

// Round is one cut.
type Round struct {
	Number  int `json:"number"`
	Ballots int `json:"ballots"` // panelists with a standing answer
	Answers int `json:"answers"` // standing answers
}

// Result is what an import made.
type Result struct {
	Consultation   string         `json:"consultation"` // its slug
	Panelists      int            `json:"panelists"`
	Items          int            `json:"items"`
	Rejected       int            `json:"rejected"` // comments
	Rounds         []Round        `json:"rounds"`
	ItemsByVerdict map[string]int `json:"items_by_verdict"` // every verdict, zeros included
	Path           string         `json:"path"`
}

const (
	group   = "all" // the one group of a standing protocol
	number  = 1     // of its one round
	workers = 4     // ballots that are cast at once
)

// The words that an import writes, in the language of its texts.
var labels = map[string]struct{ group, admitted, rejected string }{
	"it": {"Tutti", "Ammesso nella conversazione d’origine.", "Respinto dai moderatori della conversazione d’origine."},
	"en": {"Everyone", "Admitted in the conversation it comes from.", "Rejected by the moderators of the conversation it comes from."},
}

// run is one import at work.
type run struct {
	Services
	teller
	c     *Conversation
	o     Options
	id    uuid.UUID
	items []uuid.UUID // by comment; Nil for a rejected one
}

// Import runs a conversation through the life of an imported consultation, to its
// published opinion; tell hears how far it is. A second import of the same
// conversation is another consultation.
//
// Nobody is shown the consultation before it is published, the last act of all. An
// import that fails is taken back; one whose process died is taken back by the next, or
// by a server, since nobody holds it any more.
func Import(ctx context.Context, s Services, c *Conversation, o Options, tell func(Progress)) (Result, error) {
	if err := c.Check(o, s.DB.Now()); err != nil {
		return Result{}, err
	}
	r := &run{Services: s, c: c, o: o, teller: teller{tell: tell}, id: uuid.New(), items: make([]uuid.UUID, len(c.Comments))}
	admin, err := r.administration(ctx)
	if err != nil {
		return Result{}, err
	}
	r.begin(Statements, len(c.Comments))
	n, err := r.takeBack(ctx)
	if err != nil {
		return Result{}, err
	}
	if n > 0 {
		r.note(fmt.Sprintf("taken back: %d earlier imports that broke off", n))
	}
	done, err := s.Consultations.Importing(ctx, r.id)
	if err != nil {
		return Result{}, err
	}
	out, err := r.play(ctx, admin)
	if err == nil {
		return out, done()
	}
	// Also when ctx has ended: what it leaves would lie until the next import.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	err = fmt.Errorf("the import broke off and is taken back, it can be run again: %w", err)
	back := done()
	if back == nil {
		_, back = r.takeBack(ctx)
	}
	if back != nil {
		err = errors.Join(err, fmt.Errorf("taking it back failed, the next import or a server does it: %w", back))
	}
	return Result{}, err
}

// patience is for how long an import that broke off is being taken back.
const patience = 30 * time.Second

// takeBack ends what imports that broke off have left, keys and ballots at once.
func (r *run) takeBack(ctx context.Context) (int, error) {
	ids, err := r.Consultations.TakeBack(ctx)
	for _, id := range ids {
		err = errors.Join(err, r.Jobs.Do(ctx, steering.Destroy{Consultation: id}))
	}
	return len(ids), err
}

// administration finds under which roof the conversation stands: by default one of
// its own, since no administration on this server held it.
func (r *run) administration(ctx context.Context) (uuid.UUID, error) {
	if r.o.Administration == "" {
		a, err := r.Accounts.Found(ctx, account.Administration{Slug: "archivio", Name: "Archivio Delfi"})
		return a.ID, err
	}
	all, err := r.Accounts.Administrations(ctx)
	if err != nil {
		return uuid.Nil, err
	}
	for _, a := range all {
		if a.Slug == r.o.Administration {
			return a.ID, nil
		}
	}
	return uuid.Nil, fault.Bad(fault.Field{Name: "--administration", Code: "unknown_administration", Message: "is no administration of this server"})
}

// play takes the consultation from its first contribution to its opinion.
func (r *run) play(ctx context.Context, administration uuid.UUID) (out Result, err error) {
	plan, err := r.c.plan(r.o, r.DB.Now())
	if err != nil {
		return out, err
	}
	plan.ID, plan.Administration = r.id, administration
	if _, err := r.Consultations.Import(ctx, plan); err != nil {
		return out, err
	}
	out.Panelists = len(r.c.Voters)
	if out.Items, err = r.contribute(ctx); err != nil {
		return out, err
	}
	out.Rejected = len(r.c.Comments) - out.Items
	if err := r.enrol(ctx); err != nil {
		return out, err
	}
	if out.Rounds, err = r.answer(ctx); err != nil {
		return out, err
	}
	if out.ItemsByVerdict, err = r.verdicts(ctx); err != nil {
		return out, err
	}
	if err := r.conclude(ctx); err != nil {
		return out, err
	}
	r.begin(Publishing, 1)
	if out.Consultation, err = r.Consultations.PublishForeign(ctx, r.id, slug(r.c.Title), consultation.OpinionTexts{}); err != nil {
		return out, err
	}
	out.Path = "/consultations/" + out.Consultation + "/opinion"
	r.add(1)
	r.note("published: " + out.Path)
	return out, nil
}

// taken is how many comments are stored in one transaction.
const taken = 50

// contribute turns comments into contributions, and the admitted ones into items,
// which it counts.
func (r *run) contribute(ctx context.Context) (items int, err error) {
	aliases := map[string]pseudonym.Alias{}
	words := labels[r.o.Language]
	bare := 0
	for from := 0; from < len(r.c.Comments); from += taken {
		some := r.c.Comments[from:min(from+taken, len(r.c.Comments))]
		var list []contribution.Foreign
		var of []int // place of each among all comments
		for i, c := range some {
			one := c.contribution()
			one.Reason = words.admitted
			if c.Rejected {
				if !c.shown() {
					bare++
					continue
				}
				one.Rejected = words.rejected
			}
			alias, known := aliases[c.Author]
			if !known {
				if alias, err = r.Pseudonyms.ForeignAlias(ctx, r.id, c.Author); err != nil {
					return items, err
				}
				aliases[c.Author] = alias
			}
			one.Alias = alias
			list, of = append(list, one), append(of, from+i)
		}
		made, err := r.Contributions.Take(ctx, r.id, list)
		if err != nil {
			return items, err
		}
		for n, item := range made {
			if r.items[of[n]] = item.ID; item.ID != uuid.Nil {
				items++
			}
		}
		r.add(len(some))
	}
	line := fmt.Sprintf("%d statements, %d comments rejected", items, len(r.c.Comments)-items)
	if bare > 0 {
		line += fmt.Sprintf(" (%d of them without a text that could be shown)", bare)
	}
	r.note(line)
	return items, nil
}

// enrol seats the voters, who have no accounts.
func (r *run) enrol(ctx context.Context) error {
	r.begin(People, len(r.c.Voters))
	if err := r.Consultations.Roll(ctx, r.id, group, len(r.c.Voters)); err != nil {
		return err
	}
	if err := r.Panel.EnrolForeign(ctx, r.id, group, len(r.c.Voters)); err != nil {
		return err
	}
	r.add(len(r.c.Voters))
	r.note(fmt.Sprintf("%d people", len(r.c.Voters)))
	return nil
}

// answer casts the ballots of each cut and makes its release; the last one closes the
// round.
func (r *run) answer(ctx context.Context) (out []Round, err error) {
	total := 0
	count := func(_ int, k cut, _ answers) error { total += len(k.changed); return nil }
	if err := r.c.replay(r.o.Rounds, count); err != nil {
		return nil, err
	}
	r.begin(Answers, total)
	err = r.c.replay(r.o.Rounds, func(n int, k cut, standing answers) error {
		out = append(out, Round{Number: n, Ballots: k.ballots, Answers: k.answers})
		if err := r.cast(ctx, k.changed, standing); err != nil {
			return err
		}
		r.note(fmt.Sprintf("release %d of %d: %d ballots, %d answers", n, r.o.Rounds, k.ballots, k.answers))
		if n == r.o.Rounds {
			r.begin(Closing, 0)
		}
		return r.Tabulation.Release(ctx, r.id, n, n == r.o.Rounds)
	})
	return out, err
}

// seated is for how many voters the key is read once.
const seated = 1000

// cast delivers the ballot of every voter who changed, each with all of its
// standing answers. They are cast at once, as people do: the order tells nothing.
func (r *run) cast(ctx context.Context, changed []int, standing answers) error {
	for some := range slices.Chunk(changed, seated) {
		voters := make([]string, len(some))
		for i, voter := range some {
			voters[i] = r.c.Voters[voter]
		}
		seats, err := r.Pseudonyms.Foreign(ctx, r.id, group, voters...)
		if err != nil {
			return err
		}
		work, ctx := errgroup.WithContext(ctx)
		work.SetLimit(workers)
		for i, voter := range some {
			work.Go(func() error {
				var list []delphi.Answer
				for comment, value := range standing.of(voter) {
					list = append(list, delphi.Answer{Item: r.items[comment].String(), Value: value})
				}
				if _, err := r.Ballots.Cast(ctx, seats[i], number, ballot.Answers{Given: list}, ballot.Part{}); err != nil {
					return err
				}
				r.add(1)
				return nil
			})
		}
		if err := work.Wait(); err != nil {
			return err
		}
	}
	return nil
}

// conclude ends the round for good: key and ballots are destroyed, here and then by
// every server that holds a copy of the key. It waits for those as the destruction does,
// which counts no longer on a server that has been silent for too long, and depends on
// no job that another server may have taken.
func (r *run) conclude(ctx context.Context) error {
	if err := r.Consultations.ConcludeForeign(ctx, r.id); err != nil {
		return err
	}
	reported := 0
	for {
		if err := r.Jobs.Do(ctx, steering.Destroy{Consultation: r.id}); err != nil {
			return err
		}
		for {
			over, waiting, err := r.destroyed(ctx)
			if err != nil {
				return err
			}
			if over {
				r.note("concluded: key and ballots are destroyed")
				return nil
			}
			if waiting == 0 {
				break // everybody has confirmed: it can be noted
			}
			if waiting != reported {
				reported = waiting
				r.note(fmt.Sprintf("servers whose copies of the key must go first: %d (one that is silent for minutes is waited for no longer)", waiting))
			}
			r.add(0)
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(pause):
			}
		}
	}
}

// pause is how often it is looked whether other servers have confirmed.
const pause = 200 * time.Millisecond

// destroyed tells whether the end of the key is noted, and for how many servers it waits.
func (r *run) destroyed(ctx context.Context) (over bool, waiting int, err error) {
	err = r.DB.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, err := r.Consultations.ByID(ctx, tx, r.id)
		if err != nil {
			return err
		}
		end, err := r.Pseudonyms.End(ctx, tx, r.id)
		over, waiting = !c.DestroyedAt.IsZero(), end.Waiting
		return err
	})
	return over, waiting, err
}

// verdicts counts the items by where they ended.
func (r *run) verdicts(ctx context.Context) (map[string]int, error) {
	out := map[string]int{}
	for _, key := range verdict.Keys {
		out[string(key)] = 0
	}
	f, err := r.Archive.Feedback(ctx, r.id, number)
	if err != nil {
		return nil, err
	}
	for _, item := range f.Items {
		out[string(item.Verdict.Key)]++
	}
	return out, nil
}

// slug makes an address of a title: "$15/hour" is "15-hour".
func slug(title string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(title)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r): // an accent, apart from its letter
		default:
			b.WriteByte('-')
		}
	}
	s := strings.Join(strings.FieldsFunc(b.String(), func(r rune) bool { return r == '-' }), "-")
	if len(s) > 60 {
		s = strings.TrimRight(s[:60], "-")
	}
	if s == "" {
		return "polis" // a title in another script
	}
	return s
}
