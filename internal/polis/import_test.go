package polis_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"delfi/internal/account"
	"delfi/internal/apptest"
	"delfi/internal/consultation"
	"delfi/internal/consultation/contribution"
	"delfi/internal/delphi/verdict"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/polis"
	"delfi/internal/pseudonym"
)

const park = "testdata/park"

// house is a world, and its services as the command gives them.
type house struct {
	*apptest.World
	services polis.Services
}

func newHouse(t *testing.T) house {
	t.Helper()
	return inside(apptest.New(t, apptest.At("2026-03-02 10:00")))
}

// houseOn is a house on a database and a folder of keys, as another process' is.
func houseOn(t *testing.T, address, folder string, o ...apptest.Option) house {
	t.Helper()
	keys, err := pseudonym.NewFileKeys(folder, bytes.Repeat([]byte{7}, 32))
	ok(t, err)
	return inside(apptest.New(t, append(o, apptest.On(address, keys))...))
}

func inside(w *apptest.World) house {
	return house{w, polis.Services{
		DB: w.DB, Jobs: w.Jobs, Accounts: w.Accounts, Pseudonyms: w.Pseudonyms, Panel: w.Panel, Consultations: w.Consultations,
		Contributions: w.Contributions, Ballots: w.Ballots, Tabulation: w.Tabulation, Archive: w.Archive,
	}}
}

func (h house) run(t *testing.T, dir string, o polis.Options) polis.Result {
	t.Helper()
	c, err := polis.Read(dir, silent)
	ok(t, err)
	got, err := polis.Import(t.Context(), h.services, c, o, silent)
	ok(t, err)
	return got
}

func silent(polis.Progress) {}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var options = polis.Options{Rounds: 3, Language: "en", Licence: "CC0"}

// row is one vote as the file has it.
type row struct {
	time           string
	line           int
	comment, voter string
	vote           string
}

// recount reads the files anew and counts by the plainest means: at each cut all
// votes so far from the beginning.
func recount(t *testing.T, dir string, rounds int) (want polis.Result, histograms map[string][3]int) {
	t.Helper()
	read := func(name string) [][]string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		ok(t, err)
		rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		ok(t, err)
		return rows[1:]
	}
	rejected, body := map[string]bool{}, map[string]string{}
	for _, r := range read("comments.csv") {
		body[r[2]] = strings.Join(strings.Fields(r[7]), " ")
		if rejected[r[2]] = r[6] == "-1"; rejected[r[2]] {
			want.Rejected++
		} else {
			want.Items++
		}
	}
	var votes []row
	voters := map[string]bool{}
	for i, r := range read("votes.csv") {
		if !rejected[r[2]] {
			votes = append(votes, row{r[0], i, r[2], r[3], r[4]})
			voters[r[3]] = true
		}
	}
	want.Panelists = len(voters)
	// Timestamps of one length sort as text.
	slices.SortFunc(votes, func(a, b row) int { return cmp.Or(cmp.Compare(a.time, b.time), cmp.Compare(a.line, b.line)) })
	for n := 1; n <= rounds; n++ {
		standing, some := map[[2]string]string{}, map[string]bool{}
		for _, v := range votes[:n*len(votes)/rounds] {
			standing[[2]string{v.voter, v.comment}] = v.vote
			some[v.voter] = true
		}
		want.Rounds = append(want.Rounds, polis.Round{Number: n, Ballots: len(some), Answers: len(standing)})
		histograms = map[string][3]int{}
		for k, vote := range standing {
			h := histograms[body[k[1]]]
			h[map[string]int{"-1": 0, "0": 1, "1": 2}[vote]]++
			histograms[body[k[1]]] = h
		}
	}
	return want, histograms
}

// The whole life of an imported conversation: what is published is what a plain
// recount of the files finds.
func TestImport(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	got := h.run(t, park, options)
	want, histograms := recount(t, park, 3)
	want.Consultation, want.Path = "the-park-and-what-to-do-with-it", "/consultations/the-park-and-what-to-do-with-it/opinion"
	want.ItemsByVerdict = got.ItemsByVerdict
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	sum := 0
	for _, key := range verdict.Keys {
		n, found := got.ItemsByVerdict[string(key)]
		if !found {
			t.Errorf("%q is not in %v", key, got.ItemsByVerdict)
		}
		sum += n
	}
	if sum != got.Items || len(got.ItemsByVerdict) != len(verdict.Keys) {
		t.Errorf("%v do not add up to %d", got.ItemsByVerdict, got.Items)
	}

	c, err := h.Consultations.Find(ctx, account.Actor{}, got.Consultation)
	ok(t, err)
	if c.Stage != consultation.Published || c.DestroyedAt.IsZero() || len(c.Staff) != 0 || c.Commitment.Quotation != "" {
		t.Errorf("got %+v", c)
	}
	if c.Origin == nil || *c.Origin != (consultation.Origin{Name: "Polis", URL: "https://polis.example/2park", Licence: "CC0"}) {
		t.Errorf("origin %+v", c.Origin)
	}
	if c.Title != "The park, and what to do with it" || c.Question != "What should change in the park? Tell us." {
		t.Errorf("got %q, %q", c.Title, c.Question)
	}

	f, err := h.Archive.Feedback(ctx, c.ID, 1)
	ok(t, err)
	if len(f.Items) != len(histograms) {
		t.Errorf("%d items have figures, want %d", len(f.Items), len(histograms))
	}
	for _, item := range f.Items {
		want := histograms[item.Text]
		if diff := gocmp.Diff(want[:], item.Figures.Histogram); diff != "" {
			t.Errorf("%q: %s", item.Text, diff)
		}
	}
	if _, raw, err := h.Reports.Of(ctx, c.ID); err != nil || len(raw) == 0 {
		t.Errorf("no opinion: %v", err)
	}
}

// Comments are contributions under aliases: one author has one, rejected ones say
// why, and nobody has an account.
func TestContributions(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	got := h.run(t, park, options)
	c, err := h.Consultations.Find(ctx, account.Actor{}, got.Consultation)
	ok(t, err)
	list, n, err := h.Contributions.Public(ctx, c.ID)
	ok(t, err)
	if n != (contribution.Counts{Received: 7, Admitted: 6, Rejected: 1, Items: 6}) {
		t.Errorf("got %+v", n)
	}
	aliases := map[string]int{}
	for _, one := range list {
		aliases[one.Alias.Name]++
		if one.State == contribution.Rejected && (one.Body != "Buy cheap watches here!" || one.Reason == "") {
			t.Errorf("got %+v", one)
		}
		if one.State == contribution.Admitted && len(one.Items) != 1 {
			t.Errorf("got %+v", one)
		}
	}
	if len(aliases) != 5 {
		t.Errorf("aliases %v", aliases)
	}
	ok(t, h.DB.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var accounts int
		err := tx.GetContext(ctx, &accounts, `SELECT count(*) FROM civic.account`)
		if accounts != 0 {
			t.Errorf("%d accounts", accounts)
		}
		return err
	}))
	entries, err := h.Record.Of(ctx, c.ID)
	ok(t, err)
	for _, e := range entries {
		if e.Role != "system" || e.Name != "" {
			t.Errorf("somebody is named: %+v", e)
		}
	}
}

// A second import of the same folder is another consultation, with the same result.
func TestTwice(t *testing.T) {
	h := newHouse(t)
	one, two := h.run(t, park, options), h.run(t, park, options)
	if one.Consultation == two.Consultation || two.Path != "/consultations/"+two.Consultation+"/opinion" {
		t.Errorf("got %q and %q", one.Consultation, two.Consultation)
	}
	two.Consultation, two.Path = one.Consultation, one.Path
	if diff := gocmp.Diff(one, two); diff != "" {
		t.Error(diff)
	}
}

// Any number of releases ends with the same counts.
func TestRounds(t *testing.T) {
	h := newHouse(t)
	for _, rounds := range []int{1, 25} {
		o := options
		o.Rounds = rounds
		got := h.run(t, park, o)
		want, _ := recount(t, park, rounds)
		if diff := gocmp.Diff(want.Rounds, got.Rounds); diff != "" {
			t.Error(diff)
		}
	}
}

// A conversation of a few votes, with more releases than votes: the first ones have
// nobody in them, and no figure is shown of anybody.
func TestFewVotes(t *testing.T) {
	h := newHouse(t)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"comments.csv": "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n1,-,a,v,0,0,0,One\n1,-,b,v,0,0,0,Nobody voted on this\n",
		"summary.csv":  "topic,Few\n",
		"votes.csv":    "timestamp,datetime,comment-id,voter-id,vote\n2,-,a,v,1\n1,-,a,w,-1\n",
	} {
		ok(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	o := options
	o.Rounds = 5
	got := h.run(t, dir, o)
	want, _ := recount(t, dir, 5)
	if diff := gocmp.Diff(want.Rounds, got.Rounds); diff != "" {
		t.Error(diff)
	}
	if got.Items != 2 || got.ItemsByVerdict[string(verdict.TooFew)] != 2 {
		t.Errorf("got %+v", got)
	}
}

// Options that cannot work are refused before anything is stored.
func TestOptions(t *testing.T) {
	h := newHouse(t)
	c, err := polis.Read(park, silent)
	ok(t, err)
	for _, change := range []func(*polis.Options){
		func(o *polis.Options) { o.Rounds = 0 },
		func(o *polis.Options) { o.Rounds = polis.MaxRounds + 1 },
		func(o *polis.Options) { o.Language = "fr" },
		func(o *polis.Options) { o.Administration = "nowhere" },
		func(o *polis.Options) { o.Licence = "" },
		func(o *polis.Options) { o.Licence = strings.Repeat("x", 201) },
	} {
		o := options
		change(&o)
		if _, err := polis.Import(t.Context(), h.services, c, o, silent); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%+v: %v", o, err)
		}
	}
	h.empty(t)
}
