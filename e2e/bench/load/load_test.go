package load_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"delfi/e2e/bench/load"
)

func TestQuantileIsTheNearestRank(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 300).Draw(t, "n")
		s := load.Sample{}
		for i := range n {
			s.Each = append(s.Each, time.Duration(i+1))
		}
		p := float64(rapid.IntRange(1, 100).Draw(t, "percent")) / 100
		got := int(s.Quantile(p))
		// The least of the values that a share p does not exceed.
		if float64(got) < p*float64(n)-1e-6 || float64(got-1) >= p*float64(n)+1e-6 {
			t.Errorf("quantile %g of 1…%d is %d", p, n, got)
		}
	})
}

func TestALoadIsBoundedAndTellsEveryFailure(t *testing.T) {
	s := load.Run(7, load.Bound{Most: 100}, func(_, i int) error {
		if i%10 == 3 {
			return fmt.Errorf("number %d", i)
		}
		return nil
	})
	if s.Done != 90 || s.Failed != 10 || s.Sound("load") == nil || !strings.Contains(s.Sound("load").Error(), "10 of 100") {
		t.Errorf("%d done, %d failed: %v", s.Done, s.Failed, s.Sound("load"))
	}
	if err := load.Run(3, load.Bound{Span: time.Nanosecond}, func(int, int) error { return errors.New("never") }).Sound("nothing"); err == nil {
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
	c := load.NewClient(site.URL)
	defer c.Close()
	for _, want := range []struct {
		path   string
		status int
		body   string
	}{{"/chunks", 200, "piece 0;piece 1;piece 2;"}, {"/kept", 304, ""}, {"/?a=b", 200, "GET b 10.0.0.1 s=1"}, {"/last", 200, "last"}, {"/?a=c", 200, "GET c 10.0.0.1 s=1"}} {
		r, err := c.Get(want.path, "s=1", "10.0.0.1")
		if err != nil || r.Status != want.status || string(r.Body) != want.body {
			t.Errorf("%s: %d %q, %v", want.path, r.Status, r.Body, err)
		}
	}
	r, err := c.Post("/", "s=1", "10.0.0.1", "a=d")
	if err != nil || string(r.Body) != "POST d 10.0.0.1 s=1" {
		t.Errorf("post: %q, %v", r.Body, err)
	}
	r, err = c.Get("/away", "", "")
	if err != nil || r.Status != 303 || r.Header("location") != "/there" || r.Cookie("s") != "s=new" {
		t.Errorf("away: %d %q %q, %v", r.Status, r.Header("location"), r.Cookie("s"), err)
	}
}

func TestLatenessCountsFromWhenSomethingWasDue(t *testing.T) {
	stop := make(chan struct{})
	held := make(chan struct{})
	done := make(chan load.Sample)
	go func() {
		// One at a time: the second waits outside for the first.
		done <- load.Paced(1000, 1, stop, func(i int) error {
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
	if err := s.Sound("paced"); err != nil || s.Done < 2 || s.Each[s.Done-2] < 20*time.Millisecond {
		t.Errorf("%v: the second was due at 1 ms and begun after 30: %v", s.Each, err)
	}
}
