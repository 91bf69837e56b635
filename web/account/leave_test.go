package account_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/draft"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/panel"
	"delfi/internal/platform/postgres"
	"delfi/web/webtest"
)

// village is a house with one consultation whose first answer round is open.
type village struct {
	*webtest.House
	t    *testing.T
	site *webtest.Site
	c    consultation.Consultation
}

func newVillage(t *testing.T, enrolled ...string) *village {
	t.Helper()
	v := &village{House: webtest.Open(t), t: t}
	v.site = v.Site(t)
	ctx := t.Context()
	riva, err := v.Accounts.Found(ctx, account.Administration{Slug: "riva", Name: "Comune di Riva d’Arno"})
	v.must(err)
	giulia, marta, davide, paolo := v.Person(t, "giulia"), v.Person(t, "marta"), v.Person(t, "davide"), v.Person(t, "paolo")
	at := v.DB.Now()
	_, err = v.Drafts.Create(ctx, giulia, riva.ID, draft.Form{
		Slug: "piazza", Language: "it", Title: "La piazza", Question: "Che cosa deve diventare?", Background: "Testo.",
		CommitmentQuotation: "Decideremo tenendone conto.", CommitmentDecider: "La Giunta", CommitmentSubject: "la piazza",
		CommitmentDecideBy: at.AddDate(1, 0, 0).Format("2006-01-02"), CommitmentAct: "Delibera n. 1", CommitmentSignatory: "La sindaca",
		Moderators: []string{marta.Office.String(), davide.Office.String()}, Facilitators: []string{paolo.Office.String()}, Offices: map[string]string{},
		StartsOn: at.AddDate(0, 0, 2).Format("2006-01-02"),
		Protocol: draft.Classical(protocol.ClassicalPlan{
			Language: "it", Low: "Per niente", High: "Del tutto", GroupName: "Cittadini", GatherDays: 7, AnswerDays: 7, AnswerRounds: 2, Points: 9, SharePermille: 750, CannotJudge: true,
		}),
	})
	v.must(err)
	v.must(v.Consultations.Announce(ctx, giulia, "piazza"))
	v.refresh()
	for _, who := range enrolled {
		v.must(v.Panel.Enrol(ctx, v.Person(t, who), v.c.ID, v.group()))
	}
	v.must(v.Consultations.Start(ctx, giulia, "piazza"))
	v.must(v.Consultations.CloseRound(ctx, paolo, "piazza", 1, "abbiamo abbastanza idee"))
	v.must(v.DB.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, err := v.Consultations.ByID(ctx, tx, v.c.ID)
		if err != nil {
			return err
		}
		_, err = v.Consultations.AddItem(ctx, tx, &c, "", "Affermazione", nil)
		return err
	}))
	v.must(v.Jobs.Drain(ctx))
	v.refresh()
	if v.c.Rounds[0].State == consultation.RoundClosed {
		v.must(v.Consultations.ReleaseRound(ctx, marta, "piazza", 1))
	}
	v.must(v.Consultations.OpenRound(ctx, paolo, "piazza", 2))
	v.must(v.Jobs.Drain(ctx))
	v.refresh()
	return v
}

func (v *village) must(err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
}

func (v *village) refresh() {
	v.t.Helper()
	var err error
	v.c, err = v.Consultations.Find(v.t.Context(), account.Actor{}, "piazza")
	v.must(err)
}

func (v *village) group() string { return v.c.Protocol.Panel.Groups[0].ID }

// cast answers the one statement in the open round.
func (v *village) cast(who string) {
	v.t.Helper()
	seat, err := v.Panel.Seat(v.t.Context(), v.Person(v.t, who), v.c.ID)
	v.must(err)
	items, err := v.Consultations.Items(v.t.Context(), v.c.ID)
	v.must(err)
	_, err = v.Ballots.Cast(v.t.Context(), seat, 2, ballot.Answers{Given: []delphi.Answer{{Item: items[0].ID.String(), Value: 7}}}, ballot.Part{})
	v.must(err)
}

func (v *village) count(query string, args ...any) (n int) {
	v.t.Helper()
	v.must(v.DB.Pool().Get(&n, query, args...))
	return n
}

// night does what the next night does.
func (v *village) night() {
	v.t.Helper()
	tomorrow := v.Beside(v.t, postgres.WithClock(func() time.Time { return time.Now().Add(24 * time.Hour) }))
	v.must(tomorrow.Jobs.Do(v.t.Context(), panel.Hour{}))
}

func TestWhatIsKeptIsShownAndLeavingIsConfirmed(t *testing.T) {
	v := newVillage(t, "anna")
	anna := v.site.As(t, v.Person(t, "anna"))
	got := anna.Get(t, "/me")
	for _, want := range []string{"Anna Vandelli", "anna@posta.example", "La piazza", "Cittadini"} {
		if !strings.Contains(got.Text("main"), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if got.Header.Get("Cache-Control") != "no-store" {
		t.Error("the page may be kept by a cache")
	}
	before := anna.Get(t, "/me/leave")
	if got.Count("main a[href='/me/leave']") != 1 || got.Count("form[action$='/me/leave']") != 0 || before.Count("main form[action$='/me/leave']") != 1 {
		t.Errorf("leaving is not led to, or its page has no form: %q", before.Text("main"))
	}
	for _, want := range []string{"alle tre di notte", "una tabella chiusa non può cambiare", "dopo nessuno può più trovarle"} {
		if !strings.Contains(before.Text("main"), want) {
			t.Errorf("before leaving one does not read %q", want)
		}
	}
	if got := anna.Post(t, "/me/leave", url.Values{}); got.Status != 422 || !strings.Contains(got.Text(".dlf-err a[href='#f-leave']"), ": Spunta la casella") {
		t.Errorf("without the tick: %d %q", got.Status, got.Text(".dlf-err"))
	}
	v.night()
	if got := anna.Get(t, "/me"); got.Status != http.StatusOK || got.Count("form[action$='/me/stay']") != 0 {
		t.Error("the account is gone, or leaves, without a confirmation")
	}
	if got := v.site.Stranger().Get(t, "/me"); got.Status != http.StatusSeeOther || !strings.HasPrefix(got.Location, "/sign-in") {
		t.Errorf("a stranger: %d to %q", got.Status, got.Location)
	}
	if got := v.site.Stranger().Post(t, "/me/leave", url.Values{"leave": {"on"}}); got.Status != http.StatusUnauthorized {
		t.Errorf("a stranger leaves: %d", got.Status)
	}
}

func TestWhoLeavesTakesTheAccountAndLeavesTheBallot(t *testing.T) {
	v := newVillage(t, "anna", "karim")
	v.cast("anna")
	anna := v.Person(t, "anna")
	b, elsewhere := v.site.As(t, anna), v.site.As(t, anna)
	left := b.Post(t, "/me/leave", url.Values{"leave": {"on"}})
	if left.Status != http.StatusSeeOther || left.Location != "/" {
		t.Fatalf("leaving: %d %q", left.Status, left.Text("main"))
	}
	tables := []string{"civic.account WHERE id = $1", "civic.enrolment WHERE account = $1", "civic.outbox WHERE account = $1"}
	v.must(v.Jobs.Do(t.Context(), panel.Hour{})) // an hour of the same day
	for _, table := range tables {
		if n := v.count(`SELECT count(*) FROM `+table, anna.Account); n == 0 {
			t.Errorf("%s is empty before the night", table)
		}
	}
	if got := b.Get(t, "/me"); got.Status != http.StatusSeeOther {
		t.Errorf("the session here goes on: %d", got.Status)
	}
	v.night()
	for _, table := range tables {
		if n := v.count(`SELECT count(*) FROM `+table, anna.Account); n != 0 {
			t.Errorf("%d rows are left in %s", n, table)
		}
	}
	if n := v.count(`SELECT count(*) FROM civic.waiting`); n != 0 {
		t.Errorf("%d rows wait on", n)
	}
	for name, browser := range map[string]*webtest.Browser{"here": b, "elsewhere": elsewhere} {
		if got := browser.Get(t, "/me"); got.Status != http.StatusSeeOther || !strings.HasPrefix(got.Location, "/sign-in") {
			t.Errorf("the session %s goes on: %d", name, got.Status)
		}
	}
	v.must(v.DB.Read(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		n, err := v.Panel.Count(ctx, tx, v.c.ID)
		if n[v.group()] != 2 {
			t.Errorf("%d people are counted, want both", n[v.group()])
		}
		return err
	}))
	if n := v.count(`SELECT count(*) FROM panel.ballot`); n != 1 {
		t.Errorf("%d ballots, want the one that was handed in", n)
	}
	// The same person signs in again: another account, and no second answer.
	err := v.Panel.Enrol(t.Context(), v.Person(t, "anna"), v.c.ID, v.group())
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != fault.Conflict || f.Code != "left_before" {
		t.Errorf("enrolling again: %v", err)
	}
	// Others enrol as before.
	v.must(v.Panel.Enrol(t.Context(), v.Person(t, "lucia"), v.c.ID, v.group()))
}

func TestWhoLeavesCanThinkBetterOfItUntilTheNight(t *testing.T) {
	v := newVillage(t, "anna", "karim")
	for _, who := range []string{"anna", "karim"} {
		if got := v.site.As(t, v.Person(t, who)).Post(t, "/me/leave", url.Values{"leave": {"on"}}); got.Status != http.StatusSeeOther {
			t.Fatalf("leaving: %d", got.Status)
		}
	}
	b := v.site.As(t, v.Person(t, "anna"))
	if got := b.Get(t, "/me"); got.Count("form[action$='/me/stay']") != 1 || got.Count("main a[href='/me/leave']") != 0 || !strings.Contains(got.Text("main"), "Il tuo accesso sarà cancellato stanotte") {
		t.Error("the page does not say that she leaves")
	}
	if got := b.Get(t, "/me/leave"); got.Status != http.StatusSeeOther || got.Location != "/me" {
		t.Errorf("who leaves already is asked again: %d to %q", got.Status, got.Location)
	}
	if got := v.site.As(t, v.Person(t, "lucia")).Get(t, "/me"); got.Count("form[action$='/me/stay']") != 0 {
		t.Error("another person leaves too")
	}
	if got := b.Post(t, "/me/stay", url.Values{}); got.Status != http.StatusSeeOther {
		t.Fatalf("staying: %d", got.Status)
	}
	v.night()
	if n := v.count(`SELECT count(*) FROM civic.enrolment`); n != 1 {
		t.Errorf("%d are enrolled, want who stayed", n)
	}
	if got := b.Get(t, "/me"); got.Status != http.StatusOK || got.Count("main a[href='/me/leave']") != 1 {
		t.Errorf("who stayed: %d", got.Status)
	}
}

func TestWhoAsksTakesBackTheBallotOfAnOpenRound(t *testing.T) {
	v := newVillage(t, "anna", "karim")
	v.cast("anna")
	v.cast("karim")
	b := v.site.As(t, v.Person(t, "anna"))
	if got := b.Get(t, "/me"); got.Count("main a[href='/me/take-back']") != 1 {
		t.Error("taking back is not offered")
	}
	// The page before says the same to who has answered and to who has not.
	before, other := b.Get(t, "/me/take-back"), v.site.As(t, v.Person(t, "lucia")).Get(t, "/me/take-back")
	if before.Count("main form[action$='/me/take-back']") != 1 || !strings.Contains(before.Text("main"), "La piazza, giro 2") {
		t.Errorf("before taking back: %q", before.Text("main"))
	}
	if other.Count("main form[action$='/me/take-back']") != 0 || !strings.Contains(other.Text("main"), "Nessun giro è aperto") {
		t.Errorf("who is on no panel reads %q", other.Text("main"))
	}
	if got := b.Post(t, "/me/take-back", url.Values{}); got.Status != http.StatusSeeOther || got.Location != "/me" {
		t.Fatalf("taking back: %d", got.Status)
	}
	if a, p := v.count(`SELECT count(*) FROM panel.ballot`), v.count(`SELECT count(*) FROM panel.panelist`); a != 1 || p != 1 {
		t.Errorf("%d ballots of %d panelists, want the other's alone", a, p)
	}
	v.night()
	if got := b.Get(t, "/me"); got.Status != http.StatusOK || !strings.Contains(got.Text("main"), "La piazza") {
		t.Error("who takes back a ballot leaves")
	}
}

func TestStaffOfARunningConsultationAreToldWhatToDo(t *testing.T) {
	v := newVillage(t)
	b := v.site.As(t, v.Person(t, "marta"))
	if got := b.Get(t, "/me/leave"); got.Status != http.StatusConflict || !strings.Contains(got.Text("main"), "La piazza") {
		t.Errorf("before leaving: %d %q", got.Status, got.Text("main"))
	}
	got := b.Post(t, "/me/leave", url.Values{"leave": {"on"}})
	if got.Status != http.StatusConflict || !strings.Contains(got.Text("main"), "La piazza") || !strings.Contains(got.Text("main"), "aspetta la conclusione") {
		t.Errorf("%d %q", got.Status, got.Text("main"))
	}
	v.night()
	if got := b.Get(t, "/me"); got.Status != http.StatusOK {
		t.Error("the moderator's account is gone")
	}
	// Once it is over their lines stay, and they may go.
	v.must(v.Consultations.Withdraw(t.Context(), v.Person(t, "giulia"), "piazza", "mancano i fondi"))
	v.must(v.Jobs.Drain(t.Context()))
	if got := b.Post(t, "/me/leave", url.Values{"leave": {"on"}}); got.Status != http.StatusSeeOther {
		t.Fatalf("after the end: %d %q", got.Status, got.Text("main"))
	}
	v.refresh()
	if text := fmt.Sprint(v.c.Staff); !strings.Contains(text, "Marta Gibellini") {
		t.Errorf("the staff is now %s", text)
	}
}

// Who holds a role for one consultation alone reads for which.
func TestARoleOfOneConsultationIsNamed(t *testing.T) {
	v := newVillage(t)
	v.Person(t, "anna")
	if _, err := v.Accounts.GrantRole(t.Context(), "riva", account.Facilitator, v.c.Scope(), "anna"); err != nil {
		t.Fatal(err)
	}
	b := v.site.As(t, v.Person(t, "anna"))
	for path, want := range map[string]string{"/me": "facilitatore/-trice solo per La piazza", "/en/me": "facilitator only for La piazza"} {
		if got := b.Get(t, path); got.Status != 200 || !strings.Contains(strings.Join(strings.Fields(got.Text("main")), " "), want) {
			t.Errorf("%s: %d: %s", path, got.Status, got.Text("main"))
		}
	}
}
