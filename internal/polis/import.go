package polis

import (
	"context"
	"errors"
	"fmt"
	"maps"
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
	"delfi/internal/consultation/synthesis"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/job"
	"delfi/internal/panel"
	"delfi/internal/postgres"
	"delfi/internal/pseudonym"
	"delfi/internal/richtext"
)

// Services are the use cases that an import goes through.
type Services struct {
	DB            *postgres.DB
	Jobs          *job.Queue
	Accounts      *account.Service
	Bridge        *pseudonym.Service
	Panel         *panel.Service
	Consultations *consultation.Service
	Synthesis     *synthesis.Service
	Ballots       *ballot.Service
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
var said = map[string]struct{ group, admitted, rejected string }{
	"it": {"Tutti", "Ammesso nella conversazione d’origine.", "Respinto dai moderatori della conversazione d’origine."},
	"en": {"Everyone", "Admitted in the conversation it comes from.", "Rejected by the moderators of the conversation it comes from."},
}

// Check refuses options that cannot work (Invalid, by field).
func (o Options) Check() error {
	var bad []fault.Field
	if o.Rounds < 1 || o.Rounds > MaxRounds {
		bad = append(bad, fault.Field{Name: "--rounds", Code: "out_of_range", Message: fmt.Sprintf("must be 1 to %d", MaxRounds), Args: map[string]any{"min": 1, "max": MaxRounds}})
	}
	if _, ok := said[o.Language]; !ok {
		bad = append(bad, fault.Field{Name: "--language", Code: "unknown_language", Message: "must be it or en"})
	}
	if len(bad) > 0 {
		return fault.Bad(bad...)
	}
	return nil
}

// run is one import at work.
type run struct {
	Services
	c        *Conversation
	o        Options
	progress func(line string)
	id       uuid.UUID
	slug     string
	items    []uuid.UUID // by comment; Nil for a rejected one
	seats    []pseudonym.Seat
}

// Import runs a conversation through the life of an imported consultation, to its
// published opinion. progress hears what it does. A second import of the same
// conversation is another consultation. An import that breaks off says which
// consultation it left unfinished.
func Import(ctx context.Context, s Services, c *Conversation, o Options, progress func(line string)) (Result, error) {
	if err := o.Check(); err != nil {
		return Result{}, err
	}
	r := &run{Services: s, c: c, o: o, progress: progress, items: make([]uuid.UUID, len(c.Comments))}
	if err := r.begin(ctx); err != nil {
		return Result{}, err
	}
	out, err := r.play(ctx)
	if err != nil {
		return out, fmt.Errorf("consultation %s stays unfinished: %w", r.slug, err)
	}
	return out, nil
}

// begin creates the consultation.
func (r *run) begin(ctx context.Context) error {
	admin, err := r.administration(ctx)
	if err != nil {
		return err
	}
	now := r.DB.Now()
	protocol, err := delphi.Standing(delphi.StandingPlan{
		Language: r.o.Language, GroupName: said[r.o.Language].group, Days: 1,
		LatestKeyDate: now.AddDate(1, 0, 0).Format(time.DateOnly),
	})
	if err != nil {
		return fmt.Errorf("polis: protocol: %w", err)
	}
	question := richtext.Plain(r.c.Description, 300)
	if question == "" {
		question = r.c.Title
	}
	address := r.c.URL
	if address == "" {
		address = "https://compdemocracy.org/polis"
	}
	made, err := r.Consultations.Import(ctx, consultation.ImportPlan{
		Administration: admin, Slug: slug(r.c.Title), Title: r.c.Title, Question: question, Language: r.o.Language,
		Origin: consultation.Origin{Name: "Polis", URL: address, Licence: r.o.Licence}, Protocol: protocol,
	})
	if err != nil {
		return err
	}
	r.id, r.slug = made.ID, made.Slug
	r.progress("consultation " + r.slug)
	return nil
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
func (r *run) play(ctx context.Context) (Result, error) {
	out := Result{Consultation: r.slug, Panelists: len(r.c.Voters), Path: "/consultations/" + r.slug + "/opinion"}
	for _, c := range r.c.Comments {
		if c.Rejected {
			out.Rejected++
		}
	}
	out.Items = len(r.c.Comments) - out.Rejected
	if err := r.contribute(ctx); err != nil {
		return out, err
	}
	r.progress(fmt.Sprintf("%d statements, %d comments rejected", out.Items, out.Rejected))
	if err := r.enrol(ctx); err != nil {
		return out, err
	}
	err := r.c.replay(r.o.Rounds, func(n int, k cut, standing answers) error {
		out.Rounds = append(out.Rounds, Round{Number: n, Ballots: k.ballots, Answers: k.answers})
		if err := r.cast(ctx, k.changed, standing); err != nil {
			return err
		}
		r.progress(fmt.Sprintf("release %d of %d: %d ballots, %d answers", n, r.o.Rounds, k.ballots, k.answers))
		return r.Ballots.Release(ctx, r.id, n, n == r.o.Rounds)
	})
	if err != nil {
		return out, err
	}
	if err := r.end(ctx); err != nil {
		return out, err
	}
	out.ItemsByVerdict, err = r.verdicts(ctx)
	return out, err
}

// contribute turns comments into contributions, and the admitted ones into items.
func (r *run) contribute(ctx context.Context) error {
	aliases := map[string]pseudonym.Alias{}
	list := make([]synthesis.Foreign, len(r.c.Comments))
	words := said[r.o.Language]
	for i, c := range r.c.Comments {
		alias, known := aliases[c.Author]
		if !known {
			var err error
			if alias, err = r.Bridge.ForeignAlias(ctx, r.id, c.Author); err != nil {
				return err
			}
			aliases[c.Author] = alias
		}
		list[i] = synthesis.Foreign{Alias: alias, Body: c.Body, Reason: words.admitted}
		if c.Rejected {
			list[i].Rejected = words.rejected
		}
	}
	items, err := r.Synthesis.Take(ctx, r.id, list)
	if err != nil {
		return err
	}
	for i, item := range items {
		r.items[i] = item.ID
	}
	return nil
}

// enrol seats the voters, who have no accounts.
func (r *run) enrol(ctx context.Context) error {
	if err := r.Consultations.Roll(ctx, r.id, group, len(r.c.Voters)); err != nil {
		return err
	}
	if err := r.Panel.EnrolForeign(ctx, r.id, group, len(r.c.Voters)); err != nil {
		return err
	}
	var err error
	r.seats, err = r.Bridge.Foreign(ctx, r.id, group, r.c.Voters...)
	return err
}

// cast delivers the ballot of every voter who changed, each with all of its
// standing answers. They are cast at once, as people do: the order tells nothing.
func (r *run) cast(ctx context.Context, changed []int, standing answers) error {
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(workers)
	for _, voter := range changed {
		work.Go(func() error {
			list := make([]ballot.Answer, 0, len(standing[voter]))
			for _, comment := range slices.Sorted(maps.Keys(standing[voter])) {
				list = append(list, ballot.Answer{Item: r.items[comment], Value: standing[voter][comment]})
			}
			_, err := r.Ballots.Cast(ctx, r.seats[voter], number, list)
			return err
		})
	}
	return work.Wait()
}

// end concludes and publishes: in between, key and ballots are destroyed by a job
// that this process works, unless a server on the same database is quicker.
func (r *run) end(ctx context.Context) error {
	if err := r.Consultations.ConcludeForeign(ctx, r.id); err != nil {
		return err
	}
	if err := r.Jobs.Drain(ctx); err != nil {
		return err
	}
	const patience, pause = 30 * time.Second, 100 * time.Millisecond
	for waited := time.Duration(0); ; waited += pause {
		c, err := r.Consultations.Find(ctx, account.Actor{}, r.slug)
		if err != nil {
			return err
		}
		if !c.DestroyedAt.IsZero() {
			break
		}
		if waited >= patience {
			return errors.New("key and ballots were not destroyed in time")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	r.progress("concluded: key and ballots are destroyed")
	if err := r.Consultations.PublishForeign(ctx, r.id, consultation.OpinionTexts{}); err != nil {
		return err
	}
	r.progress("published")
	return nil
}

// verdicts counts the items by where they ended.
func (r *run) verdicts(ctx context.Context) (map[string]int, error) {
	out := map[string]int{}
	for _, key := range delphi.VerdictKeys {
		out[string(key)] = 0
	}
	f, err := r.Ballots.Feedback(ctx, r.id, number)
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
