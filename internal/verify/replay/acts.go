package replay

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unique"

	"delfi/internal/ledger/leaf"
)

// Acts is the log replayed: what its entries did, one after the other.
type Acts struct {
	End           string                 // minute of the newest entry of all
	Lives         map[string]*Life       // by consultation
	redacted      map[redaction]Redacted // feedback documents from which the law took reasons
	Removals      []int64                // entries whose words the law removed
	Contributions int                    // texts of contributions that the law removed

	Former []Former // logs that were succeeded, the newest first

	most    int                // consultations that it may speak of
	size    int64              // of the log, in entries
	latest  map[string]*moment // the newest entry so far of consultations that have no life, and of none
	without map[int64]wordless // entries whose words are gone, until a removal names them
}

// New begins the replay of a log of so many entries, which may speak of so many
// consultations.
func New(size int64, most int) *Acts {
	return &Acts{size: size, most: most, Lives: map[string]*Life{}, redacted: map[redaction]Redacted{}, latest: map[string]*moment{}, without: map[int64]wordless{}}
}

// Take takes the next entry of the log through the lifecycle.
func (a *Acts) Take(r Record) error {
	if r.Removed {
		a.without[r.N] = wordless{unique.Make(r.Type), unique.Make(r.Consultation)}
	}
	if err := a.ordered(r); err != nil {
		return err
	}
	return a.replay(r)
}

// Left gives what the law left of a feedback document of a consultation, by its recorded
// hash, and whether it took anything.
func (a *Acts) Left(consultation, hash string) (Redacted, bool) {
	left, cut := a.redacted[redaction{consultation, hash}]
	return left, cut
}

// Unnamed finds the first entry whose words are gone without a removal.
func (a *Acts) Unnamed() error {
	for _, n := range slices.Sorted(maps.Keys(a.without)) {
		r := Record{N: n, Entry: leaf.Entry{Type: a.without[n].kind.Value()}}
		return r.Fault("the words beside it are gone, and no removal names it", "", "its words, or an entry that says by which law they were removed")
	}
	return nil
}

// wordless is what a removal is compared with, and nothing more of the entry: a log may
// hold a million of them.
type wordless struct{ kind, consultation unique.Handle[string] }

// redaction names a feedback document by its recorded hash: two consultations may
// have equal ones.
type redaction struct{ consultation, hash string }

// Redacted is what the law left of a feedback document.
type Redacted struct {
	By    Record   // the last removal
	After string   // digest of what it left, hex
	Gone  []string // digests of the reasons
}

// ordered sees that the entries of a consultation follow each other in time. A
// succession is newer than the entries that it carries over.
func (a *Acts) ordered(r Record) error {
	if r.Type == "succession" {
		a.End = max(a.End, r.Minute)
		return nil
	}
	last := a.moment(r.Consultation)
	if at := time.Unix(last.at, 0).UTC(); last.at != 0 && r.at.Before(at.Add(-skew)) {
		return r.Fault(fmt.Sprintf("it says that it is older than entry %d, which stands before it", last.n), r.Minute, "at least "+at.Format(Minute))
	}
	if r.at.Unix() > last.at {
		*last = moment{n: r.N, at: r.at.Unix()}
	}
	a.End = max(a.End, r.Minute)
	return nil
}

// moment is when an entry says that it was written.
type moment struct {
	n  int64
	at int64 // Unix time; 0 for none
}

// moment gives the newest of a consultation's, to be moved.
func (a *Acts) moment(consultation string) *moment {
	if l := a.Lives[consultation]; l != nil {
		return &l.latest
	}
	if a.latest[consultation] == nil {
		a.latest[strings.Clone(consultation)] = &moment{}
	}
	return a.latest[consultation]
}

// server are the types of entries that concern no consultation.
var server = []string{"succession", "removal", "key_destroyed"}

// replay leads one entry to its consultation.
func (a *Acts) replay(r Record) error {
	if r.Type == "removal" {
		return a.removal(r)
	}
	if r.Consultation == "-" {
		if !slices.Contains(server, r.Type) {
			return r.Fault("it concerns no consultation", "-", "a consultation")
		}
		if r.Type == "succession" {
			return a.succession(r)
		}
		return nil
	}
	l := a.Lives[r.Consultation]
	if l == nil {
		if len(a.Lives) >= a.most {
			return r.Fault("the log speaks of more consultations than are read of one", fmt.Sprintf("more than %d", a.most), fmt.Sprintf("at most %d", a.most))
		}
		l = &Life{id: strings.Clone(r.Consultation), latest: *a.moment(r.Consultation)}
		delete(a.latest, l.id)
		a.Lives[l.id] = l
	}
	return l.take(r)
}

// removalEntry is a removal by law: of a reason from documents, of a contribution,
// or of the words beside an entry.
type removalEntry struct {
	Entry      int64    `json:"entry"`
	Kind       string   `json:"kind"`
	Digest     string   `json:"digest"`
	Documents  []string `json:"documents"`  // as they were recorded
	Afterwards []string `json:"afterwards"` // what is left of each
	Minority   string   `json:"minority"`   // what is left of the minority report; "" where it lost nothing
}

// removal lists words that were removed by law.
func (a *Acts) removal(r Record) error {
	var f removalEntry
	if err := r.Figures(&f); err != nil {
		return err
	}
	if f.Kind == "reason" {
		return a.redact(r, f)
	}
	if f.Kind == "contribution" {
		a.Contributions++ // the opinion shows it without its words
		return nil
	}
	if f.Entry = a.number(r, f.Entry); f.Entry < 0 || f.Entry >= r.N {
		return r.Fault("it removes the words of an entry that is not before it", strconv.FormatInt(f.Entry, 10), "an earlier one")
	}
	gone, ok := a.without[f.Entry]
	if !ok {
		return r.Fault(fmt.Sprintf("it removes the words beside entry %d, which stand there", f.Entry), "words", "none")
	}
	if of := gone.consultation.Value(); of != r.Consultation {
		return r.Fault(fmt.Sprintf("it removes the words beside entry %d, which is of another consultation", f.Entry), r.Consultation, of)
	}
	delete(a.without, f.Entry)
	a.Removals = append(a.Removals, f.Entry)
	return nil
}

// redact binds documents from which a reason was removed to what the removal left.
func (a *Acts) redact(r Record, f removalEntry) error {
	l := a.Lives[r.Consultation]
	if len(f.Documents) != len(f.Afterwards) || !IsDigest(f.Digest) {
		return r.Fault("the removal does not bind what it left of each document", fmt.Sprintf("%d digests", len(f.Afterwards)), fmt.Sprintf("one of each of %d documents", len(f.Documents)))
	}
	for n, hash := range f.Documents {
		if l == nil || !l.documents[hash] {
			return r.Fault("a reason is removed from a document that the log does not know", hash, "a feedback document of the consultation")
		}
		of := redaction{r.Consultation, hash}
		a.redacted[of] = Redacted{By: r, After: f.Afterwards[n], Gone: append(a.redacted[of].Gone, f.Digest)}
	}
	if f.Minority != "" {
		if l == nil || l.Report == nil || l.Report.Text == "" {
			return r.Fault("a removal took words from a minority report that the panel was not shown", f.Minority, "no minority report")
		}
		l.Report.Text = f.Minority
	}
	return nil
}
