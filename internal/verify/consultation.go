package verify

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"delfi/internal/consultation"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
	"delfi/internal/ledger/leaf"
	"delfi/internal/verify/drawn"
	"delfi/internal/verify/replay"
	"delfi/internal/verify/source"
	"delfi/internal/verify/wording"
)

// reading is one consultation as its files tell it.
type reading struct {
	slug     string
	id       string
	life     *replay.Life
	protocol protocol.Protocol
	hash     string
	known    map[string]bool // files that the record speaks of
	draws    []drawn.Draw    // that were checked, by group
	closings []closing       // of answering rounds, and each release of a standing one, oldest first

	statements wording.Statements
	unsaid     []string // texts of the opinion of which no entry says anything, or not any more
}

// closing is one closing or release that was checked.
type closing struct {
	table.Closing
	round    *replay.Round
	tick     int // of a standing round's release; 0 otherwise
	items    []feedback.Asked
	feedback feedback.Document
	hash     string // of the feedback document
}

func (r *reading) path(name string) string { return r.slug + "/" + name }

// documentOf reads a document of the consultation, of which the record speaks.
func (c *check) documentOf(r *reading, name string, v any) ([]byte, error) {
	r.known[r.path(name)] = true
	return c.document(r.path(name), v)
}

// consultation checks steps 3 to 8 of one consultation.
func (c *check) consultation(l Listed) error {
	r := &reading{slug: l.Slug, id: l.ID, life: c.log.acts.Lives[l.ID], known: map[string]bool{}}
	c.step(3)
	if err := c.protocol(r); err != nil {
		return err
	}
	if err := r.life.Timed(r.protocol); err != nil {
		return err
	}
	if err := c.draws(r); err != nil {
		return err
	}
	waiting := 0
	for n := 1; n <= len(r.protocol.Rounds); n++ {
		w := r.life.Rounds[n]
		if w == nil || w.Opened.Type == "" {
			continue
		}
		if plan := r.protocol.Round(n).Kind; w.Kind != plan {
			return w.Opened.Fault(fmt.Sprintf("round %d is of another kind than the frozen protocol plans", n), string(w.Kind), string(plan))
		}
		if w.Kind == delphi.Gather {
			continue
		}
		if err := c.checkOpening(r, w); err != nil {
			return err
		}
		// Interim releases with unsalted digests are those of earlier programs, public at once.
		if len(w.Releases) > 0 && (w.State == consultation.RoundReleased || !w.Releases[0].Salted) {
			for tick := range w.Releases {
				if err := c.interim(r, w, tick+1); err != nil {
					return err
				}
			}
		}
		switch {
		case w.Closed == nil && (len(w.Releases) == 0 || !w.Releases[0].Salted):
		case w.State != consultation.RoundReleased:
			waiting++ // its files are not public yet
		default:
			if err := c.round(r, w); err != nil {
				return err
			}
		}
	}
	for n := range r.life.Rounds {
		if n > len(r.protocol.Rounds) {
			return &source.Fault{File: "entries", What: fmt.Sprintf("the log has a round that the frozen protocol of %s does not plan", r.slug), Found: fmt.Sprintf("round %d", n), Expected: fmt.Sprintf("at most %d", len(r.protocol.Rounds))}
		}
	}
	c.step(7)
	if err := r.proposed(); err != nil {
		return err
	}
	if err := r.joined(); err != nil {
		return err
	}
	if err := r.drifted(); err != nil {
		return err
	}
	if err := c.opinion(r, l); err != nil {
		return err
	}
	if err := c.stray(r.slug, r.known); err != nil {
		return err
	}
	c.step(8)
	if err := c.receiptsOf(r); err != nil {
		return err
	}
	c.claimed[r.id] = true
	c.result.Consultations = append(c.result.Consultations, Checked{
		Slug: r.slug, ID: r.id, Title: l.Title, Stage: string(r.life.Stage), Protocol: r.hash, Waiting: waiting, Opinions: len(r.life.Opinions),
		Untitled: len(r.life.Opinions) == 0 && r.life.Title == "", Unplaced: len(r.life.Opinions) == 0 && r.life.Slug == "", Clock: r.life.Clock(r.protocol, c.log.acts.End), Corrected: r.life.Corrected, Unsaid: r.unsaid,
	})
	return nil
}

// protocol is step 3: the rules are those that the log froze, and this program
// knows them.
func (c *check) protocol(r *reading) error {
	name := r.path("protocol.json")
	r.known[name] = true
	text, err := c.small(name, protocol.Longest)
	if err != nil {
		return err
	}
	r.hash = leaf.Digest(text)
	frozen := r.life.Protocol
	if frozen == nil {
		return &source.Fault{File: name, What: "the log froze no protocol of this consultation", Found: r.hash, Expected: "an entry of type protocol"}
	}
	var f struct {
		Hash          string   `json:"hash"`
		RuleVersion   int      `json:"rule_version"`
		Mode          string   `json:"mode"`
		Cosigners     []string `json:"cosigners"`
		LatestKeyDate string   `json:"latest_key_date"`
	}
	if err := frozen.Figures(&f); err != nil {
		return err
	}
	if f.Hash != r.hash {
		return &source.Fault{File: name, What: fmt.Sprintf("the protocol was changed after entry %d froze it", frozen.N), Found: "hash " + r.hash, Expected: f.Hash}
	}
	if f.RuleVersion != delphi.RuleVersion {
		return &source.Fault{File: name, What: "this program computes another version of the rule: take the one that fits", Found: fmt.Sprintf("version %d", f.RuleVersion), Expected: fmt.Sprintf("version %d", delphi.RuleVersion)}
	}
	if r.protocol, err = protocol.Parse(text); err != nil {
		return &source.Fault{File: name, What: "the protocol cannot be read: " + err.Error()}
	}
	if again := r.protocol.Canonical(); !bytes.Equal(again, text) {
		return &source.Fault{File: name, What: "the protocol is not canonical JSON", Found: source.Short(string(text)), Expected: source.Short(string(again))}
	}
	a := r.protocol.Anonymity
	switch {
	case f.Mode != a.Mode:
		return frozen.Fault("it names another mode of anonymity than the protocol", f.Mode, a.Mode)
	case f.LatestKeyDate != a.LatestKeyDate:
		return frozen.Fault("it names another latest date of the key than the protocol", f.LatestKeyDate, a.LatestKeyDate)
	case !slices.Equal(f.Cosigners, a.Cosigners) && len(f.Cosigners)+len(a.Cosigners) > 0:
		return frozen.Fault("it names other cosigners than the protocol", fmt.Sprint(f.Cosigners), fmt.Sprint(a.Cosigners))
	}
	return c.required(r)
}

// required asks the cosigners that a protocol requires for their signature.
func (c *check) required(r *reading) error {
	for _, name := range r.protocol.Anonymity.Cosigners {
		signed := slices.ContainsFunc(c.log.by, func(k leaf.Key) bool { return k.Name == name })
		switch {
		case !signed && !slices.ContainsFunc(c.log.cosigners, func(k leaf.Key) bool { return k.Name == name }):
			return &source.Fault{File: "cosigned", What: fmt.Sprintf("the protocol of %s requires the cosigner %q, and no key of theirs is known: name it with --cosigner", r.slug, name), Found: "no such key", Expected: "a signature of " + name}
		case !signed:
			return &source.Fault{File: "cosigned", What: fmt.Sprintf("a cosigner is missing, whom the protocol of %s requires", r.slug), Found: "no signature of " + name, Expected: "one"}
		case c.log.cosigned.Size <= r.life.Protocol.N:
			return &source.Fault{File: "cosigned", Line: 2, What: fmt.Sprintf("the cosigner %q has not signed the log since the protocol of %s was frozen", name, r.slug), Found: fmt.Sprintf("%d entries", c.log.cosigned.Size), Expected: fmt.Sprintf("at least %d", r.life.Protocol.N+1)}
		}
		if !slices.Contains(c.result.Cosigners, name) {
			c.result.Cosigners = append(c.result.Cosigners, name)
		}
		c.result.CosignedSize = c.log.cosigned.Size
	}
	return nil
}

// proposed checks that each decision names the proposal that the documents of its round
// make: a statement is not dropped in the engine's name that the engine keeps.
func (r *reading) proposed() error {
	type place struct{ round, item int }
	made := map[place]verdict.Action{}
	for _, e := range r.closings {
		for _, i := range e.feedback.Items {
			made[place{e.round.Number, i.Number}] = i.Proposal.Action
		}
	}
	for _, d := range r.life.Decisions {
		if want, judged := made[place{d.Round, d.Item}]; judged && !d.Back && string(want) != d.Proposed {
			return d.Record.Fault(fmt.Sprintf("it says another proposal for item %d than the document of round %d makes", d.Item, d.Round), source.OrNothing(d.Proposed), source.OrNothing(string(want)))
		}
	}
	return nil
}

// checkOpening checks what a round's checkOpening says of what it shows and of the panel.
func (c *check) checkOpening(r *reading, w *replay.Round) error {
	if n := len(w.Opening.Enrolled); n != len(r.protocol.Panel.Groups) {
		return w.Opened.Fault("people are not enrolled by the groups of the protocol", fmt.Sprintf("%d groups", n), fmt.Sprint(len(r.protocol.Panel.Groups)))
	}
	for i, g := range r.protocol.Panel.Groups {
		if _, counted := w.Listed[g.ID]; g.Access == protocol.AccessDeclared && !counted {
			return w.Opened.Fault(fmt.Sprintf("nothing says how many people were admitted to group %s, whose members declare themselves", g.ID), "no roll", "one, before the opening")
		}
		if roll, counted := w.Listed[g.ID]; counted && w.Opening.Enrolled[i] > roll {
			return w.Opened.Fault(fmt.Sprintf("of group %s more people are enrolled than stand on its roll", g.ID), fmt.Sprint(w.Opening.Enrolled[i]), fmt.Sprintf("at most %d", roll))
		}
	}
	shown := ""
	for _, e := range r.closings {
		if e.round != w && e.round.Kind == delphi.AnswerRound { // who orders a list is shown no figures of how it was chosen
			shown = e.hash
		}
	}
	if w.Opening.Feedback != shown {
		return w.Opened.Fault(fmt.Sprintf("round %d shows another feedback document than that of the round before it", w.Number), source.OrNothing(w.Opening.Feedback), source.OrNothing(shown))
	}
	return nil
}

// unclaimed counts the consultations of the log that no folder shows.
func (c *check) unclaimed() error {
	for id := range c.log.acts.Lives {
		if !c.claimed[id] {
			c.result.Unread++
		}
	}
	for i := range c.receipts {
		if r := &c.receipts[i]; !r.done {
			return &source.Fault{File: r.file, Line: 2, What: "the receipt is of a consultation that this record does not show", Found: r.Consultation, Expected: "one of those that were checked"}
		}
	}
	return nil
}

// missing says whether an error is that a file is not there.
func missing(err error) bool {
	var f *source.Fault
	return errors.As(err, &f) && f.What == fileMissing || errors.Is(err, fs.ErrNotExist)
}

const fileMissing = "the file is missing"
