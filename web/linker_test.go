package web_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/apptest"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/tabulation"
	"delfi/internal/delphi/protocol"
	"delfi/internal/moderation"
	"delfi/internal/panel"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb/intruder"
	"delfi/internal/pseudonym"
	"delfi/web/webtest"
)

// The linker test of docs/RECORD.md §2.6. People of a village do by HTTP what people do: they
// sign in, enrol, write, get a code, answer, take back and leave, a share of them two of
// these in one sitting, one after the other or overlapping. linker_attack_test.go attacks
// them at each moment; linker_switch_test.go turns one rule off after the other.

const (
	portici = "portici"
	fontane = "fontane"
)

// villager is a person, with all that an attacker would like to join.
type villager struct {
	subject, name string
	account       uuid.UUID
	late          bool // came in the answering round
	both          bool // does two things in one sitting
	alias         pseudonym.Alias
	author        pseudonym.Author // of the sealed row
	text          string           // "" for who writes nothing
	appeal        string           // words of an appeal; "" for who makes none
	panelist      pseudonym.Panelist
	reason        string // of the ballot; "" for who does not answer
	code          string
	answers       bool
	gone          int // the hour in which the ballot was taken back; 0 for never
}

// village is a consultation with its people, and whoever attacks them.
type village struct {
	*testing.T
	natural
	h        *webtest.House
	site     *webtest.Site
	thief    *intruder.Intruder
	now      *atomic.Int64 // in seconds
	random   *dice
	id       uuid.UUID
	other    uuid.UUID // a consultation that people enrol in when they appeal
	group    string
	gather   uuid.UUID // the gather round
	people   []*villager
	staff    map[string]account.Actor
	over     bool           // the last moment that matters was attacked
	log      *lines         // of everything that is no request
	before   snapshot       // a dump an hour earlier
	copies   int            // how many dumps were compared
	vanished map[string]int // what went before which of them
	arrivals chan *villager // who signed in since the hour began, in their order
	seen     []finding
}

// dice are drawn by people who sit at the same time.
type dice struct {
	mu     sync.Mutex
	random *mathrand.Rand
}

func (d *dice) IntN(n int) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.random.IntN(n)
}

// natural is a way in which people behave.
type natural struct {
	mode    pseudonym.Mode
	share   float64 // of people who do two things in one sitting
	overlap int     // how many sit at the same time
	people  int     // in the gather round; half as many come later
	off     string  // the rule that is off
	only    string  // begins the one moment that is attacked, the last that is lived; "" for all
}

func (n natural) String() string {
	s := fmt.Sprintf("%s, %.0f %% in one sitting, %d at a time", n.mode, 100*n.share, n.overlap)
	if n.off != "" {
		s += ", without " + n.off
	}
	return s
}

// lines is what the process logs from the first village on: villages live side by side, and
// which of them a line is about no logger knows.
type lines struct {
	once sync.Once
	mu   sync.Mutex
	text bytes.Buffer
}

var logged lines

func (l *lines) keep() {
	l.once.Do(func() {
		slog.SetDefault(slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug})))
	})
}

// Write takes the next part.
func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// Bytes gives all of it so far.
func (l *lines) Bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.text.Bytes())
}

func newVillage(t *testing.T, n natural) *village {
	t.Helper()
	v := &village{T: t, natural: n, now: &atomic.Int64{}, log: &logged, staff: map[string]account.Actor{}, vanished: map[string]int{}, arrivals: make(chan *villager, 1000)}
	v.random = &dice{random: mathrand.New(mathrand.NewPCG(uint64(n.share*8)+uint64(n.overlap), uint64(n.people)))}
	v.now.Store(time.Now().Truncate(24 * time.Hour).Add(10 * time.Hour).Unix()) // ten o'clock: the night is far
	v.log.keep()
	v.h = &webtest.House{World: apptest.New(t, apptest.Pool, apptest.Uncached, apptest.Database(postgres.WithClock(func() time.Time { return time.Unix(v.now.Load(), 0).UTC() })))}
	v.h.Codes = 100000
	v.site = v.h.Site(t)
	v.thief = intruder.New(t, v.h.DB)
	v.announce()
	return v
}

func (v *village) must(err error) {
	v.Helper()
	if err != nil {
		v.Fatalf("%+v\n%s", err, debug.Stack())
	}
}

// announce founds the administration and starts the consultation, and another one.
func (v *village) announce() {
	v.Helper()
	ctx := v.Context()
	riva, err := v.h.Accounts.Found(ctx, account.Administration{Slug: "riva", Name: "Comune di Riva d’Arno"})
	v.must(err)
	for _, who := range []string{"giulia", "marta", "davide", "paolo"} {
		v.staff[who] = v.h.Person(v.T, who)
	}
	at := v.h.DB.Now()
	for _, slug := range []string{portici, fontane} {
		_, err = v.h.Drafts.Create(ctx, v.staff["giulia"], riva.ID, draft.Form{
			Slug: slug, Language: "it", Title: "I portici", Question: "Che cosa serve sotto i portici?", Background: "Testo.",
			CommitmentQuotation: "Decideremo tenendone conto.", CommitmentDecider: "La Giunta", CommitmentSubject: "i portici",
			CommitmentDecideBy: at.AddDate(1, 0, 0).Format("2006-01-02"), CommitmentAct: "Delibera n. 1", CommitmentSignatory: "La sindaca",
			Moderators:   []string{v.staff["marta"].Office.String(), v.staff["davide"].Office.String()},
			Facilitators: []string{v.staff["paolo"].Office.String()}, Offices: map[string]string{},
			StartsOn: at.AddDate(0, 0, 2).Format("2006-01-02"),
			Protocol: draft.Classical(protocol.ClassicalPlan{
				Language: "it", Low: "Per niente", High: "Del tutto", GroupName: "Cittadini", Mode: string(v.mode), GatherDays: 7, AnswerDays: 7, AnswerRounds: 2, Points: 9, SharePermille: 750, CannotJudge: true,
			}),
		})
		v.must(err)
		v.must(v.h.Consultations.Announce(ctx, v.staff["giulia"], slug))
		v.must(v.h.Consultations.Start(ctx, v.staff["giulia"], slug))
		v.must(v.h.Jobs.Drain(ctx))
	}
	other, err := v.h.Consultations.Find(ctx, v.staff["giulia"], fontane)
	v.must(err)
	v.other = other.ID
	c, err := v.h.Consultations.Find(ctx, v.staff["giulia"], portici)
	v.must(err)
	v.id, v.gather, v.group = c.ID, c.Rounds[0].ID, c.Protocol.Panel.Groups[0].ID
}

// born adds people who have not come yet.
func (v *village) born(n int, late bool) []*villager {
	var list []*villager
	for i := range n {
		mark := strings.ToLower(rand.Text()[:16])
		list = append(list, &villager{subject: mark + "-s", name: strings.ToLower(rand.Text()[:16]) + " Rossi", late: late, both: float64(i) < v.share*float64(n)})
	}
	v.random.random.Shuffle(n, func(i, j int) { list[i], list[j] = list[j], list[i] })
	v.people = append(v.people, list...)
	return list
}

// shuffled gives those of a list who fulfil a condition, in an order that nobody foresees.
func (v *village) shuffled(list []*villager, in func(*villager) bool) []*villager {
	var out []*villager
	for _, n := range v.random.random.Perm(len(list)) {
		if in(list[n]) {
			out = append(out, list[n])
		}
	}
	return out
}

// sittings lets people sit one after the other, or so many at the same time as overlap.
func (v *village) sittings(list []*villager, sit func(*villager)) {
	v.Helper()
	next := make(chan *villager)
	var all sync.WaitGroup
	for range max(v.overlap, 1) {
		all.Go(func() {
			for p := range next {
				v.now.Add(1)
				sit(p)
			}
		})
	}
	for n, p := range list {
		if next <- p; n%10 == 9 {
			v.thief.Log(v) // before the server drops it
		}
	}
	close(next)
	all.Wait()
	if v.Failed() {
		v.FailNow()
	}
}

func at(more string) string { return "/consultations/" + portici + more }

// knows computes by the keys, which the test has, who is who.
func (v *village) knows() {
	v.Helper()
	ctx := v.Context()
	var pen *pseudonym.Pen
	v.must(v.h.DB.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		pen, err = v.h.Pseudonyms.Pen(ctx, tx, v.id)
		return err
	}))
	defer pen.Close()
	for _, p := range v.people {
		if p.account == uuid.Nil || p.panelist != (pseudonym.Panelist{}) {
			continue
		}
		var err error
		p.alias, err = v.h.Pseudonyms.Alias(ctx, v.id, p.account)
		v.must(err)
		p.author = pen.Author(p.alias, v.gather)
		var seat pseudonym.Seat
		if v.mode == pseudonym.SealedKey {
			seat, err = v.h.Pseudonyms.Seat(ctx, v.id, p.account, v.group)
		} else if p.code != "" {
			seat, _, err = v.h.Pseudonyms.ByCode(ctx, v.id, p.code, []string{v.group})
		}
		v.must(err)
		p.panelist = seat.Panelist
	}
}

// hour lets the next whole hour begin with its jobs.
func (v *village) hour() {
	v.Helper()
	v.now.Store(time.Unix(v.now.Load(), 0).Truncate(time.Hour).Add(time.Hour).Unix())
	switch v.off {
	case "(d)":
		return
	case "(d) in place": // a build that updates the rows that came
		for _, id := range v.thief.Order(v, `SELECT account::text FROM civic.enrolment WHERE fresh ORDER BY account`) {
			v.old(`UPDATE civic.enrolment SET fresh = false WHERE account = $1`, id)
		}
		table := "civic.sealed_" + hexed(v.gather[:])
		for _, author := range v.thief.Order(v, `SELECT encode(author, 'hex') FROM `+table+` ORDER BY author`) {
			v.old(`UPDATE `+table+` SET blob = blob WHERE author = decode($1, 'hex')`, author)
		}
		return
	case "(g) order": // a build that works on what waits as it came
		for len(v.arrivals) > 0 {
			v.old(`UPDATE civic.account SET sealed = sealed WHERE id = $1`, (<-v.arrivals).account)
		}
	}
	v.must(v.h.Jobs.Do(v.Context(), panel.Hour{}))
	v.must(v.h.Jobs.Do(v.Context(), moderation.Opening{}))
	v.must(v.h.Jobs.Do(v.Context(), contribution.Gathered{}))
	v.must(v.h.Jobs.Do(v.Context(), tabulation.Turnout{}))
	v.must(v.h.Jobs.Drain(v.Context()))
}

// live walks the village through a consultation, and attacks it at each moment.
func (v *village) live() {
	v.Helper()
	for _, phase := range []func(){v.gathering, v.answering, v.ending} {
		if !v.over {
			phase()
		}
	}
}

// gathering is the gather round: people come and enrol, some write at once, some later.
func (v *village) gathering() {
	v.Helper()
	ctx := v.Context()
	first := v.born(v.natural.people, false)
	v.sittings(first, func(p *villager) {
		b := v.comes(p)
		v.enrols(b, p)
		if p.both {
			v.writes(b, p)
		}
	})
	if v.attack("gather round open, within the hour") {
		return
	}
	if v.work("gather round open") || v.attack("gather round open, an hour later") {
		return
	}
	rest := v.shuffled(first, func(p *villager) bool { return !p.both })
	v.sittings(rest, func(p *villager) {
		b := v.comes(p)
		if v.getsCode(b, p); v.random.IntN(4) > 0 {
			v.writes(b, p)
		}
	})
	v.must(v.h.Consultations.CloseRound(ctx, v.staff["paolo"], portici, 1, "Basta."))
	v.must(v.h.Jobs.Drain(ctx))
	if v.attack("gather round closed") {
		return
	}
	v.examine()
	if v.attack("gather round released") {
		return
	}
	v.appealing()
}

// appealing lets people come back, half of those who wrote under another name than before,
// appeal against what was decided, and enrol in another consultation in the same sitting.
func (v *village) appealing() {
	v.Helper()
	v.hour()
	who := v.shuffled(v.people, func(p *villager) bool { return p.text != "" })
	v.sittings(who, func(p *villager) {
		if p.both {
			p.name = strings.ToLower(rand.Text()[:16]) + " Verdi"
		}
		b := v.comes(p)
		v.sends(b, "/consultations/"+fontane+"/enrol", "/consultations/"+fontane+"/enrol", url.Values{"read": {"on"}})
		v.appeals(b, p)
	})
	if v.attack("appeals raised, within the hour") {
		return
	}
	if v.work("appeals raised") {
		return
	}
	v.attack("appeals raised, an hour later")
}

// ending closes the answering round and concludes.
func (v *village) ending() {
	v.Helper()
	ctx := v.Context()
	v.now.Add(4 * 24 * 3600) // a round is not closed by hand before its least days
	v.must(v.h.Consultations.CloseRound(ctx, v.staff["paolo"], portici, 2, "Basta."))
	if v.attack("answering round closed") {
		return
	}
	v.must(v.h.Jobs.Drain(ctx)) // counted and released
	if v.attack("answering round released") {
		return
	}
	v.must(v.h.Consultations.Conclude(ctx, v.staff["paolo"], portici, "Basta."))
	v.must(v.h.Jobs.Drain(ctx))
	v.attack("concluded")
}

// answering is the answering round while it is open: newcomers enrol and answer, people
// who are known already sign in under another name and answer, some take back and leave.
func (v *village) answering() {
	v.Helper()
	v.must(v.h.Consultations.OpenRound(v.Context(), v.staff["paolo"], portici, 2))
	v.must(v.h.Jobs.Drain(v.Context()))
	first := slices.Clone(v.people)
	late := v.born(v.natural.people/2, true)
	sealed := v.mode == pseudonym.SealedKey
	known := v.shuffled(first, func(p *villager) bool { return p.both })
	v.sittings(v.shuffled(append(slices.Clone(late), known...), func(*villager) bool { return true }), func(p *villager) {
		if !p.late {
			p.name = strings.ToLower(rand.Text()[:16]) + " Bianchi"
		}
		b := v.comes(p)
		if p.late {
			v.enrols(b, p)
			if v.off == "(e)" {
				v.old(`UPDATE civic.code_batch SET works_from = to_timestamp($1)`, v.now.Load())
			}
		}
		if p.both && (!p.late || sealed || v.off == "(e)") {
			v.answer(b, p)
		}
	})
	if v.attack("answering round open, within the hour") {
		return
	}
	if v.work("answering round open") || v.attack("answering round open, an hour later") {
		return
	}
	if !sealed && v.off == "" { // when their codes work, everybody who has been waiting comes
		v.sittings(v.shuffled(late, func(p *villager) bool { return p.both }), func(p *villager) { v.answer(nil, p) })
		if v.attack("held codes of the hour before are used") {
			return
		}
		v.hour()
	}
	v.sittings(v.shuffled(v.people, func(p *villager) bool { return !p.both && v.random.IntN(4) > 0 }), func(p *villager) {
		b := v.site.Stranger()
		if sealed || p.late {
			b = v.comes(p)
		}
		v.answer(b, p)
	})
	v.hour()
	if sealed {
		v.leaving()
	}
}

// leaving lets people take back and leave, each in an hour of its own: a share of them in
// one sitting, the others in two. They are gone after the night.
func (v *village) leaving() {
	v.Helper()
	list := v.shuffled(v.people, func(p *villager) bool { return p.answers && !p.late })
	list = list[:min(len(list), leavers)]
	v.take()
	for i, p := range list {
		v.sittings([]*villager{p}, func(p *villager) {
			b := v.comes(p)
			v.sends(b, "/me/take-back", "/me/take-back", url.Values{})
			if float64(i) < v.share*float64(len(list)) {
				v.leaves(b, p)
			}
		})
		v.hour()
		v.take()
		p.gone, p.answers = i+1, false
	}
	for i, p := range v.shuffled(list, func(*villager) bool { return true }) {
		if i = slices.Index(list, p); float64(i) >= v.share*float64(len(list)) {
			v.leaves(v.comes(p), p)
		}
	}
	v.now.Add(24 * 3600)
	v.night(list)
	v.take()
	v.attack("after the night of leaving")
}

// night lets the night's work begin, before an attacker who copied the database before it
// and has the write-ahead log until it ended: the log tells which row went after which,
// the copy whose it was, and the copies of each hour which ballot went after which.
func (v *village) night(list []*villager) {
	v.Helper()
	const table = "civic.enrolment"
	v.knows()
	work := v.thief.Before(v, table, `SELECT ctid::text AS place, account::text AS name FROM `+table)
	if v.off == "(f) order" { // the work of a build that takes one after the other as they asked
		for _, p := range list {
			v.old(`DELETE FROM civic.enrolment WHERE account = $1`, p.account)
		}
	}
	v.hour()
	v.thief.Flush(v)
	class, truth := map[string]string{}, map[string]string{}
	var ballots []string // in the order in which they were taken back
	for _, p := range list {
		ballot := hexed(p.panelist[:])
		class[p.account.String()], truth[ballot] = "leaver", p.account.String()
		ballots = append(ballots, ballot)
	}
	gone := work.Deleted(v)
	if v.off == "(f)" { // they went when they asked: nobody is left for the night
		return
	}
	if len(gone) < len(list) {
		v.Fatalf("the log tells of %d who left, of %d", len(gone), len(list))
	}
	best := finding{moment: "the night's work", link: leaverTo, place: around, hits: -1}
	for _, backwards := range []bool{false, true} {
		hits, odds := intruder.Beside(gone, slices.Clone(ballots), class, truth, backwards)
		if hits > best.hits {
			best.hits, best.of = hits, len(odds)
			best.guess, best.limit = intruder.Expected(odds), intruder.Bound(odds, intruder.Chance/tried)
		}
	}
	v.seen = append(v.seen, best)
}

// leavers is how many people leave.
const leavers = 9

// examine makes two items of what was written, and releases the round.
func (v *village) examine() {
	v.Helper()
	ctx := v.Context()
	list, _, err := v.h.Contributions.Queue(ctx, v.staff["marta"], portici)
	v.must(err)
	var rest []uuid.UUID
	for i, c := range list {
		if i >= 2 {
			rest = append(rest, c.ID)
			continue
		}
		_, err := v.h.Contributions.Merge(ctx, v.staff["marta"], portici, contribution.Merge{
			Contributions: []uuid.UUID{c.ID}, Destination: contribution.Fresh, Text: fmt.Sprintf("Affermazione %d.", i+1), Rule: "1.6", Reason: "Lo dice."})
		v.must(err)
	}
	if len(rest) > 0 {
		v.must(v.h.Contributions.Reject(ctx, v.staff["marta"], portici, contribution.Choice{Contributions: rest, Rule: "1.3", Reason: "Fuori tema."}))
	}
	v.must(v.h.Consultations.ReleaseRound(ctx, v.staff["marta"], portici, 1))
	v.must(v.h.Jobs.Drain(ctx))
}

func hexed(b []byte) string { return hex.EncodeToString(b) }

// docs/RECORD.md §2.6. More people, and more at the same time, are soaked.
func TestNobodyIsLinkedWithWhatTheyDid(t *testing.T) {
	t.Parallel()
	for _, n := range []natural{
		{mode: pseudonym.SealedKey, share: 0, overlap: 4}, {mode: pseudonym.SealedKey, share: 0.5, overlap: 4}, {mode: pseudonym.SealedKey, share: 1, overlap: 1},
		{mode: pseudonym.HeldCode, share: 0, overlap: 1}, {mode: pseudonym.HeldCode, share: 0.5, overlap: 1}, {mode: pseudonym.HeldCode, share: 1, overlap: 4},
	} {
		n.people = 24
		t.Run(n.String(), func(t *testing.T) {
			v := newVillage(t, n)
			v.live()
			v.told()
		})
	}
}
