package verify

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"delfi/internal/consultation"
)

// acts is the log replayed: what its entries did, one after the other.
type acts struct {
	end           string                 // minute of the newest entry of all
	lives         map[string]*life       // by consultation
	redacted      map[redaction]redacted // feedback documents from which the law took reasons
	removals      []int64                // entries whose words the law removed
	contributions int                    // texts of contributions that the law removed

	successions int64             // of logs, each by another
	latest      map[string]moment // by consultation: the newest entry so far
	without     map[int64]record  // entries whose words are gone, until a removal names them
}

func newActs() *acts {
	return &acts{lives: map[string]*life{}, redacted: map[redaction]redacted{}, latest: map[string]moment{}, without: map[int64]record{}}
}

// take takes the next entry of the log through the lifecycle.
func (a *acts) take(r record) error {
	if r.removed {
		a.without[r.n] = r
	}
	if err := a.ordered(r); err != nil {
		return err
	}
	return a.replay(r)
}

// unnamed finds the first entry whose words are gone without a removal.
func (a *acts) unnamed() error {
	for _, n := range slices.Sorted(maps.Keys(a.without)) {
		return a.without[n].fault("the words beside it are gone, and no removal names it", "", "its words, or an entry that says by which law they were removed")
	}
	return nil
}

// redaction names a feedback document by its recorded hash: two consultations may
// have equal ones.
type redaction struct{ consultation, hash string }

// redacted is what the law left of a feedback document.
type redacted struct {
	by    record   // the last removal
	after string   // digest of what it left, hex
	gone  []string // digests of the reasons
}

// ordered sees that the entries of a consultation follow each other in time.
func (a *acts) ordered(r record) error {
	if last, any := a.latest[r.Consultation]; any && r.at.Before(last.at.Add(-skew)) {
		return r.fault(fmt.Sprintf("it says that it is older than entry %d, which stands before it", last.n), r.Minute, "at least "+last.Minute)
	} else if !any || r.at.After(last.at) {
		a.latest[r.Consultation] = moment{n: r.n, at: r.at, Minute: r.Minute}
	}
	if r.Minute > a.end {
		a.end = r.Minute
	}
	return nil
}

// moment is when an entry says that it was written.
type moment struct {
	n      int64
	at     time.Time
	Minute string
}

// server are the types of entries that concern no consultation.
var server = []string{"succession", "removal", "key_destroyed"}

// replay leads one entry to its consultation.
func (a *acts) replay(r record) error {
	if r.Type == "removal" {
		return a.removal(r)
	}
	if r.Consultation == "-" {
		if !slices.Contains(server, r.Type) {
			return r.fault("it concerns no consultation", "-", "a consultation")
		}
		// A log succeeds another with its first entry, and carries the entries of that
		// one after it: among them its own succession, if it had one.
		if r.Type == "succession" && r.n != a.successions {
			return r.fault("a log succeeds another with its first entry", fmt.Sprintf("entry %d", r.n), fmt.Sprintf("entry %d", a.successions))
		}
		if r.Type == "succession" {
			a.successions++
		}
		return nil
	}
	l := a.lives[r.Consultation]
	if l == nil {
		l = &life{id: r.Consultation, rounds: map[int]*round{}, rolls: map[string]int{}, items: map[int]consultation.ItemState{}, settled: map[int]int{}, documents: map[string]bool{}}
		a.lives[r.Consultation] = l
	}
	return l.take(r)
}

// removalEntry is a removal by law: of a reason from documents, of a contribution,
// or of the words beside an entry.
type removalEntry struct {
	Entry      int64
	Kind       string
	Digest     string
	Documents  []string // as they were recorded
	Afterwards []string // what is left of each
	Minority   string   // what is left of the minority report; "" where it lost nothing
}

// removal lists words that were removed by law.
func (a *acts) removal(r record) error {
	var f removalEntry
	if err := r.figures(&f); err != nil {
		return err
	}
	if f.Kind == "reason" {
		return a.redact(r, f)
	}
	if f.Kind == "contribution" {
		a.contributions++ // the opinion shows it without its words
		return nil
	}
	if f.Entry < 0 || f.Entry >= r.n {
		return r.fault("it removes the words of an entry that is not before it", strconv.FormatInt(f.Entry, 10), "an earlier one")
	}
	gone, ok := a.without[f.Entry]
	if !ok {
		return r.fault(fmt.Sprintf("it removes the words beside entry %d, which stand there", f.Entry), "words", "none")
	}
	if gone.Consultation != r.Consultation {
		return r.fault(fmt.Sprintf("it removes the words beside entry %d, which is of another consultation", f.Entry), r.Consultation, gone.Consultation)
	}
	delete(a.without, f.Entry)
	a.removals = append(a.removals, f.Entry)
	return nil
}

// redact binds documents from which a reason was removed to what the removal left.
func (a *acts) redact(r record, f removalEntry) error {
	l := a.lives[r.Consultation]
	if len(f.Documents) != len(f.Afterwards) || !isDigest(f.Digest) {
		return r.fault("the removal does not bind what it left of each document", fmt.Sprintf("%d digests", len(f.Afterwards)), fmt.Sprintf("one of each of %d documents", len(f.Documents)))
	}
	for n, hash := range f.Documents {
		if l == nil || !l.documents[hash] {
			return r.fault("a reason is removed from a document that the log does not know", hash, "a feedback document of the consultation")
		}
		of := redaction{r.Consultation, hash}
		a.redacted[of] = redacted{by: r, after: f.Afterwards[n], gone: append(a.redacted[of].gone, f.Digest)}
	}
	if f.Minority != "" {
		if l == nil || l.report == nil || l.report.Text == "" {
			return r.fault("a removal took words from a minority report that the panel was not shown", f.Minority, "no minority report")
		}
		l.report.Text = f.Minority
	}
	return nil
}
