package polis_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/apptest"
	"delfi/internal/consultation"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/steering"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/internal/polis"
)

// count gives the number that a query finds.
func (h house) count(t *testing.T, query string) (n int) {
	t.Helper()
	ok(t, h.DB.Read(t.Context(), func(ctx context.Context, tx *postgres.Tx) error { return tx.GetContext(ctx, &n, query) }))
	return n
}

// empty sees that nothing was stored.
func (h house) empty(t *testing.T) {
	t.Helper()
	if n := h.count(t, `SELECT (SELECT count(*) FROM civic.consultation) + (SELECT count(*) FROM record.entry) + (SELECT count(*) FROM civic.key_check) + (SELECT count(*) FROM civic.contribution)`); n != 0 {
		t.Errorf("%d rows", n)
	}
}

// listed gives the slugs that everybody is shown.
func (h house) listed(t *testing.T) []string {
	t.Helper()
	all, err := h.Consultations.Listed(t.Context(), account.Actor{})
	ok(t, err)
	out := []string{}
	for _, c := range all {
		out = append(out, c.Slug)
	}
	return out
}

// withdrawn sees that all imports but n are withdrawn, without keys or ballots.
func (h house) withdrawn(t *testing.T, published int) {
	t.Helper()
	if n := h.count(t, `SELECT count(*) FROM civic.consultation WHERE stage <> 'withdrawn'`); n != published {
		t.Errorf("%d consultations are not withdrawn, want %d", n, published)
	}
	if n := h.count(t, `SELECT count(*) FROM civic.key_check WHERE scope = 'panel' AND NOT destroyed`); n != 0 {
		t.Errorf("%d keys are left", n)
	}
	if n := h.count(t, `SELECT count(*) FROM panel.ballot`); n != 0 {
		t.Errorf("%d ballots are left", n)
	}
}

// What is wrong with a rejected comment, or with a vote on one, is no fault of what is
// shown: without text, without author, too long for a contribution, at no instant.
func TestRejectedComments(t *testing.T) {
	h := newHouse(t)
	got := h.run(t, "testdata/rejected", options)
	if got.Items != 2 || got.Rejected != 4 || got.Panelists != 24 || got.Rounds[2] != (polis.Round{Number: 3, Ballots: 24, Answers: 48}) {
		t.Errorf("got %+v", got)
	}
	c, err := h.Consultations.Find(t.Context(), account.Actor{}, got.Consultation)
	ok(t, err)
	list, n, err := h.Contributions.Public(t.Context(), c.ID)
	ok(t, err)
	if n != (contribution.Counts{Received: 3, Admitted: 2, Rejected: 1, Items: 2}) {
		t.Errorf("got %+v", n)
	}
	if !slices.ContainsFunc(list, func(c contribution.Contribution) bool {
		return c.State == contribution.Rejected && c.Body == "Stupid question!"
	}) {
		t.Errorf("the rejected one is not among %+v", list)
	}
}

// A vote that stands twice counts once, and the last of several values counts.
func TestVotesGivenTwice(t *testing.T) {
	h := newHouse(t)
	got := h.run(t, "testdata/again", options)
	want, histograms := recount(t, "testdata/again", 3)
	if diff := gocmp.Diff(want.Rounds, got.Rounds); diff != "" {
		t.Error(diff)
	}
	c, err := h.Consultations.Find(t.Context(), account.Actor{}, got.Consultation)
	ok(t, err)
	f, err := h.Archive.Feedback(t.Context(), c.ID, 1)
	ok(t, err)
	for _, item := range f.Items {
		want := histograms[item.Text]
		if diff := gocmp.Diff(want[:], item.Figures.Histogram); diff != "" {
			t.Errorf("%q: %s", item.Text, diff)
		}
	}
}

// Every limit is known before anything is stored, and its place is named.
func TestLimits(t *testing.T) {
	h := newHouse(t)
	header := "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n"
	votes := "timestamp,datetime,comment-id,voter-id,vote\n2,-,a,v,1\n"
	for name, c := range map[string]struct {
		dir, comments, summary, want string
	}{
		"1,001 statements":   {dir: "testdata/many", want: "comments.csv: has 1001 comments that were not rejected: at most 1000 can be imported"},
		"a statement":        {comments: header + "1,-,a,v,0,0,0,Short\n2,-,b,v,0,0,1," + strings.Repeat("à", 601) + "\n", want: "comments.csv, line 3, column comment-body: has 601 characters, 1 more than the 600 allowed: shorten it"},
		"a title":            {summary: "topic," + strings.Repeat("à", 201) + "\n", want: "summary.csv, column topic: has 201 characters, 1 more than the 200 allowed: shorten it"},
		"an address":         {summary: "topic,Few\nurl,https://polis.example/" + strings.Repeat("a", 400) + "\n", want: "summary.csv, column url: has 422 characters, 22 more than the 400 allowed: shorten it"},
		"twelve statements":  {comments: header + strings.Join(long(12), ""), want: "the first 10 of 12 places"},
		"a description only": {summary: "topic,Few\nconversation-description," + strings.Repeat("so ", 900) + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.dir == "" {
				c.dir = t.TempDir()
				for file, text := range map[string]string{"comments.csv": c.comments, "summary.csv": c.summary, "votes.csv": votes} {
					if text == "" {
						text = map[string]string{"comments.csv": header + "1,-,a,v,0,0,0,One\n", "summary.csv": "topic,Few\n"}[file]
					}
					ok(t, os.WriteFile(filepath.Join(c.dir, file), []byte(text), 0o600))
				}
			}
			conversation, err := polis.Read(c.dir, silent)
			ok(t, err)
			if c.want == "" {
				ok(t, conversation.Check(options, h.DB.Now()))
				return
			}
			_, err = polis.Import(t.Context(), h.services, conversation, options, silent)
			if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if again := conversation.Check(options, h.DB.Now()); again == nil || again.Error() != err.Error() {
				t.Errorf("before the database: %v", again)
			}
			h.empty(t)
		})
	}
}

func long(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("1,-,%c,v,0,0,1,%s\n", 'a'+i, strings.Repeat("x", 601))
	}
	return out
}

// Every phase is told, in its order, and none goes back.
func TestProgress(t *testing.T) {
	h := newHouse(t)
	var phases []polis.Phase
	var last polis.Progress
	noted := map[polis.Phase]int{}
	tell := func(p polis.Progress) {
		if len(phases) == 0 || phases[len(phases)-1] != p.Phase {
			phases = append(phases, p.Phase)
			last = polis.Progress{}
		}
		if p.Done < last.Done || p.Total > 0 && p.Done > p.Total {
			t.Errorf("%+v after %+v", p, last)
		}
		last = p
		if p.Note != "" {
			noted[p.Phase]++
		}
	}
	c, err := polis.Read(park, tell)
	ok(t, err)
	_, err = polis.Import(t.Context(), h.services, c, options, tell)
	ok(t, err)
	want := []polis.Phase{polis.Reading, polis.Statements, polis.People, polis.Answers, polis.Closing, polis.Publishing}
	if !slices.Equal(phases, want) || len(noted) != len(want) || noted[polis.Answers] != options.Rounds {
		t.Errorf("phases %v, noted %v", phases, noted)
	}
}

// An import that is told to stop, whatever it is at, is shown to nobody meanwhile or
// afterwards; it is taken back, and runs again at its own address.
func TestStopped(t *testing.T) {
	for _, phase := range []polis.Phase{polis.Statements, polis.People, polis.Answers, polis.Closing, polis.Publishing} {
		t.Run(string(phase), func(t *testing.T) {
			h := newHouse(t)
			ctx, stop := context.WithCancel(t.Context())
			c, err := polis.Read(park, silent)
			ok(t, err)
			_, err = polis.Import(ctx, h.services, c, options, func(p polis.Progress) {
				if got := h.listed(t); len(got) != 0 && p.Done == 0 {
					t.Errorf("at %s there is %v", p.Phase, got)
				}
				if p.Phase == phase && (p.Done > 0 || p.Total == 0 || phase == polis.Publishing) {
					stop()
				}
			})
			if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "can be run again") {
				t.Errorf("it ended with %v", err)
			}
			h.withdrawn(t, 0)
			got := h.run(t, park, options)
			if want := []string{"the-park-and-what-to-do-with-it"}; !slices.Equal(h.listed(t), want) || got.Consultation != want[0] {
				t.Errorf("%v is listed, %q was made", h.listed(t), got.Consultation)
			}
			h.withdrawn(t, 1)
		})
	}
}

// inner is where the process that is killed imports to; it stands still at a phase.
const inner = "DELFI_POLIS_INNER"

func TestInner(t *testing.T) {
	address, rest, set := strings.Cut(os.Getenv(inner), "|")
	if !set {
		return // it is TestKilled that runs it, in a process of its own
	}
	folder, phase, _ := strings.Cut(rest, "|")
	h := houseOn(t, address, folder)
	c, err := polis.Read(park, silent)
	ok(t, err)
	_, err = polis.Import(t.Context(), h.services, c, options, func(p polis.Progress) {
		if string(p.Phase) == phase && (p.Done > 0 || p.Total == 0) {
			fmt.Println("standing still")
			select {}
		}
	})
	t.Errorf("it was not killed: %v", err)
}

// A process that is killed in the middle of an import leaves nothing that is shown, and
// the next import takes back what it left.
func TestKilled(t *testing.T) {
	for _, phase := range []polis.Phase{polis.Statements, polis.People, polis.Answers, polis.Closing} {
		t.Run(string(phase), func(t *testing.T) {
			address, folder := testdb.URL(t), filepath.Join(t.TempDir(), "keys")
			h := houseOn(t, address, folder)
			kill(t, address, folder, phase)
			if got := h.listed(t); len(got) != 0 {
				t.Errorf("%v is listed", got)
			}
			if n := h.count(t, `SELECT count(*) FROM civic.consultation WHERE stage <> 'withdrawn'`); n != 1 {
				t.Fatalf("%d imports are unfinished", n)
			}
			// Postgres finds out by itself that nobody is at the other end.
			for h.count(t, `SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE locktype = 'advisory' AND d.datname = current_database()`) > 0 {
				time.Sleep(10 * time.Millisecond)
			}
			var taken []string
			c, err := polis.Read(park, silent)
			ok(t, err)
			got, err := polis.Import(t.Context(), h.services, c, options, func(p polis.Progress) {
				if strings.HasPrefix(p.Note, "taken back") {
					taken = append(taken, p.Note)
				}
			})
			ok(t, err)
			if want := []string{"the-park-and-what-to-do-with-it"}; !slices.Equal(h.listed(t), want) || got.Consultation != want[0] || len(taken) != 1 {
				t.Errorf("%v is listed, %q was made, %q", h.listed(t), got.Consultation, taken)
			}
			h.withdrawn(t, 1)
		})
	}
}

// kill runs an import in a process of its own and kills it when it is at a phase.
func kill(t *testing.T, address, folder string, phase polis.Phase) {
	t.Helper()
	exe, err := os.Executable()
	ok(t, err)
	cmd := exec.Command(exe, "-test.run", "^TestInner$")
	cmd.Env = append(os.Environ(), inner+"="+address+"|"+folder+"|"+string(phase))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	ok(t, err)
	ok(t, cmd.Start())
	first := make([]byte, 1)
	if _, err := out.Read(first); err != nil || first[0] != 's' {
		t.Errorf("it said %q, %v", first, err)
	}
	ok(t, cmd.Process.Kill())
	if err := cmd.Wait(); err == nil {
		t.Error("it was not killed")
	}
}

// What a dead server holds, jobs and its word on the key, does not fail an import: it
// is waited for as long as it counts as living, and said to be silent afterwards.
func TestDeadServer(t *testing.T) {
	h := newHouse(t)
	dead := houseOn(t, h.URL, filepath.Join(t.TempDir(), "other"), apptest.At("2026-03-02 10:00"))
	ok(t, dead.Pseudonyms.Join(t.Context()))
	c, err := polis.Read(park, silent)
	ok(t, err)
	waited := 0
	got, err := polis.Import(t.Context(), h.services, c, options, func(p polis.Progress) {
		switch {
		case p.Phase == polis.Closing && p.Note == "" && waited == 0:
			// It had taken every job there is; and one that nobody can work has been due for long.
			h.exec(t, `UPDATE queue.river_job SET state = 'running', attempted_by = '{killed}' WHERE state <> 'completed'`)
			h.exec(t, `INSERT INTO queue.river_job (kind, args, max_attempts, state, scheduled_at) VALUES ('nobody_knows', '{}', 25, 'available', now() - interval '1 year')`)
		case strings.HasPrefix(p.Note, "servers whose copies of the key must go first: 1 "):
			waited++
			h.Clock.Add(6 * time.Minute)
		}
	})
	ok(t, err)
	if waited != 1 || !slices.Equal(h.listed(t), []string{got.Consultation}) {
		t.Errorf("waited %d times, %v is listed", waited, h.listed(t))
	}
	h.ended(t, got.Consultation, `"unconfirmed":1`)
}

// A living server confirms, and is waited for.
func TestLivingServer(t *testing.T) {
	h := newHouse(t)
	other := houseOn(t, h.URL, filepath.Join(t.TempDir(), "other"), apptest.At("2026-03-02 10:00"))
	ok(t, other.Pseudonyms.Join(t.Context()))
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan struct{})
	go func() {
		defer close(over)
		other.Pseudonyms.Live(ctx, func(err error) { t.Error(err) })
	}()
	got := h.run(t, park, options)
	stop()
	<-over
	h.ended(t, got.Consultation, `"processes":2`)
}

// ended sees what the record says of the end of the key.
func (h house) ended(t *testing.T, slug, want string) {
	t.Helper()
	c, err := h.Consultations.Find(t.Context(), account.Actor{}, slug)
	ok(t, err)
	entries, err := h.Record.Of(t.Context(), c.ID)
	ok(t, err)
	for _, e := range entries {
		if e.Type == "key_destroyed" && strings.Contains(e.Body, want) {
			return
		}
	}
	t.Errorf("nothing in the record says %s", want)
}

func (h house) exec(t *testing.T, query string) {
	t.Helper()
	ok(t, h.DB.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		_, err := tx.ExecContext(ctx, query)
		return err
	}))
}

// An import at work beside another is not taken back by it.
func TestBeside(t *testing.T) {
	h := newHouse(t)
	other, err := protocol.Standing(protocol.StandingPlan{Language: "en", GroupName: "Everyone", LatestKeyDate: "2027-03-02"})
	ok(t, err)
	a, err := h.Accounts.Found(t.Context(), account.Administration{Slug: "riva", Name: "Riva"})
	ok(t, err)
	id := uuid.New()
	done, err := h.Consultations.Importing(t.Context(), id)
	ok(t, err)
	_, err = h.Consultations.Import(t.Context(), steering.ImportPlan{
		ID: id, Administration: a.ID, Title: "Slow", Language: "en", Protocol: other, Origin: consultation.Origin{Name: "Polis", Licence: "CC0"},
	})
	ok(t, err)
	h.run(t, park, options)
	if n := h.count(t, `SELECT count(*) FROM civic.consultation WHERE stage = 'running'`); n != 1 {
		t.Errorf("%d are at work", n)
	}
	ok(t, done())
	h.run(t, park, options)
	h.withdrawn(t, 2)
}
