package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"delfi/internal/account"
	"delfi/internal/pseudonym"
	"delfi/internal/verify"
	"delfi/internal/verify/source"
	"delfi/web/webtest"
)

// racer is somebody with a ballot in a round that closes.
type racer struct {
	*villager
	browser *webtest.Browser
	mark    string
	receipt string
	told    string // what the page said of taking back
	stays   string // the ballot, as the page said; "" where nobody asked
}

// TestWhoTakesBackWhileARoundClosesIsToldWhatCounts: a round closes at the instant at
// which half of its people take their ballots back, some of them leaving, and others
// answer anew. Nobody meets an error; who was told that the ballot is gone finds its mark
// nowhere, who was told that it stays finds it counted, and the record says the same.
func TestWhoTakesBackWhileARoundClosesIsToldWhatCounts(t *testing.T) {
	t.Parallel()
	gone, stayed := 0, 0
	for n, after := range []int{0, 3, 10} { // who have taken theirs back when the round begins to close
		t.Run(fmt.Sprint(after), func(t *testing.T) {
			v := newVillage(t, natural{mode: pseudonym.SealedKey, overlap: 4, people: 40, only: "nothing"})
			v.gathering()
			v.must(v.h.Consultations.OpenRound(v.Context(), v.staff["paolo"], portici, 2))
			v.must(v.h.Jobs.Drain(v.Context()))
			var all []*racer
			for _, p := range v.people {
				r := &racer{villager: p, browser: v.site.As(t, account.Actor{Account: p.account})}
				v.answer(r.browser, p)
				shown := r.browser.Get(t, at("/rounds/2/receipt"))
				r.mark = strings.Join(strings.Fields(shown.Page.Find("main .dlf-card code.dlf-mono").First().Text()), "")
				r.receipt = r.browser.Get(t, at("/rounds/2/receipt.txt")).Body
				if len(r.mark) != 64 || !strings.Contains(r.receipt, r.mark) {
					t.Fatalf("no receipt: %q %q", r.mark, r.receipt)
				}
				all = append(all, r)
			}
			v.now.Add(4 * 24 * 3600) // a round is not closed by hand before its least days
			for _, r := range all {  // their sessions ended long ago
				r.browser = v.site.As(t, account.Actor{Account: r.account})
			}
			v.race(all, after)
			v.must(v.h.Jobs.Drain(v.Context()))

			site := v.h.Site(t)
			leaves := site.Stranger().Get(t, "/record/"+portici+"/rounds/2/leaves/B")
			if leaves.Status != http.StatusOK {
				t.Fatalf("the marks: %d", leaves.Status)
			}
			kept := map[string][]byte{}
			for _, r := range all {
				counted := strings.Contains(leaves.Body, r.mark)
				switch {
				case r.stays == "gone" && counted:
					t.Errorf("%s was told that the ballot is gone, and it is counted: %s", r.subject, r.told)
				case r.stays == "stays" && !counted:
					t.Errorf("%s was told that the ballot stays, and it is not counted: %s", r.subject, r.told)
				case r.stays == "" && !counted:
					t.Errorf("%s asked for nothing, and the ballot is not counted", r.subject)
				}
				if r.stays == "gone" {
					gone++
				} else if r.stays == "stays" {
					stayed++
				}
				if counted {
					kept[r.subject] = []byte(r.receipt)
				}
			}
			file := filepath.Join(t.TempDir(), "record.zip")
			v.must(os.WriteFile(file, []byte(site.Stranger().Get(t, "/record/"+portici+".zip").Body), 0o600))
			files, closer, err := source.Archive(file)
			v.must(err)
			defer closer.Close()
			result, err := verify.Run(t.Context(), files, verify.Options{Receipts: kept})
			if err != nil || len(result.Receipts) != len(kept) {
				t.Errorf("round %d: the record does not hold with %d receipts: %v", n, len(kept), err)
			}
			if i := slices.IndexFunc(all, func(r *racer) bool { return r.stays == "gone" }); i >= 0 {
				if _, err := verify.Run(t.Context(), files, verify.Options{Receipts: map[string][]byte{"gone": []byte(all[i].receipt)}}); err == nil {
					t.Error("the receipt of a ballot that was taken back is found")
				}
			}
		})
	}
	t.Logf("%d ballots went before the close, %d stayed", gone, stayed)
	if gone == 0 || stayed == 0 {
		t.Errorf("no race: %d went, %d stayed", gone, stayed)
	}
}

// race closes the round while people act on their ballots.
func (v *village) race(all []*racer, after int) {
	v.Helper()
	begin := make(chan struct{})
	back := make(chan struct{}, len(all))
	var done sync.WaitGroup
	act := func(r *racer, path string, form url.Values) webtest.Response {
		got := r.browser.Post(v, path, form)
		if got.Status >= 500 {
			v.Errorf("%s: %d %s", path, got.Status, got.Text("main"))
		}
		return got
	}
	for i, r := range all {
		if i%4 == 3 {
			continue // asks for nothing
		}
		done.Go(func() {
			<-begin
			if i%4 == 2 { // answers the same anew: the ballot of before stays, or another stands for it
				got := act(r, at("/rounds/2"), url.Values{"all": {"1"}, "act": {"save"}, "answer_1": {"3"}})
				if got.Status != http.StatusSeeOther && got.Status != http.StatusConflict && got.Status != http.StatusOK {
					v.Errorf("an answer: %d %s", got.Status, got.Text("main h1"))
				}
				return
			}
			act(r, "/me/take-back", url.Values{})
			back <- struct{}{}
			r.told = r.browser.Get(v, "/me").Text(".dlf-flash")
			r.stays = map[bool]string{true: "gone", false: "stays"}[strings.Contains(r.told, "cancellate")]
			if i%4 == 1 {
				act(r, "/me/leave", url.Values{"leave": {"on"}})
			}
		})
	}
	done.Go(func() {
		<-begin
		for range after {
			<-back
		}
		if err := v.h.Consultations.CloseRound(v.Context(), v.staff["paolo"], portici, 2, "Basta."); err != nil {
			v.Errorf("the close: %v", err)
		}
	})
	close(begin)
	done.Wait()
}
