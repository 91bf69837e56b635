package page

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"delfi/internal/platform/postgres/testdb"
	"delfi/web/i18n"
	"delfi/web/middleware"
)

// queuePerPlace is the length of the queue for each place at work.
const queuePerPlace = 4

// crowd is a house with one place in work, and a page that holds it until let go.
type crowd struct {
	*house
	begun, on chan bool
	asked     sync.WaitGroup
}

func newCrowd(t *testing.T, wait time.Duration) *crowd {
	t.Helper()
	c := &crowd{house: newHouse(t, Options{MaxWork: 1, MaxWait: wait}), begun: make(chan bool), on: make(chan bool)}
	slow := func(q *Request) error {
		c.begun <- true
		<-c.on
		return q.Render(200, text("slow"))
	}
	c.serve(Get("/slow", Public, NoStore, slow), Post("/act", Public, func(q *Request) error { return q.Redirect("/") }))
	return c
}

// occupy takes the one place in work, and then every place in the queue.
func (c *crowd) occupy(t *testing.T) {
	t.Helper()
	ask := func() {
		if w := c.get("/slow"); w.Code != 200 {
			t.Errorf("who waited got %d", w.Code)
		}
	}
	c.asked.Go(ask)
	<-c.begun
	for range queuePerPlace {
		c.asked.Go(ask)
	}
	eventually(t, "the queue is full", func() bool { return c.app.Reading().Waiting == queuePerPlace })
}

// release lets everybody finish.
func (c *crowd) release() {
	c.on <- true
	for range queuePerPlace {
		<-c.begun
		c.on <- true
	}
	c.asked.Wait()
}

func TestAboveItsCapacityTheServerTurnsAwayAtOnceAndInWords(t *testing.T) {
	c := newCrowd(t, time.Hour) // nobody in the queue gives up: who is refused was refused at once
	c.occupy(t)
	for lang, path := range map[string]string{"it": "/", "en": "/en/"} {
		w := c.get(path)
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "5" || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
		if !strings.Contains(w.Body.String(), i18n.Words(lang, "fault.busy")) {
			t.Errorf("%s does not say why: %s", path, w.Body)
		}
		w = c.get(path, header("Accept", "application/json"))
		var text problem
		if err := json.Unmarshal(w.Body.Bytes(), &text); err != nil || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Fatalf("a program gets %q: %v", w.Header().Get("Content-Type"), err)
		}
		if text.Status != 503 || text.Detail != i18n.Words(lang, "fault.busy") || text.Title == "" || text.Next == "" {
			t.Errorf("a program is told %+v", text)
		}
	}
	if p := c.app.Reading(); p.Rejected != 4 || p.Working != 1 {
		t.Errorf("%+v", p)
	}
	if n := strings.Count(c.log.String(), "turned away"); n != 1 {
		t.Errorf("%d lines of the log for 4 who were turned away:\n%s", n, c.log)
	}
	// Those who send something have places of their own.
	if w := c.post("/act", url.Values{"item": {"1"}}); w.Code != http.StatusSeeOther {
		t.Errorf("a crowd that reads keeps an answer out: %d", w.Code)
	}
	c.release()
	if p := c.app.Reading(); p.Working != 0 || p.Waiting != 0 {
		t.Errorf("places are lost: %+v", p)
	}
}

func TestWhoWaitsIsToldInTime(t *testing.T) {
	c := newCrowd(t, time.Millisecond)
	c.asked.Go(func() { c.get("/slow") })
	<-c.begun
	if w := c.get("/"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("after its wait: %d", w.Code)
	}
	c.on <- true
	c.asked.Wait()
	if w := c.get("/"); w.Code != http.StatusOK {
		t.Errorf("when there is room again: %d", w.Code)
	}
}

func TestAKeptPageIsNeverTurnedAway(t *testing.T) {
	db := testdb.New(t)
	h := newHouse(t, Options{DB: db, Changes: received(t, db), MaxWork: 1, MaxWait: time.Millisecond})
	t.Cleanup(h.app.Close)
	eventually(t, "the cache is connected", func() bool { return h.app.Cache().Connected() })
	ask := func(path string) int {
		w := httptest.NewRecorder()
		h.site.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://delfi.test"+path, nil))
		return w.Code
	}
	if got := ask("/en/"); got != 200 {
		t.Fatal(got)
	}
	if !h.app.reads.Acquire(t.Context()) {
		t.Fatal("no place")
	}
	if got := ask("/en/"); got != 200 {
		t.Errorf("kept: %d", got)
	}
	if got := ask("/"); got != 503 {
		t.Errorf("not kept: %d", got)
	}
}

// A person on a slow line is no burden to the others while their form arrives.
func TestASlowSenderHoldsNoPlace(t *testing.T) {
	h := newHouse(t, Options{MaxWork: 1, MaxWait: time.Millisecond})
	h.serve(Post("/act", Public, func(q *Request) error {
		f, err := q.Form()
		if err != nil {
			return err
		}
		return q.Redirect("/" + f.Value("to"))
	}))
	body, send := io.Pipe()
	r := httptest.NewRequest(http.MethodPost, "http://delfi.test/act", body)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.ContentLength = 5
	done := make(chan *httptest.ResponseRecorder)
	go func() { done <- h.ask(r) }()
	if _, err := send.Write([]byte("to")); err != nil {
		t.Fatal(err)
	}
	if w := h.post("/act", url.Values{"to": {"b"}}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/b" {
		t.Errorf("another's form: %d", w.Code)
	}
	if _, err := send.Write([]byte("=aa")); err != nil {
		t.Fatal(err)
	}
	send.Close()
	if w := <-done; w.Header().Get("Location") != "/aa" {
		t.Errorf("the slow one's: %d %v", w.Code, w.Header())
	}
}

// Thousands on slow lines, and some who announce much, keep nobody out: they take of
// the memory what they have sent. When that is a great deal, the next who sends a great
// deal is told so, and a small form passes.
func TestSlowSendersTakeNoMoreThanTheySend(t *testing.T) {
	h := newHouse(t, Options{MaxWork: 2, MaxWait: time.Millisecond, Posts: 1 << 30})
	h.serve(Post("/act", Public, func(q *Request) error {
		if _, err := q.Form(); err != nil {
			return err
		}
		return q.Redirect("/")
	}))
	address := func(n int) func(*http.Request) {
		return func(r *http.Request) { r.RemoteAddr = fmt.Sprintf("10.0.%d.%d:80", n/250, n%250) }
	}
	quick := func(length, want int) {
		t.Helper()
		if w := h.post("/act", url.Values{"to": {strings.Repeat("b", length)}}); w.Code != want {
			t.Errorf("another's form of %d bytes: %d", length, w.Code)
		}
	}
	var all sync.WaitGroup
	var ends []*io.PipeWriter
	slow := func(length int64, sent int) {
		body, send := io.Pipe()
		r := httptest.NewRequest(http.MethodPost, "http://delfi.test/act", body)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.ContentLength = length
		address(len(ends))(r)
		ends = append(ends, send)
		all.Go(func() {
			w := h.ask(r)
			body.Close() // as a server does: nobody reads what a refused sender still sends
			if w.Code != http.StatusUnprocessableEntity {
				t.Errorf("a form that was cut off: %d", w.Code)
			}
		})
		if _, err := send.Write(make([]byte, sent)); err != nil {
			t.Fatalf("sender %d of %d bytes is refused: %v", len(ends), length, err)
		}
	}
	cut := func() {
		for _, send := range ends {
			send.CloseWithError(io.ErrUnexpectedEOF)
		}
		all.Wait()
	}
	defer cut()
	small, middle, large := h.app.bodies.Stages[0], h.app.bodies.Stages[1], h.app.bodies.Stages[2]
	for i := range 3000 {
		slow([]int64{600, 50_000, 1_000_000, -1}[i%4], 10)
	}
	if room := small.Held(); room > 3000*4<<10 {
		t.Errorf("%d bytes are taken", room)
	}
	quick(1, http.StatusSeeOther)
	for large.Held() < large.Most {
		slow(1_000_000, 525_000)
	}
	quick(100_000, http.StatusServiceUnavailable)
	quick(60_000, http.StatusSeeOther)
	for middle.Held() < middle.Most {
		slow(64<<10-1, 40_000)
	}
	quick(60_000, http.StatusServiceUnavailable)
	quick(4_000, http.StatusSeeOther)
	for small.Held() <= small.Most-(4<<10) {
		slow(4<<10, 1)
	}
	quick(4_000, http.StatusServiceUnavailable)
	cut()
	quick(100_000, http.StatusSeeOther)
	for _, stage := range h.app.bodies.Stages {
		if room := stage.Held(); room != 0 || stage.Holders() != 0 {
			t.Errorf("%d bytes are never given back, of %d addresses", room, stage.Holders())
		}
	}
}

// One address takes its share of the room and no more; the next has its own.
func TestOneAddressLeavesRoomToTheOthers(t *testing.T) {
	h := newHouse(t, Options{MaxWork: 2})
	h.serve(Post("/act", Public, func(q *Request) error { return q.Redirect("/") }))
	h.app.bodies.Stages[2].Share = 1 << 20
	var all sync.WaitGroup
	body, send := io.Pipe()
	r := httptest.NewRequest(http.MethodPost, "http://delfi.test/act", body)
	r.RemoteAddr = "10.0.0.1:4000"
	all.Go(func() { h.ask(r) })
	if _, err := send.Write(make([]byte, 525_000)); err != nil {
		t.Fatal(err)
	}
	much := url.Values{"to": {strings.Repeat("b", 100_000)}}
	from := func(address string) func(*http.Request) {
		return func(r *http.Request) { r.RemoteAddr = address }
	}
	for lang, path := range map[string]string{"it": "/act", "en": "/en/act"} {
		w := h.post(path, much, from("10.0.0.1:4001"))
		if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), i18n.Words(lang, "fault.share")) {
			t.Errorf("beyond its share: %d %s", w.Code, w.Body)
		}
	}
	if w := h.post("/act", url.Values{"to": {"b"}}, from("10.0.0.1:4002")); w.Code != http.StatusSeeOther {
		t.Errorf("a small form of the same address: %d", w.Code)
	}
	if w := h.post("/act", much, from("10.0.0.2:4000")); w.Code != http.StatusSeeOther {
		t.Errorf("another address: %d", w.Code)
	}
	send.CloseWithError(io.ErrUnexpectedEOF)
	all.Wait()
}

// Who sends nothing for a window is told so, and lets go of the connection.
func TestASenderBelowTheLeastRateIsCut(t *testing.T) {
	h := newHouse(t, Options{})
	h.serve(Post("/act", Public, func(q *Request) error { return q.Redirect("/") }))
	h.app.bodies.Rate = middleware.MinRate{Bytes: 100, Window: 10 * time.Millisecond, All: time.Hour}
	server := h.listen()
	defer server.Close()
	for _, announced := range []int{200, 60_000, 900_000} {
		c, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "POST /en/act HTTP/1.1\r\nHost: delfi.test\r\nContent-Length: %d\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na=1", announced)
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusRequestTimeout || !res.Close || !strings.Contains(string(text), i18n.Words("en", "fault.slow")) {
			t.Errorf("%d of %d bytes: %d %s %v", 3, announced, res.StatusCode, text, err)
		}
	}
}

// The clock of a body ends with the body: a request in work is not cut by it.
func TestABodyThatArrivedIsOutOfTheRace(t *testing.T) {
	h := newHouse(t, Options{})
	h.app.bodies.Rate = middleware.MinRate{Bytes: 1, Window: time.Hour, All: time.Hour}
	arrived := make(chan bool)
	h.serve(Post("/act", Public, func(q *Request) error {
		<-arrived
		return errors.Join(q.Context().Err(), q.Redirect("/"))
	}))
	server := h.listen()
	defer server.Close()
	body, send := io.Pipe()
	go func() {
		for _, part := range []string{"a", "=", "1"} {
			_, _ = io.WriteString(send, part) // what fails is seen in the answer
		}
		send.Close()
		arrived <- true
	}()
	r, err := http.NewRequest(http.MethodPost, server.URL+"/act", body)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		t.Error(res.StatusCode)
	}
}

func TestTooMuchIsRefusedBeforeItArrives(t *testing.T) {
	h := newHouse(t, Options{MaxBody: 1000})
	r := httptest.NewRequest(http.MethodPost, "http://delfi.test/en/act", failing{t})
	r.ContentLength = 1 << 40
	w := h.ask(r)
	if w.Code != http.StatusRequestEntityTooLarge || !strings.Contains(w.Body.String(), i18n.Words("en", "status.413.title")) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// failing is a body that nobody shall read.
type failing struct{ t *testing.T }

func (f failing) Read([]byte) (int, error) {
	f.t.Error("the body was read")
	return 0, io.EOF
}

// Whoever is turned away many times a second does not fill the log.
func TestWhoIsTurnedAwayLeavesOneLine(t *testing.T) {
	h := newHouse(t, Options{})
	h.fails("/busy", middleware.ErrBusy)
	for range 20 {
		if got := h.ask(httptest.NewRequest(http.MethodGet, "http://delfi.test/busy", nil)); got.Code != http.StatusServiceUnavailable || got.Header().Get("Retry-After") == "" {
			t.Fatalf("%d %v", got.Code, got.Header())
		}
	}
	if text := h.log.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, "level=WARN") {
		t.Errorf("the log says:\n%s", text)
	}
}
