package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/access"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/feedback/archive"
	"delfi/internal/consultation/steering"
	"delfi/internal/consultation/tabulation"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/library"
	"delfi/internal/panel"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
)

// Services are the use cases that the demonstration is made with.
type Services struct {
	Accounts      *account.Service
	Panel         *panel.Service
	Access        *access.Service
	Drafts        *draft.Service
	Consultations *steering.Service
	Library       *library.Service
	Contributions *contribution.Service
	Ballots       *ballot.Service
	Archive       *archive.Service
	Jobs          *job.Queue
}

// Demonstration seeds an empty server and plays its synthetic panel.
type Demonstration struct {
	db    *postgres.DB
	build func(*postgres.DB) (Services, error)
	staff []account.Claims
}

// New makes the demonstration. build gives the services on a database, whose
// clock the seeding moves; staff are the people of the built-in provider, with
// its issuer and their groups.
func New(db *postgres.DB, build func(*postgres.DB) (Services, error), staff []account.Claims) *Demonstration {
	return &Demonstration{db: db, build: build, staff: staff}
}

// administrations of the demonstration.
var administrations = []account.Administration{
	{Slug: "riva", Name: "Comune di Riva d’Arno", Address: "Piazza Grande 16, 50100 Riva d’Arno. Hai bisogno di aiuto? 055 000 123, anche per rispondere al telefono."},
	{Slug: "borgo", Name: "Comune di Borgo Sereno", Address: "Via Maestra 1, 41100 Borgo Sereno. 059 000 456."},
}

// cast of one administration: who holds which office.
type company struct {
	administration uuid.UUID
	administrator  account.Actor
	moderators     []account.Actor
	facilitator    account.Actor
}

// Seed makes what is not there yet; progress gets one line per consultation.
func (d *Demonstration) Seed(ctx context.Context, progress func(string)) error {
	now := d.db.Now()
	at := now
	s, err := d.build(d.db.With(postgres.WithClock(func() time.Time { return at })))
	if err != nil {
		return err
	}
	played := false
	for _, p := range script() {
		if _, err := s.Consultations.Find(ctx, account.Actor{}, p.form.Slug); err == nil {
			continue
		} else if fault.KindOf(err) != fault.NotFound {
			return err
		}
		at = now
		companies, err := d.hire(ctx, s)
		if err != nil {
			return err
		}
		co := companies[p.administration]
		if _, err := s.Consultations.Desk(ctx, co.administrator, p.form.Slug); err == nil {
			continue // a draft of an earlier start
		} else if fault.KindOf(err) != fault.NotFound {
			return err
		}
		progress(p.form.Title)
		if err := d.play(ctx, s, p, co, now, &at); err != nil {
			return fmt.Errorf("demonstration %s: %w", p.form.Slug, err)
		}
		played = true
	}
	if !played {
		return nil
	}
	// The first reader finds figures of people, not that they come with the hour.
	at = now
	for _, hourly := range []job.Args{panel.Hour{}, contribution.Gathered{}, tabulation.Turnout{}} {
		if err := s.Jobs.Do(ctx, hourly); err != nil {
			return err
		}
	}
	return nil
}

// hire founds the administrations and signs their staff in.
func (d *Demonstration) hire(ctx context.Context, s Services) (map[string]company, error) {
	out := map[string]company{}
	for _, a := range administrations {
		founded, err := s.Accounts.Found(ctx, a)
		if err != nil {
			return nil, err
		}
		out[a.Slug] = company{administration: founded.ID}
	}
	for _, c := range d.staff {
		id, err := s.Accounts.SignIn(ctx, c)
		if err != nil {
			return nil, err
		}
		actor, err := s.Accounts.Actor(ctx, id)
		if err != nil {
			return nil, err
		}
		for slug, co := range out {
			switch {
			case slices.Contains(c.Groups, slug+"/administrator"):
				co.administrator = actor
			case slices.Contains(c.Groups, slug+"/moderator"):
				co.moderators = append(co.moderators, actor)
			case slices.Contains(c.Groups, slug+"/facilitator"):
				co.facilitator = actor
			}
			out[slug] = co
		}
	}
	return out, nil
}

// play takes one consultation through its life on the moving clock, as far as
// the script says.
func (d *Demonstration) play(ctx context.Context, s Services, p play, co company, now time.Time, at *time.Time) error {
	day := 24 * time.Hour
	starts := now.Add(-time.Duration(p.startDaysAgo) * day)
	*at = starts.Add(-7 * day)
	if at.After(now) {
		*at = now
	}
	f := p.form
	if p.until != asDraft {
		f.StartsOn = starts.Format(time.DateOnly)
		f.CommitmentDecideBy = starts.Add(150 * day).Format(time.DateOnly)
		f.Offices = map[string]string{co.facilitator.Office.String(): "incarico esterno"}
		for _, m := range co.moderators {
			f.Moderators = append(f.Moderators, m.Office.String())
			f.Offices[m.Office.String()] = "Ufficio relazioni con il pubblico"
		}
		f.Facilitators = []string{co.facilitator.Office.String()}
	}
	drafted, err := s.Drafts.Create(ctx, co.administrator, co.administration, f)
	if err != nil {
		return err
	}
	if err := give(ctx, s, co.administrator, drafted.Space, p.reading); err != nil {
		return err
	}
	if p.until == asDraft {
		return nil
	}
	if err := enlist(ctx, s, co.administrator, p); err != nil {
		return err
	}
	if err := s.Consultations.Announce(ctx, co.administrator, f.Slug); err != nil {
		return err
	}
	c, err := s.Consultations.Find(ctx, co.administrator, f.Slug)
	if err != nil {
		return err
	}
	actors, err := d.people(ctx, s, p.panel)
	if err != nil {
		return err
	}
	if err := enrol(ctx, s, c, actors); err != nil {
		return err
	}
	if p.until == asAnnounced {
		return nil
	}
	*at = starts.Add(9 * time.Hour)
	if at.After(now) {
		*at = now
	}
	if err := s.Consultations.Start(ctx, co.administrator, f.Slug); err != nil {
		return err
	}
	made, err := d.contribute(ctx, s, c, actors, p)
	if err != nil || p.until == asGathering {
		return err
	}
	if err := d.merge(ctx, s, p, co, made, at); err != nil {
		return err
	}
	return d.rounds(ctx, s, p, co, actors, at)
}

// merge lets the gather round close at its deadline and makes its items.
func (d *Demonstration) merge(ctx context.Context, s Services, p play, co company, made map[string]uuid.UUID, at *time.Time) error {
	if err := d.passDeadline(ctx, s, p.form.Slug, 1, at); err != nil {
		return err
	}
	moderator := co.moderators[0]
	for _, st := range p.statements {
		m := contribution.Merge{Destination: contribution.Fresh, Text: st.text, LeftOut: st.leftOut, Rule: "1.6", Reason: st.why}
		for _, body := range st.from {
			m.Contributions = append(m.Contributions, made[body])
		}
		if _, err := s.Contributions.Merge(ctx, moderator, p.form.Slug, m); err != nil {
			return err
		}
	}
	for body, why := range p.rejected {
		if err := s.Contributions.Reject(ctx, moderator, p.form.Slug, contribution.Choice{Contributions: []uuid.UUID{made[body]}, Rule: "1.3", Reason: why}); err != nil {
			return err
		}
	}
	*at = at.Add(48 * time.Hour)
	return s.Consultations.ReleaseRound(ctx, moderator, p.form.Slug, 1)
}

// rounds plays the two answer rounds and, for the published one, the end.
func (d *Demonstration) rounds(ctx context.Context, s Services, p play, co company, actors []account.Actor, at *time.Time) error {
	slug := p.form.Slug
	for _, number := range []int{2, 3} {
		*at = at.Add(time.Hour)
		if err := s.Consultations.OpenRound(ctx, co.facilitator, slug, number); err != nil {
			return err
		}
		if number == 3 && p.until == asSecondAnswer {
			return nil
		}
		if err := d.answer(ctx, s, slug, number, actors, p); err != nil {
			return err
		}
		if err := d.passDeadline(ctx, s, slug, number, at); err != nil {
			return err
		}
		if number == 2 {
			// Every statement goes on: the demonstration shows two rounds of each.
			if err := d.carryOn(ctx, s, co.facilitator, slug); err != nil {
				return err
			}
		}
	}
	if err := s.Consultations.DecideAsProposed(ctx, co.facilitator, slug); err != nil {
		return err
	}
	*at = at.Add(24 * time.Hour)
	if err := s.Consultations.Conclude(ctx, co.facilitator, slug, "Tutti i giri previsti si sono svolti."); err != nil {
		return err
	}
	*at = at.Add(24 * time.Hour)
	if err := s.Jobs.Drain(ctx); err != nil {
		return err
	}
	if err := s.Consultations.ShowMinority(ctx, co.facilitator, slug, p.minority, ""); err != nil {
		return err
	}
	*at = at.AddDate(0, 0, consultation.MinorityDays+1)
	if err := s.Jobs.Drain(ctx); err != nil {
		return err
	}
	return s.Consultations.Publish(ctx, co.administrator, slug, p.texts)
}

// carryOn decides that each undecided statement goes on to the next round.
func (d *Demonstration) carryOn(ctx context.Context, s Services, facilitator account.Actor, slug string) error {
	c, err := s.Consultations.Find(ctx, facilitator, slug)
	if err != nil {
		return err
	}
	items, err := s.Consultations.Items(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, it := range items {
		if it.State != consultation.ItemLive {
			continue
		}
		if err := s.Consultations.Decide(ctx, facilitator, slug, it.ID, consultation.GoOn, "Un giro solo non dice se le risposte tengono.", ""); err != nil {
			return err
		}
	}
	return nil
}

// answer lets nine in ten of the panel answer a round.
func (d *Demonstration) answer(ctx context.Context, s Services, slug string, number int, actors []account.Actor, p play) error {
	c, err := s.Consultations.Find(ctx, account.Actor{}, slug)
	if err != nil {
		return err
	}
	items, err := s.Consultations.Items(ctx, c.ID)
	if err != nil {
		return err
	}
	given := map[string]bool{}
	for i, a := range actors {
		if p.until != asSecondAnswer && draw(100, "absent", slug, i, number) < 8 {
			continue
		}
		if err := d.cast(ctx, s, c, a, i, number, items, p, given); err != nil {
			return fmt.Errorf("round %d: %w", number, err)
		}
	}
	return nil
}

// passDeadline moves the clock past a round's deadline and works what is due.
func (d *Demonstration) passDeadline(ctx context.Context, s Services, slug string, number int, at *time.Time) error {
	c, err := s.Consultations.Find(ctx, account.Actor{}, slug)
	if err != nil {
		return err
	}
	*at = c.Rounds[number-1].Deadline.Add(time.Minute)
	return s.Jobs.Drain(ctx)
}

// LetPanelAnswer lets the synthetic panel contribute to the open gather round,
// or answer the open answer round; Conflict when no round is open.
func (d *Demonstration) LetPanelAnswer(ctx context.Context, slug string) error {
	s, c, round, err := d.underway(ctx, slug)
	if err != nil {
		return err
	}
	p := playOf(slug)
	actors, err := d.people(ctx, s, max(p.panel, 40))
	if err != nil {
		return err
	}
	if err := enrol(ctx, s, c, actors); err != nil {
		return err
	}
	if round.Kind == delphi.Gather {
		if len(p.statements) == 0 {
			p.statements = []statement{{from: ideas}}
		}
		_, err := d.contribute(ctx, s, c, actors, p)
		return err
	}
	return d.answer(ctx, s, slug, round.Number, actors, p)
}

// CloseNow closes the open round as its facilitator would, and works what is due.
func (d *Demonstration) CloseNow(ctx context.Context, slug string) error {
	s, c, round, err := d.underway(ctx, slug)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(c.Staff, func(m consultation.Member) bool { return m.Role == account.Facilitator })
	if i < 0 {
		return errors.New("a running consultation without a facilitator")
	}
	facilitator, err := s.Accounts.Officer(ctx, c.Staff[i].ID)
	if err != nil {
		return err
	}
	if err := s.Consultations.CloseRound(ctx, facilitator, slug, round.Number, "Dimostrazione: giro chiuso a mano."); err != nil {
		return err
	}
	return s.Jobs.Drain(ctx)
}

// underway gives the services on today's clock, and the round that is open in a
// consultation; Conflict when none is.
func (d *Demonstration) underway(ctx context.Context, slug string) (Services, consultation.Consultation, consultation.Round, error) {
	s, err := d.build(d.db)
	if err != nil {
		return s, consultation.Consultation{}, consultation.Round{}, err
	}
	c, err := s.Consultations.Find(ctx, account.Actor{}, slug)
	if err != nil {
		return s, c, consultation.Round{}, err
	}
	for _, r := range c.Rounds {
		if r.State == consultation.RoundOpen {
			return s, c, r, nil
		}
	}
	return s, c, consultation.Round{}, fault.New(fault.Conflict, "no_open_round", "no round is open: open one first")
}

// playOf gives the script of a slug; a consultation that somebody made by hand
// has none and is answered with any value.
func playOf(slug string) play {
	for _, p := range script() {
		if p.form.Slug == slug {
			return p
		}
	}
	return play{form: draft.Form{Slug: slug}}
}

// ideas are contributions for a consultation that the script does not know.
var ideas = []string{
	"Cominciate da dove ci sono più bambini e più anziani.",
	"Prima di cambiare tutto, provate per tre mesi e guardate che cosa succede.",
	"Servono informazioni chiare: un cartello e una pagina che dica che cosa cambia e quando.",
	"Non dimenticate chi lavora su turni.",
	"Meglio pochi interventi fatti bene che tanti a metà.",
	"Chiedete anche a chi non usa internet.",
}
