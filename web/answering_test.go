package web_test

import (
	"bytes"
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"delfi/internal/consultation/ballot"
	"delfi/internal/pseudonym"
	"delfi/web"
	"delfi/web/page"
	"delfi/web/webtest"
)

// diary is a log that a test reads while servers write.
type diary struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (d *diary) Write(b []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.all.Write(b)
}

func (d *diary) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.all.String()
}

// broken is the ballots' service in which one use case panics.
type broken struct {
	*ballot.Service
	on *bool
}

func (b broken) Receipt(ctx context.Context, seat pseudonym.Seat, round int) (ballot.Stub, error) {
	if *b.on {
		panic("a bug")
	}
	return b.Service.Receipt(ctx, seat, round)
}

// TestAnsweringLeavesNoLine: whatever comes of an answer, no log of ours has a line of
// it, at any level; what failed is counted by kind, and shown when the hour has turned.
func TestAnsweringLeavesNoLine(t *testing.T) {
	h := webtest.Open(t).Play(t)
	d, bug := &diary{}, false
	log := slog.New(slog.NewTextHandler(d, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s := serveWith(t, h, provide(t), page.Options{Posts: 20, SignIns: 100000, Log: log}, func(o *web.Options) {
		o.Participate.Ballots = broken{h.Ballots, &bug}
	})
	anna := newReader(t)
	anna.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	follow := newReader(t)
	follow.Jar = anna.Jar
	follow.signIn(t, s, "anna")
	room := s.url + "/consultations/" + webtest.Answering
	anna.post(t, room+"/enrol", url.Values{"group": {group(t, h)}, "read": {"on"}})

	form := anna.get(t, room+"/rounds/3")
	paper := url.Values{"all": {"1"}, "act": {"deliver"}}
	for _, m := range regexp.MustCompile(`name="(answer_\d+)"`).FindAllStringSubmatch(form.body, -1) {
		paper.Set(m[1], "7")
	}
	before := d.String()
	seen := map[int]int{}
	silent := func(want int, got answer) {
		t.Helper()
		seen[got.status]++
		if got.status != want {
			t.Errorf("got %d, want %d", got.status, want)
		}
		if now := d.String(); now != before {
			t.Errorf("%d left a line: %s", got.status, strings.TrimPrefix(now, before))
			before = now
		}
	}
	silent(200, anna.get(t, room+"/rounds/3"))
	stranger := newReader(t)
	stranger.CheckRedirect = anna.CheckRedirect
	silent(303, stranger.get(t, room+"/rounds/3"))
	silent(303, anna.post(t, room+"/rounds/3", paper))
	silent(200, anna.get(t, room+"/rounds/3/receipt"))
	silent(404, anna.post(t, room+"/rounds/99", paper))
	silent(404, anna.post(t, s.url+"/consultations/nowhere/rounds/1", paper))
	silent(409, anna.post(t, room+"/rounds/2", paper))
	silent(422, anna.post(t, room+"/rounds/3", url.Values{"all": {"1"}, "act": {"deliver"}, "answer_1": {"77"}}))
	silent(413, anna.post(t, room+"/rounds/3", url.Values{"x": {strings.Repeat("x", 2<<20)}}))
	silent(401, newReader(t).post(t, room+"/contributions", url.Values{"body": {"parole"}}))
	silent(200, anna.get(t, room+"/appeals"))
	silent(404, anna.post(t, room+"/appeals", url.Values{"words": {"Non è così."}}))
	silent(401, newReader(t).post(t, room+"/appeals", url.Values{"words": {"Non è così."}}))
	bug = true
	silent(500, anna.get(t, room+"/rounds/3/receipt"))
	silent(409, newReader(t).get(t, room+"/code")) // these are not answered with a code
	for range 30 {
		anna.post(t, room+"/rounds/3", url.Values{})
	}
	silent(429, anna.post(t, room+"/rounds/3", paper))
	if err := h.DB.Close(); err != nil {
		t.Fatal(err)
	}
	before = d.String() // the listener reports that it is disconnected
	silent(503, anna.get(t, room+"/rounds/3"))
	for _, status := range []int{200, 303, 404, 409, 413, 422, 429, 500, 503} {
		if seen[status] == 0 {
			t.Errorf("no answer was %d", status)
		}
	}
	if failed := s.app.Failed(); len(failed) > 0 {
		t.Errorf("failures are seen within the hour: %v", failed)
	}
	// A page that is none of them has its line.
	newReader(t).get(t, s.url+"/help/nowhere")
	if d.String() == before {
		t.Error("nothing is logged at all: the test would pass for the wrong reason")
	}
}

// group is the group that anybody may enrol in.
func group(t *testing.T, h *webtest.House) string {
	t.Helper()
	c, err := h.Consultations.Find(t.Context(), h.Person(t, "anna"), webtest.Answering)
	if err != nil {
		t.Fatal(err)
	}
	return c.Protocol.Panel.Groups[0].ID
}

// personalUses are the use cases by which somebody answers, or reads what they answered.
var personalUses = []string{"Enrol", "EnrolInvited", "Seat", "ByCode", "IssueCode", "Alias", "Contribute", "Revise", "Retract", "Own", "Paper", "Cast", "Save", "Deliver", "Receipt", "Proof", "TakeBack", "Leave", "Fates", "Raise", "Apply", "Applied", "Withdraw"}

// TestWhereSomebodyAnswersIsAnswering reads the rooms' syntax trees: the row of a handler
// that reaches one of those use cases of panel, ballots, contributions or appeals is of an answering
// class. It is tried on a room in which one is not.
func TestWhereSomebodyAnswersIsAnswering(t *testing.T) {
	reach, found := map[string]func(string) bool{}, map[string]int{}
	for _, r := range webtest.Open(t).Site(t).Routes {
		room, _, ok := strings.Cut(handlerOf(r.Handler), ".")
		if r.Privacy == page.Asset || r.Privacy == page.Probe || !ok {
			continue
		}
		if reach[room] == nil {
			reach[room] = reaching(t, filesOf(t, room))
		}
		method := handlerOf(r.Handler)
		if reach[room](method[strings.LastIndexByte(method, '.')+1:]) {
			found[room]++
			if !r.Privacy.Answers() {
				t.Errorf("people answer at %s, which is %s", r, r.Privacy)
			}
		}
	}
	if found["participate"] < 15 || found["moderation"] != 2 || found["account"] != 1 || found["invite"] != 1 || found["membership"] != 3 || len(reach) != 21 {
		t.Errorf("found %v in %d rooms: the test sees too little", found, len(reach))
	}
	of := reaching(t, map[string]string{"x.go": `package x
		func (c room) a() { c.inner() }
		func (c room) inner() { c.Panel.Seat() }
		func (c room) b() { c.Ballots.Cast() }
		func (c room) c() { c.Panel.Enrolled() }`})
	if !of("a") || !of("b") || of("c") {
		t.Error("of a room that the test wrote itself it sees something else")
	}
}

// filesOf are the sources of a room.
func filesOf(t *testing.T, room string) map[string]string {
	t.Helper()
	files := map[string]string{}
	entries, err := os.ReadDir(room)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".go") && !strings.HasSuffix(e.Name(), "_test.go") && !strings.HasSuffix(e.Name(), "_templ.go") {
			b, err := os.ReadFile(room + "/" + e.Name())
			if err != nil {
				t.Fatal(err)
			}
			files[e.Name()] = string(b)
		}
	}
	return files
}

// reaching tells of a room's methods whether they reach a personal use case.
func reaching(t *testing.T, files map[string]string) func(method string) bool {
	t.Helper()
	calls, answers := map[string][]string{}, map[string]bool{}
	set := token.NewFileSet()
	for name, text := range files {
		tree, err := parser.ParseFile(set, name, text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range tree.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			own := fn.Name.Name
			ast.Inspect(fn, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					switch f := n.Fun.(type) {
					case *ast.Ident:
						calls[own] = append(calls[own], f.Name)
					case *ast.SelectorExpr:
						if _, ok := f.X.(*ast.Ident); ok {
							calls[own] = append(calls[own], f.Sel.Name)
						}
					}
				case *ast.SelectorExpr:
					if x, ok := n.X.(*ast.SelectorExpr); ok && slices.Contains([]string{"Panel", "Ballots", "Contributions", "Moderation"}, x.Sel.Name) && slices.Contains(personalUses, n.Sel.Name) {
						answers[own] = true
					}
				}
				return true
			})
		}
	}
	var reaches func(name string, seen map[string]bool) bool
	reaches = func(name string, seen map[string]bool) bool {
		if seen[name] {
			return false
		}
		seen[name] = true
		return answers[name] || slices.ContainsFunc(calls[name], func(inner string) bool { return reaches(inner, seen) })
	}
	return func(method string) bool { return reaches(method, map[string]bool{}) }
}
