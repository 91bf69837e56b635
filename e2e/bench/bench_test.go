package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"delfi/e2e/bench/figure"

	"delfi/e2e/bench/machine"

	"github.com/google/pprof/profile"
	"pgregory.net/rapid"
)

func TestQuantileIsTheNearestRank(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 300).Draw(t, "n")
		s := sample{}
		for i := range n {
			s.each = append(s.each, time.Duration(i+1))
		}
		p := float64(rapid.IntRange(1, 100).Draw(t, "percent")) / 100
		got := int(s.quantile(p))
		// The least of the values that a share p does not exceed.
		if float64(got) < p*float64(n)-1e-6 || float64(got-1) >= p*float64(n)+1e-6 {
			t.Errorf("quantile %g of 1…%d is %d", p, n, got)
		}
	})
}

func TestALoadIsBoundedAndTellsEveryFailure(t *testing.T) {
	s := load(7, bound{most: 100}, func(_, i int) error {
		if i%10 == 3 {
			return fmt.Errorf("number %d", i)
		}
		return nil
	})
	if s.done != 90 || s.failed != 10 || s.sound("load") == nil || !strings.Contains(s.sound("load").Error(), "10 of 100") {
		t.Errorf("%d done, %d failed: %v", s.done, s.failed, s.sound("load"))
	}
	if err := load(3, bound{span: time.Nanosecond}, func(int, int) error { return errors.New("never") }).sound("nothing"); err == nil {
		t.Error("a load that did nothing is sound")
	}
}

func TestTheClientReadsWhatServersSend(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/chunks":
			for i := range 3 {
				fmt.Fprintf(w, "piece %d;", i)
				w.(http.Flusher).Flush()
			}
		case "/kept":
			w.WriteHeader(http.StatusNotModified)
		case "/away":
			http.SetCookie(w, &http.Cookie{Name: "s", Value: "old"})
			http.SetCookie(w, &http.Cookie{Name: "s", Value: "new", Path: "/"})
			http.Redirect(w, r, "/there", http.StatusSeeOther)
		case "/last":
			w.Header().Set("Connection", "close")
			fmt.Fprint(w, "last")
		default:
			fmt.Fprintf(w, "%s %s %s %s", r.Method, r.FormValue("a"), r.Header.Get("X-Forwarded-For"), r.Header.Get("Cookie"))
		}
	}))
	defer site.Close()
	c := newClient(site.URL)
	defer c.close()
	for _, want := range []struct {
		path   string
		status int
		body   string
	}{{"/chunks", 200, "piece 0;piece 1;piece 2;"}, {"/kept", 304, ""}, {"/?a=b", 200, "GET b 10.0.0.1 s=1"}, {"/last", 200, "last"}, {"/?a=c", 200, "GET c 10.0.0.1 s=1"}} {
		r, err := c.get(want.path, "s=1", "10.0.0.1")
		if err != nil || r.status != want.status || string(r.body) != want.body {
			t.Errorf("%s: %d %q, %v", want.path, r.status, r.body, err)
		}
	}
	r, err := c.post("/", "s=1", "10.0.0.1", "a=d")
	if err != nil || string(r.body) != "POST d 10.0.0.1 s=1" {
		t.Errorf("post: %q, %v", r.body, err)
	}
	r, err = c.get("/away", "", "")
	if err != nil || r.status != 303 || r.header("location") != "/there" || r.cookie("s") != "s=new" {
		t.Errorf("away: %d %q %q, %v", r.status, r.header("location"), r.cookie("s"), err)
	}
}

func TestAGoalIsJudgedByTheMiddleOfTheRoundsOwnRatios(t *testing.T) {
	r := figure.Row{Values: []float64{10, 90, 60}, Limits: []float64{100, 100, 100}}
	r.AtLeast(0.5)
	if r.Ratio != 0.6 || r.Met != "yes" {
		t.Errorf("%+v", r)
	}
	r.AtLeast(0.7)
	if r.Met != "no" {
		t.Errorf("%+v", r)
	}
	none := figure.Row{Case: "export", Goal: "≥ 0.5 of the limit"}
	if cells := none.Cells(); cells[len(cells)-1] != "not there" || cells[1] != "—" {
		t.Errorf("%q", cells)
	}
	if got := []string{figure.Number(0), figure.Number(0.00314), figure.Number(3.14159), figure.Number(31.4159), figure.Number(31415.9), figure.Number(math.NaN())}; strings.Join(got, " ") != "0 0.0031 3.14 31.4 31416 —" {
		t.Errorf("%q", got)
	}
}

func TestLatenessCountsFromWhenSomethingWasDue(t *testing.T) {
	stop := make(chan struct{})
	held := make(chan struct{})
	done := make(chan sample)
	go func() {
		// One at a time: the second waits outside for the first.
		done <- paced(1000, 1, stop, func(i int) error {
			if i == 0 {
				<-held
			}
			if i == 1 {
				close(stop)
			}
			return nil
		})
	}()
	time.Sleep(30 * time.Millisecond)
	close(held)
	s := <-done
	if err := s.sound("paced"); err != nil || s.done < 2 || s.each[s.done-2] < 20*time.Millisecond {
		t.Errorf("%v: the second was due at 1 ms and begun after 30: %v", s.each, err)
	}
}

func TestAReportIsForProgramsTooWhateverWasMissed(t *testing.T) {
	missed, empty := figure.Row{Case: "page", Values: []float64{1}, Limits: []float64{4}}, figure.Row{Case: "closing"}
	missed.AtLeast(0.5)
	empty.AtLeast(0.5)
	text, err := json.Marshal([]figure.Row{missed, empty})
	if err != nil || !strings.Contains(string(text), `"met":"no"`) {
		t.Errorf("%s, %v", text, err)
	}
	if got := verdict([]figure.Row{missed, empty, {Case: "bare"}}); got != "0 of 2 goals are met. Not met: page; closing." {
		t.Error(got)
	}
}

func TestThePictureIsWholeXMLWithATitleAndAllFiguresInWords(t *testing.T) {
	points := []figure.Point{
		{Case: "closing", Along: "people", Size: 1000, MS: 12}, {Case: "closing", Along: "people", Size: 10_000, MS: 110}, {Case: "closing", Along: "items", Size: 10, MS: 9},
		{Case: "ballot <of twenty>", Along: "people", Size: 100_000, MS: 0.4},
	}
	picture := figure.Chart(points)
	d := xml.NewDecoder(strings.NewReader(picture))
	printed := map[string]string{}
	for at := ""; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, picture)
		}
		switch token := token.(type) {
		case xml.StartElement:
			at = token.Name.Local
		case xml.CharData:
			printed[at] += string(token)
		}
	}
	if printed["title"] == "" || !strings.Contains(printed["desc"], "110 ms at 10000") || !strings.Contains(printed["desc"], "0.40 ms at 100000") {
		t.Errorf("title %q, desc %q", printed["title"], printed["desc"])
	}
	if table := figure.GrowthTable(points, "people"); !strings.Contains(table, "| closing | 12.0 | 110 | — |") {
		t.Errorf("table:\n%s", table)
	}
}

func TestTheReadmeTellsWhatWasMeasuredAgainstWhat(t *testing.T) {
	b := &bench{n: whole, machine: machine.Machine{CPU: "Abacus", Cores: 2}}
	r := figure.Row{Case: "record page", Unit: "/s", Values: []float64{5, 6, 7}, Limits: []float64{9, 10, 11}, Limit: "a bare page of 12 KB", Note: "anonymous"}
	r.AtLeast(0.5)
	b.rows = []figure.Row{r}
	for _, want := range []string{"Abacus, 2 cores", "| record page | 6.00 /s | 5.00–7.00 |", "held against a bare page of 12 KB; anonymous", "growth.svg"} {
		if text := b.document(); !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
}

func TestAProfileTellsWhatHashesAndSorts(t *testing.T) {
	p := &profile.Profile{SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}}}
	sample := func(ns int64, stack ...[]string) {
		s := &profile.Sample{Value: []int64{1, ns}}
		for _, inlined := range stack {
			l := &profile.Location{}
			for _, name := range inlined {
				l.Line = append(l.Line, profile.Line{Function: &profile.Function{Name: name}})
			}
			s.Location = append(s.Location, l)
		}
		p.Sample = append(p.Sample, s)
	}
	sample(30, []string{"crypto/internal/fips140/sha256.blockSHANI"}, []string{"delfi/internal/ledger/leaf.(*hasher).end"})
	sample(20, []string{"cmp.Compare[go.shape.uint64]", "slices.SortFunc[go.shape.int]"}, []string{"delfi/internal/ledger/leaf.(*Builder).Build"})
	sample(10, []string{"runtime.memmove"}, []string{"delfi/internal/ledger/leaf.(*Builder).sort"})
	sample(25, []string{"crypto/internal/fips140/aes/gcm.gcmAesDec"})
	sample(15, []string{"slices.Grow[go.shape.int]"}, []string{"runtime.sortOfThing"})
	part, cpu, err := share(p, hashingOrSorting)
	if err != nil || part != 0.6 || cpu != 100 {
		t.Errorf("%v of %v, %v", part, cpu, err)
	}
	for _, empty := range []*profile.Profile{{}, {SampleType: p.SampleType}} {
		if _, _, err := share(empty, hashingOrSorting); err == nil {
			t.Error("a share of nothing was told")
		}
	}
}
