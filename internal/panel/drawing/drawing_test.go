package drawing_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/ledger/leaf"
	"delfi/internal/panel"
	"delfi/internal/panel/draw"
	"delfi/internal/panel/drawing"
	"delfi/internal/panel/application"
	"delfi/internal/panel/invitation"
	"delfi/internal/panel/roll"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/internal/pseudonym"
)

// town is a consultation whose group of residents is drawn, with a clock that the test moves
// and a server of drand that the test plays.
type town struct {
	testing.TB
	db     *postgres.DB
	s      *drawing.Service
	jobs   *job.Queue
	panel  *panel.Service
	record *ledger.Service
	id     uuid.UUID
	now    time.Time
	ground drawing.Ground
	admin  account.Actor
	codes  map[uuid.UUID]string                         // by account
	beacon func(w http.ResponseWriter, q *http.Request) // drand's server
}

// before is an instant whose commitment names round 1000.
var before = time.Date(2023, 8, 22, 15, 59, 22, 0, time.UTC)

func newTown(t testing.TB) *town {
	t.Helper()
	h := &town{TB: t, id: uuid.New(), now: before.Add(-time.Hour), codes: map[uuid.UUID]string{}, admin: account.Actor{Account: uuid.New(), Name: "Anna"}}
	h.ground = drawing.Ground{Groups: []string{"residents"}, Names: map[string]string{"residents": "Residenti"}, Public: true}
	h.db = testdb.NewSingleAt(t, func() time.Time { return h.now })
	keys, err := pseudonym.NewFileKeys(filepath.Join(t.TempDir(), "keys"), bytes.Repeat([]byte{3}, 32))
	h.ok(err)
	h.jobs, err = job.New(h.db)
	h.ok(err)
	h.record = ledger.New(h.db, keys, ledger.Options{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { h.beacon(w, q) }))
	t.Cleanup(server.Close)
	h.beacon = http.NotFound
	h.s = drawing.New(h.db, h.jobs, keys, h.record, h.owner, drawing.Beacons{server.URL})
	h.s.Ask(func(a account.Actor) string { return h.codes[a.Account] })
	pseudonyms := pseudonym.New(h.db, keys)
	h.panel = panel.New(h.db, account.New(h.db, keys), pseudonyms, roll.New(h.db, keys), invitation.New(h.db, keys), application.New(h.db, keys))
	h.panel.Ask(func(context.Context, *postgres.Tx, uuid.UUID) (panel.Terms, error) {
		return panel.Terms{Open: true, Groups: []string{"residents", "citizens"}}, nil
	})
	h.panel.Draws(h.s.Admit)
	h.ok(h.db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		return pseudonyms.Prepare(ctx, tx, h.id, pseudonym.SealedKey)
	}))
	return h
}

// owner lets the administrator draw, and nobody else.
func (h *town) owner(_ context.Context, _ *postgres.Tx, actor account.Actor, id uuid.UUID, _ bool) (drawing.Ground, error) {
	if id != h.id {
		return drawing.Ground{}, fault.New(fault.NotFound, "not_found", "there is no such consultation")
	}
	g := h.ground
	if actor.Account == h.admin.Account {
		g.Role = account.Administrator
	} else {
		g.Refused = fault.New(fault.Forbidden, "wrong_role", "not you")
	}
	return g, nil
}

func (h *town) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// wants compares a fault's code and fields.
func (h *town) wants(err error, want string) {
	h.Helper()
	got := ""
	var f *fault.Fault
	if errors.As(err, &f) {
		got = f.Code
		for _, field := range f.Fields {
			got += " " + field.Name + ":" + field.Code
		}
	} else if err != nil {
		got = err.Error()
	}
	if got != want {
		h.Errorf("got %q, want %q", got, want)
	}
}

// pool is 60 people of four cells.
func pool() []drawing.Coded {
	out := make([]drawing.Coded, 60)
	for i := range out {
		out[i] = drawing.Coded{Code: fmt.Sprintf("CODE%02d", i), Cell: []string{"F", "U"}[i%2] + " " + []string{"nord", "sud"}[i/2%2]}
	}
	return out
}

// guarantors are two values; the second is never opened.
var values = [2]draw.Value{{1}, {2}}

// plan asks for 8 people, two of each cell.
func plan() drawing.Plan {
	return drawing.Plan{
		Size: "8", Reserves: "3", Invited: "400", Population: "5000", Quotas: "F nord; 2\nF sud; 2; 1200\nU nord; 2\nU sud; 2; ; U sud\n",
		Names:   [3]string{"Difensore civico", "Presidente del quartiere"},
		Digests: [3]string{values[0].Commitment(), values[1].Commitment()},
	}
}

func (h *town) draw() drawing.Draw {
	h.Helper()
	all, err := h.s.Shown(h.Context(), account.Actor{}, h.id)
	h.ok(err)
	if len(all) != 1 || all[0].Draw == nil || all[0].Name != "Residenti" {
		h.Fatalf("the draws are %+v", all)
	}
	return *all[0].Draw
}

// committed brings the draw to its commitment.
func (h *town) committed() drawing.Draw {
	h.Helper()
	h.ok(h.s.Fix(h.Context(), h.admin, h.id, "residents", pool(), false))
	h.ok(h.s.Prepare(h.Context(), h.admin, h.id, "residents", plan(), nil))
	h.now = before
	h.ok(h.s.Commit(h.Context(), h.admin, h.id, "residents", h.draw().Seen()))
	return h.draw()
}

// signature is round 1000's or another's, as published.
func signature(t testing.TB, round string) string {
	t.Helper()
	text, err := os.ReadFile("../draw/testdata/quicknet.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if n, sig, _ := strings.Cut(strings.TrimSpace(line), " "); n == round {
			return sig
		}
	}
	t.Fatalf("round %s is not among the published", round)
	return ""
}

// types lists the record's entries of the consultation.
func (h *town) types() string {
	h.Helper()
	entries, err := h.record.Of(h.Context(), h.id)
	h.ok(err)
	var out []string
	for _, e := range entries {
		out = append(out, string(e.Type)+map[bool]string{true: ":" + e.Kind}[e.Kind != ""])
	}
	return strings.Join(out, " ")
}

func TestADrawFromItsListToEnrolment(t *testing.T) {
	h := newTown(t)
	ctx := t.Context()
	d := h.committed()
	if d.State() != drawing.Committed || d.Round != 1000 || !d.Due().Equal(draw.Due(1000)) {
		t.Fatalf("the draw is %s, of round %d", d.State(), d.Round)
	}
	h.now = before.Add(time.Hour)
	h.wants(h.s.Open(ctx, h.admin, h.id, "residents", 1, values[1].String()), "invalid value:draw_value")
	h.ok(h.s.Open(ctx, h.admin, h.id, "residents", 1, values[0].String()))
	h.ok(h.s.Open(ctx, h.admin, h.id, "residents", 1, values[0].String())) // pressed twice
	h.wants(h.s.Open(ctx, h.admin, h.id, "residents", 3, values[0].String()), "no_draw")
	h.wants(h.s.Paste(ctx, h.admin, h.id, "residents", signature(t, "1000")), "draw_not_due")

	h.now = draw.Due(1000)
	h.wants(h.s.Open(ctx, h.admin, h.id, "residents", 2, values[1].String()), "draw_value_late")
	h.wants(h.s.Paste(ctx, h.admin, h.id, "residents", signature(t, "1001")), "invalid signature:draw_beacon")
	h.wants(h.s.Paste(ctx, h.admin, h.id, "residents", "faro"), "invalid signature:draw_beacon")
	h.wants(h.s.Paste(ctx, h.admin, h.id, "residents", `{"round":1001,"signature":"`+signature(t, "1001")+`"}`), "invalid signature:draw_beacon")
	h.ok(h.s.Paste(ctx, h.admin, h.id, "residents", "{\"round\":1000,\n\"signature\":\""+signature(t, "1000")+"\"}"))

	d = h.draw()
	if d.State() != drawing.Drawn || len(d.Result.Panel) != 8 || len(d.Result.Reserves) != 3 || !slices.Equal(d.Result.Opened, []int{1}) || !slices.Equal(d.Result.Silent, []int{2}) {
		t.Fatalf("the draw is %s: %+v", d.State(), d.Result)
	}
	if got := h.types(); got != "roll draw opened drawn" {
		t.Errorf("the record has %s", got)
	}
	h.ok(h.jobs.Drain(ctx)) // the job finds the draw drawn

	// Who is found on the list, and who may enrol.
	byNumber := map[int]account.Actor{}
	for i, p := range pool() {
		a := account.Actor{Account: uuid.New(), Name: fmt.Sprint("Persona ", i)}
		h.codes[a.Account] = " " + strings.ToLower(p.Code) + " "
		own, err := h.s.Own(ctx, a, d)
		h.ok(err)
		if !own.Listed || own.Place.Cell != p.Cell || own.Chance != 2./15 || own.Drawn != d.Result.Drawn(own.Place.N) {
			t.Fatalf("%s is %+v", p.Code, own)
		}
		byNumber[own.Place.N] = a
	}
	stranger, silent := account.Actor{Account: uuid.New()}, account.Actor{Account: uuid.New()}
	h.codes[stranger.Account] = "CODE99"
	if own, err := h.s.Own(ctx, stranger, d); err != nil || own != (drawing.Own{}) {
		t.Errorf("who is not on the list is %+v, %v", own, err)
	}
	if own, err := h.s.Own(ctx, silent, d); err != nil || own != (drawing.Own{Unsaid: true}) {
		t.Errorf("whose provider said nothing is %+v, %v", own, err)
	}
	first, reserve := byNumber[d.Result.Panel[0]], byNumber[d.Result.Reserves[1]]
	h.wants(h.panel.Enrol(ctx, stranger, h.id, "residents"), "not_drawn")
	h.wants(h.panel.Enrol(ctx, silent, h.id, "residents"), "draw_no_code")
	h.ok(h.panel.Enrol(ctx, stranger, h.id, "citizens"))
	h.ok(h.panel.Enrol(ctx, first, h.id, "residents"))
	h.wants(h.panel.Enrol(ctx, first, h.id, "residents"), "already_enrolled")
	twice := account.Actor{Account: uuid.New()}
	h.codes[twice.Account] = h.codes[first.Account]
	h.wants(h.panel.Enrol(ctx, twice, h.id, "residents"), "draw_taken")
	h.wants(h.panel.Enrol(ctx, reserve, h.id, "residents"), "not_drawn")
	h.wants(h.s.Call(ctx, h.admin, h.id, "residents", 4), "draw_no_reserve")
	h.ok(h.s.Call(ctx, h.admin, h.id, "residents", 2))
	h.wants(h.s.Call(ctx, h.admin, h.id, "residents", 2), "draw_no_reserve")
	h.ok(h.panel.Enrol(ctx, reserve, h.id, "residents"))

	// No second draw, also after this one is withdrawn; what was stays to be seen.
	h.wants(h.s.Fix(ctx, h.admin, h.id, "residents", pool(), false), "draw_once")
	h.wants(h.s.Withdraw(ctx, h.admin, h.id, "residents", " "), "invalid reason:required")
	h.ok(h.s.Withdraw(ctx, h.admin, h.id, "residents", "Nove persone non sono residenti."))
	h.wants(h.s.Fix(ctx, h.admin, h.id, "residents", pool(), false), "draw_once")
	h.wants(h.s.Paste(ctx, h.admin, h.id, "residents", signature(t, "1000")), "draw_stage")
	h.wants(h.panel.Enrol(ctx, byNumber[d.Result.Panel[1]], h.id, "residents"), "draw_open")
	if d = h.draw(); d.State() != drawing.Withdrawn || !d.WasDrawn() || d.Reason != "Nove persone non sono residenti." {
		t.Errorf("the withdrawn draw is %s: %q", d.State(), d.Reason)
	}
	if got := h.types(); got != "roll draw opened drawn act:call-reserves act:withdraw-draw" {
		t.Errorf("the record has %s", got)
	}
}

// The files of the record are what anybody draws again with, from the root of the entry draw.
func TestTheFilesDrawTheSamePanelAgain(t *testing.T) {
	h := newTown(t)
	h.committed()
	h.now = draw.Due(1000)
	h.ok(h.s.Paste(t.Context(), h.admin, h.id, "residents", signature(t, "1000")))
	files := map[string][]byte{}
	var root [32]byte
	h.ok(h.db.Read(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		all, err := drawing.Files(ctx, tx, h.id)
		for _, f := range all {
			files[f.Path] = f.Text
		}
		if err != nil {
			return err
		}
		root, err = h.record.Root(ctx, tx, 2) // roll, draw
		return err
	}))
	roll, err := draw.ParseRoll(files["residents/roll.csv"])
	h.ok(err)
	rule, err := draw.ParseRule(files["residents/rule.json"])
	h.ok(err)
	found, err := draw.ParseResult(files["residents/result.json"])
	h.ok(err)
	again, err := draw.Run(draw.Draw{
		Roll: roll, Rule: rule, Committed: before.Truncate(time.Minute), Round: 1000, Record: root,
		Guarantors: []draw.Guarantor{{Commitment: values[0].Commitment()}, {Commitment: values[1].Commitment()}},
	}, found.Beacon)
	h.ok(err)
	h.ok(again.Differ(files["residents/result.json"]))
	entries, err := h.record.Of(t.Context(), h.id)
	h.ok(err)
	for _, want := range []string{roll.Root().String(), rule.Digest(), leaf.Digest(files["residents/result.json"])} {
		if !slices.ContainsFunc(entries, func(e ledger.Entry) bool { return strings.Contains(e.Body, want) }) {
			t.Errorf("no entry of the record has %s", want)
		}
	}
	if names := entries[1].Texts; names["guarantor1"] != "Difensore civico" || names["guarantor2"] != "Presidente del quartiere" {
		t.Errorf("beside the commitment stand %v", names)
	}
	for name, text := range files {
		if bytes.Contains(text, []byte("CODE")) || bytes.Contains(text, []byte("code0")) {
			t.Errorf("%s has a code", name)
		}
	}
}

func TestTheBeaconIsFetchedWhenItIsDue(t *testing.T) {
	h := newTown(t)
	asked := ""
	answer := func(text string) {
		h.beacon = func(w http.ResponseWriter, q *http.Request) {
			asked = q.URL.Path
			_, _ = io.WriteString(w, text)
		}
	}
	answer("{}")
	h.committed()
	h.ok(h.jobs.Drain(t.Context()))
	if asked != "" || h.draw().State() != drawing.Committed {
		t.Fatalf("the beacon is asked for %q before it is due", asked)
	}
	h.now = draw.Due(1000)
	id := drawing.ID{Consultation: h.id, Group: "residents"}
	for name, text := range map[string]string{
		"another round":            `{"round":1001,"signature":"` + signature(t, "1001") + `"}`,
		"another round's":          `{"round":1000,"signature":"` + signature(t, "1001") + `"}`,
		"a long answer":            `{"round":1000,"signature":"` + signature(t, "1000") + `"}` + strings.Repeat(" ", 5000),
		"nothing":                  ``,
		"a signature in capitals":  `{"round":1000,"signature":"` + strings.ToUpper(signature(t, "1000")) + `"}`,
		"randomness of no one":     `{"round":1000,"randomness":"` + strings.Repeat("0", 64) + `"}`,
		"a page that is no answer": `<html>`,
	} {
		answer(text)
		if err := h.s.Draw(t.Context(), id); err == nil || h.draw().State() != drawing.Committed {
			t.Errorf("%s is taken for the beacon: %v", name, err)
		}
	}
	h.beacon = func(w http.ResponseWriter, q *http.Request) { http.Redirect(w, q, "/elsewhere", http.StatusFound) }
	if err := h.s.Draw(t.Context(), id); err == nil || !strings.Contains(err.Error(), "302") {
		t.Errorf("a server leads elsewhere: %v", err)
	}
	answer(`{"round":1000,"randomness":"","signature":"` + signature(t, "1000") + `"}`)
	h.ok(h.jobs.Drain(t.Context()))
	if d := h.draw(); d.State() != drawing.Drawn || hex.EncodeToString(d.Result.Beacon.Signature) != signature(t, "1000") {
		t.Errorf("the draw is %s", d.State())
	}
	if want := "/" + draw.Chain + "/public/1000"; asked != want {
		t.Errorf("the beacon is asked for %s, want %s", asked, want)
	}
	entries, err := h.record.Of(t.Context(), h.id)
	h.ok(err)
	if last := entries[len(entries)-1]; last.Type != ledger.Drawn || last.Role != "system" || last.Name != "" {
		t.Errorf("the last entry is %+v", last)
	}
	asked = ""
	h.ok(h.s.Draw(t.Context(), id))
	if asked != "" {
		t.Error("a beacon is asked for after the draw")
	}
}

func TestWhatIsRefusedWhilePreparing(t *testing.T) {
	h := newTown(t)
	ctx := t.Context()
	other := account.Actor{Account: uuid.New()}
	h.wants(h.s.Fix(ctx, other, h.id, "residents", pool(), false), "wrong_role")
	h.wants(h.s.Fix(ctx, h.admin, h.id, "citizens", pool(), false), "no_draw")
	h.wants(h.s.Fix(ctx, h.admin, h.id, "residents", pool()[:4], false), "roll_too_small")
	twice := append(pool(), drawing.Coded{Code: " code00", Cell: "F nord"}, drawing.Coded{Code: "X", Cell: "=F"})
	h.wants(h.s.Fix(ctx, h.admin, h.id, "residents", twice, false), "invalid file:draw_same_ticket file:draw_bad_cell")
	h.wants(h.s.Prepare(ctx, h.admin, h.id, "residents", plan(), nil), "no_draw")
	h.ok(h.s.Fix(ctx, h.admin, h.id, "residents", pool(), false))
	for want, change := range map[string]func(p *drawing.Plan){
		"invalid size:not_a_number":                               func(p *drawing.Plan) { p.Size = "otto" },
		"invalid size:draw_sum":                                   func(p *drawing.Plan) { p.Size = "9" },
		"invalid quotas:draw_quota_line":                          func(p *drawing.Plan) { p.Quotas += "F est\n" },
		"invalid quotas:draw_no_cell":                             func(p *drawing.Plan) { p.Quotas += "F est; 0\n" },
		"invalid" + strings.Repeat(" quotas:draw_quota_line", 50): func(p *drawing.Plan) { p.Quotas = strings.Repeat("a\n", 50_000) },
		"invalid quotas:required":                                 func(p *drawing.Plan) { p.Quotas = "" },
		"invalid digest1:draw_digest":                             func(p *drawing.Plan) { p.Digests[0] = "abc" },
		"invalid digest2:draw_digest_twice":                       func(p *drawing.Plan) { p.Digests[1] = strings.ToUpper(p.Digests[0]) },
		"invalid name1:required":                                  func(p *drawing.Plan) { p.Names[0] = "" },
		"invalid file:draw_portfolio":                             func(p *drawing.Plan) { p.Quotas += "nord; 4; ; F nord, U nord\n" },
	} {
		p := plan()
		change(&p)
		h.wants(h.s.Prepare(ctx, h.admin, h.id, "residents", p, nil), want)
	}
	h.wants(h.s.Prepare(ctx, h.admin, h.id, "residents", plan(), strings.NewReader("1 2\n")), "invalid file:draw_no_portfolio")
	h.wants(h.s.Commit(ctx, h.admin, h.id, "residents", ""), "draw_stage")
	h.ok(h.s.Prepare(ctx, h.admin, h.id, "residents", plan(), nil))
	seen := h.draw().Seen()
	if again := drawing.PlanOf(h.draw(), 0); again.Size != "8" || again.Names[1] != "Presidente del quartiere" || !strings.Contains(again.Quotas, "F sud; 2; 1200; F sud\n") {
		t.Errorf("the plan is typed again as %+v", again)
	}
	p := plan()
	p.Reserves = "2"
	h.ok(h.s.Prepare(ctx, h.admin, h.id, "residents", p, nil))
	h.wants(h.s.Commit(ctx, h.admin, h.id, "residents", seen), "draw_stage")
	if got := h.types(); got != "roll" {
		t.Errorf("before the commitment the record has %s", got)
	}
	h.ok(h.s.Commit(ctx, h.admin, h.id, "residents", h.draw().Seen()))
	h.wants(h.s.Prepare(ctx, h.admin, h.id, "residents", p, nil), "draw_stage")
}

func TestAPortfolioIsHeldAgainstItsRule(t *testing.T) {
	h := newTown(t)
	ctx := t.Context()
	h.ok(h.s.Fix(ctx, h.admin, h.id, "residents", pool(), false))
	p := plan()
	p.Quotas = "donne; 4; ; F nord, F sud\nuomini; 4; ; U nord, U sud\nnord; 3–5; ; F nord, U nord\n"
	by := map[string][]int{}
	for _, place := range h.draw().Roll.Places() {
		by[place.Cell] = append(by[place.Cell], place.N)
	}
	var text strings.Builder
	for i := range draw.Panels {
		var panel []int
		for _, of := range by {
			panel = append(panel, of[i%15], of[(i+1+i/15%14)%15])
		}
		slices.Sort(panel)
		text.WriteString(strings.Trim(fmt.Sprint(panel), "[]") + "\r\n")
	}
	h.wants(h.s.Prepare(ctx, h.admin, h.id, "residents", p, strings.NewReader(strings.Replace(text.String(), "\n", "\n1 ", 1))), "invalid file:draw_panel")
	h.ok(h.s.Prepare(ctx, h.admin, h.id, "residents", p, strings.NewReader(text.String())))
	h.ok(h.s.Prepare(ctx, h.admin, h.id, "residents", p, nil)) // the same rule keeps its portfolio
	h.now = before
	h.ok(h.s.Commit(ctx, h.admin, h.id, "residents", h.draw().Seen()))
	h.now = draw.Due(1000)
	h.ok(h.s.Paste(ctx, h.admin, h.id, "residents", signature(t, "1000")))
	d := h.draw()
	if d.Result.Index < 0 || !slices.Equal(d.Portfolio.Panel(d.Result.Index), d.Result.Panel) {
		t.Errorf("the panel is %v of the portfolio: %v", d.Result.Index, d.Result.Panel)
	}
}

func TestAListIsReadFromItsFile(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want []drawing.Coded
	}{
		"semicolons, BOM":     {"\ufeffCodice fiscale;Cella;Famiglia\r\nrss mra;F nord;7\r\n\r\nBNC;U sud;\r\n", []drawing.Coded{{"RSSMRA", "F nord", "7"}, {"BNC", "U sud", ""}}},
		"commas, other order": {"cell,other,code\nF nord,x,abc\n", []drawing.Coded{{"ABC", "F nord", ""}}},
		"tabs":                {"code\tcell\nabc\tF 60+ nord\n", []drawing.Coded{{"ABC", "F 60+ nord", ""}}},
	} {
		got, err := drawing.ReadList(strings.NewReader(c.file))
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for want, file := range map[string]string{
		"draw_list_head": "nome;cella\nAda;F\n", "draw_list_code": "code;cell\nabc;F\n;F\n", "draw_list_line": "code;cell\nabc;F\n\"abc;F\n",
		"roll_no_text": "code;cell\nabc;\x00F\n", "roll_empty": "code;cell\n", "roll_column_twice": "code;cell;codice\nabc;F;abc\n",
		"roll_large":    "code;cell\n" + strings.Repeat("a;"+strings.Repeat("F", 60_000)+"\n", drawing.MostList/60_000+1),
		"roll_record":   "code;cell\nabc;\"F\n" + strings.Repeat("F\n", 40_000) + "\"\n",
		"roll_too_long": "code;cell\n" + strings.Repeat("a;F\n", 100_001),
	} {
		var f *fault.Fault
		if _, err := drawing.ReadList(strings.NewReader(file)); !errors.As(err, &f) || f.Fields[0].Code != want || strings.Contains(err.Error(), "abc") {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// Once nobody can enrol any more the key of the tickets is destroyed, and nobody is found.
func TestTheKeyOfTheTicketsEnds(t *testing.T) {
	h := newTown(t)
	d := h.committed()
	ada := account.Actor{Account: uuid.New()}
	h.codes[ada.Account] = "CODE07"
	h.ok(h.s.Sweep(t.Context(), drawing.Sweep{}))
	if own, err := h.s.Own(t.Context(), ada, d); err != nil || !own.Listed {
		t.Fatalf("%+v, %v", own, err)
	}
	h.ground.Full = true
	h.ok(h.s.Sweep(t.Context(), drawing.Sweep{}))
	h.ok(h.s.Sweep(t.Context(), drawing.Sweep{}))
	_, err := h.s.Own(t.Context(), ada, h.draw())
	h.wants(err, "draw_keyless")
	_, err = h.s.Own(t.Context(), ada, d) // also on a page that was read before
	h.wants(err, "draw_keyless")
}
