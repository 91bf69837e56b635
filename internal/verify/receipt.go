package verify

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"delfi/internal/consultation"
	"delfi/internal/delphi/table"
	"delfi/internal/ledger/leaf"
	"delfi/internal/verify/source"
)

// receipt is one receipt or proof file that the reader brings.
type receipt struct {
	leaf.Receipt
	file   string
	signed []byte
	proof  *leaf.Proof // nil for a bare receipt

	counted    bool              // its mark is among the counted ones
	superseded bool              // or among the replaced
	met        map[string]string // by table: the value under the proof's salt
	tables     map[string]bool   // those of its round
	done       bool
}

// readReceipts reads what the reader brings; a Misuse names what is no receipt.
func readReceipts(files map[string][]byte) ([]receipt, error) {
	var out []receipt
	for _, name := range slices.Sorted(maps.Keys(files)) {
		text := files[name]
		r := receipt{file: name, signed: text, met: map[string]string{}, tables: map[string]bool{}}
		if bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
			p, err := leaf.ParseProof(text)
			if err != nil {
				return nil, &Misuse{fmt.Errorf("%s: %w", name, err)}
			}
			r.proof, r.signed = &p, []byte(p.Receipt)
		}
		note, err := leaf.Open(r.signed)
		if err != nil {
			return nil, &Misuse{fmt.Errorf("%s: this is neither a receipt nor a proof file: %w", name, err)}
		}
		if r.Receipt, err = leaf.ParseReceipt(note.Text); err != nil {
			return nil, &Misuse{fmt.Errorf("%s: %w", name, err)}
		}
		out = append(out, r)
	}
	return out, distinct(out)
}

// distinct sees that no two receipts stand for one ballot. A server that gives two
// people who answered alike one mark counts one of them, and tells both that they were
// counted. Nor do two receipts replace one ballot, or show one value of a browser: of
// those that browsers draw no two are alike. Words may be: people choose them.
func distinct(all []receipt) error {
	marks, replaced, browsers := map[string]string{}, map[string]string{}, map[string]string{}
	for _, r := range all {
		if other, twice := marks[r.Mark]; twice {
			return &source.Fault{File: r.file, Line: 5, What: fmt.Sprintf("it bears the mark of the receipt %s: if they are of two people, one ballot was counted for both; of one person give one of them, the receipt or its proof file", other), Found: r.Mark, Expected: "a mark of its own"}
		}
		marks[r.Mark] = r.file
		if d := r.Part.Browser; d != "" {
			if other, twice := browsers[d]; twice {
				return &source.Fault{File: r.file, Line: 7, What: fmt.Sprintf("its browser is said to have drawn the random value of the receipt %s: one that occurs twice was chosen by the server", other), Found: d, Expected: "a value of its own"}
			}
			browsers[d] = r.file
		}
		if r.Replaces == "" {
			continue
		}
		if other, twice := replaced[r.Replaces]; twice {
			return &source.Fault{File: r.file, Line: 6, What: fmt.Sprintf("it replaces the ballot that the receipt %s replaces: one ballot stood for two", other), Found: r.Replaces, Expected: "a ballot of its own"}
		}
		replaced[r.Replaces] = r.file
	}
	return nil
}

// wanted is what one receipt looks for in one table.
type wanted struct {
	*receipt
	own map[leaf.Sum]string // with a proof: the leaves that its salt would give, by value
}

// wantedMarks gives what receipts look for in a table.
func (c *check) wanted(r *reading, round int, t table.Table) []wanted {
	var out []wanted
	for i := range c.receipts {
		w := &c.receipts[i]
		if w.Consultation != r.id || w.Round != round {
			continue
		}
		w.tables[t.ID] = true
		look := wanted{receipt: w}
		if w.proof != nil {
			id, seed := leaf.ID(r.id, round, t.ID), w.proof.Seed()
			salt := seed.Salt(id)
			values := t.Values
			switch t.ID[0] {
			case 'B':
				values = []string{w.Mark}
			case 'R': // as many as people wrote: only the own ones are looked for
				values = nil
				for _, g := range w.proof.Answers {
					values = append(values, leaf.Digest([]byte(g.Reason)))
				}
			}
			look.own = make(map[leaf.Sum]string, len(values))
			for _, v := range values {
				look.own[leaf.Hash(id, v, salt)] = v
			}
		}
		out = append(out, look)
	}
	return out
}

// meet compares one leaf with what receipts look for.
func meet(all []wanted, table, value string, hash leaf.Sum) {
	for _, w := range all {
		if table == "B" && value == w.Mark {
			w.counted = true
		}
		if v, mine := w.own[hash]; mine {
			w.met[table] = v
		}
	}
}

// receiptsOf is step 8 for the receipts of one consultation.
func (c *check) receiptsOf(r *reading) error {
	for i := range c.receipts {
		w := &c.receipts[i]
		if w.Consultation != r.id {
			continue
		}
		w.done = true
		result, err := c.receipt(r, w)
		if err != nil {
			return err
		}
		c.result.Receipts = append(c.result.Receipts, result)
	}
	return nil
}

// receipt judges one receipt.
func (c *check) receipt(r *reading, w *receipt) (ReceiptResult, error) {
	out := ReceiptResult{File: w.file, Round: w.Round, Slug: r.slug}
	bad := func(line int, what, found, expected string) (ReceiptResult, error) {
		return out, &source.Fault{File: w.file, Line: line, What: what, Found: found, Expected: expected}
	}
	note, err := leaf.Open(w.signed, c.log.keys()...)
	if err != nil {
		return bad(0, "the signature of the receipt is wrong", err.Error(), "one by "+c.log.key.Name)
	}
	ahead, checkpoints, ours := c.log.of(note)
	if !ours {
		return bad(0, "the receipt is not signed by the key of the log, nor of one that it succeeded", source.Short(fmt.Sprintf("signatures of %q", note.Else)), "a signature by "+c.log.key.Name)
	}
	at := r.life.Rounds[w.Round]
	if at == nil || at.Opened.Type == "" {
		return bad(2, "the receipt is of a round that the log never opened", fmt.Sprintf("round %d", w.Round), "one of the log's")
	}
	switch root := checkpoints[w.Size].Root; {
	case w.Protocol != r.hash:
		return bad(3, "the receipt was given under another protocol", w.Protocol, r.hash)
	case w.Size != at.Opened.N+1-ahead:
		return bad(4, "the receipt's checkpoint is not that of its round's opening", fmt.Sprintf("size %d", w.Size), fmt.Sprintf("size %d", at.Opened.N+1-ahead))
	case w.Root != root:
		return bad(4, "the log was rewritten since the receipt was given: its first entries have another root", root.String(), w.Root.String())
	}
	if mark := leaf.Mark(w.Content, w.Part); mark != w.Mark {
		return bad(5, "the mark of the receipt is not that of its part and content: it stands for another ballot", w.Mark, mark)
	}
	if p := w.proof; p != nil {
		if digests := p.Part().Digests(leaf.Of(w.Consultation, w.Round)); digests != w.Part {
			return bad(7, "the receipt shows another part than the proof file holds", w.Part.Line(), digests.Line())
		}
		if p.Content() != w.Content {
			return bad(0, "the answers in the proof file are not those of its receipt: they give another mark", p.Mark(leaf.Of(w.Consultation, w.Round)), w.Mark)
		}
	}
	out.Browser, out.Words = w.Part.Browser != "", w.Part.Words != ""
	if at.Closed == nil || at.State != consultation.RoundReleased {
		out.Waiting = true
		return out, nil
	}
	switch {
	case w.counted:
	case w.superseded:
		out.Superseded = true
		return out, nil
	default:
		return bad(5, fmt.Sprintf("the mark of the receipt is nowhere in round %d: neither among the counted ballots nor among the superseded", w.Round), "no such mark", w.Mark)
	}
	if w.proof == nil {
		return out, nil
	}
	return out, c.own(r, w, &out)
}

// own looks for each leaf of a proof's answers.
func (c *check) own(r *reading, w *receipt, out *ReceiptResult) error {
	i := slices.IndexFunc(r.closings, func(e closing) bool { return e.round.Number == w.Round && !e.Counts.Interim })
	now := r.closings[i]
	wanted, err := expected(r, now, w.proof)
	if err != nil {
		return &source.Fault{File: w.file, What: "the answers in the proof file are none of its round", Found: source.Short(err.Error()), Expected: "answers to what the round asked"}
	}
	for _, t := range now.Tables {
		want, must := wanted[t.ID]
		got, there := w.met[t.ID]
		dir := r.path(fmt.Sprintf("rounds/%d/leaves/%s", w.Round, t.ID))
		switch {
		case there && !must:
			return &source.Fault{File: dir, Table: t.ID, What: "a leaf stands there under the proof's salt that its answers do not give", Found: got, Expected: "no leaf"}
		case there && got != want.Value:
			return &source.Fault{File: dir, Table: t.ID, What: "the leaf of the proof has another value than its answer: the answer was changed", Found: got, Expected: want.Value}
		case !there && must && !want.Perhaps:
			return &source.Fault{File: dir, Table: t.ID, What: "the leaf of the proof's answer is not there: the answer was left out or changed", Found: "no leaf of its salt", Expected: want.Value}
		case !there && must:
			out.LeftOut = append(out.LeftOut, t.ID)
		case there:
			out.Leaves++
		}
	}
	// Answers of which no table may tell.
	for _, id := range telling(r, now, w.proof) {
		if !w.tables[id] {
			out.LeftOut = append(out.LeftOut, id)
		}
	}
	return nil
}
