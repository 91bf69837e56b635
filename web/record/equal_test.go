package record_test

import (
	"archive/zip"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/steering"
	"delfi/internal/delphi/protocol"
	"delfi/internal/verify"
	"delfi/internal/verify/source"
	"delfi/web/webtest"
)

// TestARecordOfEqualRulesHolds: three consultations under one protocol, of which none
// has released a round, beside one that is published.
func TestARecordOfEqualRulesHolds(t *testing.T) {
	h := webtest.Open(t).Play(t)
	ctx := t.Context()
	hashes := map[string]bool{}
	for _, slug := range []string{"aiuole", "panchine", "zone"} {
		hashes[announced(t, h, slug).ProtocolHash] = true
	}
	if len(hashes) != 1 {
		t.Fatalf("the rules differ: %v", hashes)
	}
	b := h.Site(t).Stranger()
	listed(t, h, b)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := b.Get(t, r.URL.Path)
		w.WriteHeader(got.Status)
		_, _ = io.WriteString(w, got.Body) // who asks sees that it is short
	}))
	defer server.Close()
	at := func(path string) fs.FS {
		body := b.Get(t, path).Body
		z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
		if err != nil {
			t.Fatal(err)
		}
		return archived{z}
	}
	for _, c := range []struct {
		files fs.FS
		only  []string
		want  []string
	}{
		{source.Web(ctx, server.URL+"/record/"), nil, []string{"aiuole", "alberi-e-ombra", webtest.Gathering, webtest.Announced, "panchine", webtest.Answering, webtest.Published, "zone"}},
		{source.Web(ctx, server.URL+"/record/"), []string{"zone"}, []string{"zone"}},
		{at("/record/panchine.zip"), nil, []string{"panchine"}},
	} {
		got, err := verify.Run(ctx, c.files, verify.Options{Consultations: c.only})
		if err != nil {
			t.Fatalf("%v: %v", c.want, err)
		}
		var slugs []string
		for _, one := range got.Consultations {
			slugs = append(slugs, one.Slug)
			if found, err := h.Consultations.Find(ctx, account.Actor{}, one.Slug); err != nil || found.ID.String() != one.ID {
				t.Errorf("%s was checked as %s, %v", one.Slug, one.ID, err)
			}
		}
		if slices.Sort(slugs); !slices.Equal(slugs, c.want) || len(slugs)+len(got.Others) != 8 {
			t.Errorf("checked were %v, and not %v; want %v", slugs, got.Others, c.want)
		}
	}
}

// TestAnImportAtWorkIsNotInTheRecord, at no address and in no list; its entries are in
// the log, and the record holds. Once it is withdrawn, nothing of that changes.
func TestAnImportAtWorkIsNotInTheRecord(t *testing.T) {
	h := webtest.Open(t)
	ctx := t.Context()
	a, err := h.Accounts.Found(ctx, account.Administration{Slug: "riva", Name: "Riva"})
	if err != nil {
		t.Fatal(err)
	}
	rules, err := protocol.Standing(protocol.StandingPlan{Language: "en", GroupName: "Everyone", LatestKeyDate: h.DB.Now().AddDate(1, 0, 0).Format(time.DateOnly)})
	if err != nil {
		t.Fatal(err)
	}
	id := uuid.New()
	done, err := h.Consultations.Importing(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Consultations.Import(ctx, steering.ImportPlan{
		ID: id, Administration: a.ID, Title: "The bridge", Language: "en", Protocol: rules, Origin: consultation.Origin{Name: "Polis", Licence: "CC0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	b := h.Site(t).Stranger()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := b.Get(t, r.URL.Path)
		w.WriteHeader(got.Status)
		_, _ = io.WriteString(w, got.Body) // who asks sees that it is short
	}))
	defer server.Close()
	unseen := func() {
		t.Helper()
		for _, path := range []string{"", ".zip", "/files", "/protocol.json", "/rounds/1/marks", "/rounds/1/releases/1/tally"} {
			if got := b.Get(t, "/record/"+id.String()+path); got.Status != http.StatusNotFound {
				t.Errorf("%q: %d", path, got.Status)
			}
		}
		if got := b.Get(t, "/record/consultations"); got.Status != http.StatusOK || got.Body != "" {
			t.Errorf("%d %q", got.Status, got.Body)
		}
		if got := b.Get(t, "/record"); got.Status != http.StatusOK || strings.Contains(got.Body, id.String()) {
			t.Errorf("%d, or it is on the page", got.Status)
		}
		got, err := verify.Run(ctx, source.Web(ctx, server.URL+"/record/"), verify.Options{})
		if err != nil || got.Unread != 1 || len(got.Consultations)+len(got.Others) != 0 {
			t.Errorf("%+v, %v", got, err)
		}
	}
	unseen()
	if err := done(); err != nil {
		t.Fatal(err)
	}
	if taken, err := h.Consultations.TakeBack(ctx); err != nil || len(taken) != 1 {
		t.Fatalf("%v, %v", taken, err)
	}
	unseen()
}

// archived is a .zip whose folders can be listed.
type archived struct{ *zip.Reader }

func (a archived) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(a.Reader, name) }

// announced announces a consultation of rules that do not depend on its slug.
func announced(t *testing.T, h *webtest.House, slug string) consultation.Consultation {
	t.Helper()
	giulia, marta, davide, paolo := h.Person(t, "giulia"), h.Person(t, "marta").Office.String(), h.Person(t, "davide").Office.String(), h.Person(t, "paolo").Office.String()
	day := h.DB.Now().AddDate(0, 0, 20)
	_, err := h.Drafts.Create(t.Context(), giulia, giulia.Grants[0].Administration, draft.Form{
		Slug: slug, Language: "it", Title: "Le " + slug, Question: "Che cosa fare delle " + slug + "?", Background: "Testo.",
		CommitmentQuotation: "Decideremo tenendo conto del parere.", CommitmentDecider: "La Giunta", CommitmentSubject: slug,
		CommitmentDecideBy: day.AddDate(1, 0, 0).Format(time.DateOnly), CommitmentAct: "Delibera n. 1", CommitmentSignatory: "La sindaca",
		Moderators: []string{marta, davide}, Facilitators: []string{paolo}, Offices: map[string]string{marta: "URP", paolo: "Urbanistica"},
		StartsOn: day.Format(time.DateOnly),
		Protocol: draft.Classical(protocol.ClassicalPlan{
			Language: "it", Low: "per niente", High: "del tutto", GroupName: "Cittadini", GatherDays: 7, AnswerDays: 10, AnswerRounds: 2, Points: 9, SharePermille: 750, CannotJudge: true,
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Consultations.Announce(t.Context(), giulia, slug); err != nil {
		t.Fatal(err)
	}
	c, err := h.Consultations.Find(t.Context(), giulia, slug)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// listed: the page and the file say which consultation is which.
func listed(t *testing.T, h *webtest.House, b *webtest.Browser) {
	all, err := h.Consultations.Listed(t.Context(), account.Actor{})
	if err != nil {
		t.Fatal(err)
	}
	var got []verify.Listed
	for line := range strings.Lines(b.Get(t, "/record/consultations").Body) {
		var l verify.Listed
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		got = append(got, l)
	}
	text := b.Get(t, "/record").Text("main")
	for n, c := range all {
		want := verify.Listed{ID: c.ID.String(), Opinion: c.Stage == consultation.Published, Protocol: c.ProtocolHash, Slug: c.Slug, Stage: string(c.Stage), Title: c.Title}
		if n >= len(got) || got[n] != want {
			t.Errorf("line %d of %d is not %+v", n+1, len(got), want)
		}
		if !strings.Contains(text, c.ID.String()) || !strings.Contains(text, c.ProtocolHash) {
			t.Errorf("the page does not say which is %s", c.Slug)
		}
	}
	if !slices.ContainsFunc(got, func(l verify.Listed) bool { return l.Opinion }) || !strings.Contains(text, "parere pubblicato") || !strings.Contains(text, "annunciata") {
		t.Error("nothing tells what is published from what is announced")
	}
}
