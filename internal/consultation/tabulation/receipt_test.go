package tabulation

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"delfi/internal/consultation/ballot"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/ledger/leaf"
	"delfi/internal/platform/postgres"
)

// signed opens a receipt's note with the log's public key.
func (h *house) signed(of ballot.Receipt) leaf.Receipt {
	h.t.Helper()
	text, err := of.Note()
	h.must(err)
	return h.opened(text)
}

func (h *house) opened(text string) leaf.Receipt {
	h.t.Helper()
	keys, err := h.record.VerifierKeys(h.t.Context())
	h.must(err)
	v, err := note.NewVerifier(keys[0])
	h.must(err)
	n, err := note.Open([]byte(text), note.VerifierList(v))
	h.must(err)
	r, err := leaf.ParseReceipt(n.Text)
	h.must(err)
	return r
}

func TestAReceiptIsSignedByTheLogAndTellsNoTime(t *testing.T) {
	h, ctx := newHouse(t, 6, 2), t.Context()
	first := h.cast(2, 0, 4)
	r := h.signed(first)
	var root tlog.Hash
	var size int64
	h.must(h.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		size, root, err = h.record.Opened(ctx, tx, h.c.ID, 2)
		return err
	}))
	want := leaf.Receipt{Consultation: h.c.ID.String(), Round: 2, Protocol: h.c.ProtocolHash, Size: size, Root: root, Mark: first.Mark, Content: r.Content}
	if d := cmp.Diff(want, r); d != "" {
		t.Error(d)
	}
	if leaf.Mark(r.Content, r.Part) != r.Mark {
		t.Error("the receipt's own lines do not give its mark")
	}
	// The log grows; the next receipt stands on the same checkpoint, and names the first.
	h.must(h.consultations.ExtendRound(ctx, h.facilitator, slug, 2, 1, "piove"))
	second := h.signed(h.cast(2, 0, 5))
	if second.Size != size || second.Root != root || second.Replaces != first.Mark {
		t.Errorf("second receipt %+v", second)
	}
	for i := 1; i < 6; i++ {
		h.cast(2, i, 5)
	}
	h.finish(2)
	// It can be had again after the closing, the same to the byte.
	again, err := h.ballots.Receipt(ctx, h.seat(0), 2)
	h.must(err)
	if h.signed(again.Receipt) != second || again.Answered != 1 || again.Blank != 1 || !again.Proofs {
		t.Errorf("again %+v", again)
	}
	_, err = h.ballots.Receipt(ctx, h.seat(0), 3)
	h.refused(err, fault.NotFound, "no_ballot")
	seat := h.seat(0)
	h.conclude()
	if _, err = h.ballots.Receipt(ctx, seat, 2); err == nil {
		t.Error("a receipt of a ballot that is destroyed")
	}
}

// A proof file finds its answers in every table that the rule let hold them.
func TestAProofFileFindsItsLeaves(t *testing.T) {
	const people = 24
	h, ctx := newHouse(t, people, 2), t.Context()
	for _, round := range []int{2, 3} {
		h.open(round)
		for i := range people {
			answers := h.answers(round, 1+(i+round)%9, 5)
			if i < 6 {
				answers.Given[0].Reason = "perché sì"
				if i%2 == 0 {
					answers.Given[0].Argues = delphi.For
				}
			}
			h.must(h.ballots.Save(ctx, h.seat(i), round, answers))
			_, err := h.ballots.Deliver(ctx, h.seat(i), round, ballot.Part{Words: "parole mie"})
			h.must(err)
		}
		h.finish(round)
	}
	// The same words of three people who said no side stand in another table.
	f, err := h.archive.Feedback(ctx, h.c.ID, 3)
	h.must(err)
	sides := map[delphi.Side]int{}
	for _, r := range f.Items[0].Reasons {
		sides[r.Side]++
	}
	if c := f.Items[0].Counts; sides[delphi.For] != 3 || sides[""] != 3 || c.Reasons != 6 || !slices.Equal(c.Said, []int{0, 3, 0}) || c.Places != nil {
		t.Errorf("reasons by side: %v, %+v", sides, c)
	}
	document, err := h.ballots.Proof(ctx, h.seat(0), 3)
	h.must(err)
	p, err := leaf.ParseProof(document)
	h.must(err)
	if p.Words != "parole mie" || p.Mark(leaf.Of(h.c.ID.String(), 3)) != h.opened(p.Receipt).Mark || len(p.Answers) != 2 || len(p.Previous) != 2 || p.Answers[0].Argues+p.Answers[1].Argues != "for" {
		t.Fatalf("proof %+v", p)
	}
	seed, items, files := p.Seed(), h.items(3), h.published(3).files
	for table, value := range map[string]string{
		"A/" + items[0].ID.String(): "4", "A/" + items[1].ID.String(): "5", "B": p.Mark(leaf.Of(h.c.ID.String(), 3)),
		"R/" + items[0].ID.String() + "/for": leaf.Digest([]byte("perché sì")),
	} {
		id := leaf.ID(h.c.ID.String(), 3, table)
		hash, found := leaf.Hash(id, value, seed.Salt(id)), false
		_, err := leaf.Read(strings.NewReader(files[table]), func(_ string, l tlog.Hash) error {
			found = found || l == hash
			return nil
		})
		if err != nil || !found {
			t.Errorf("table %s has no leaf of the proof: %v", table, err)
		}
	}
}

func TestAProtocolWithoutProofFilesGivesNone(t *testing.T) {
	h, ctx := newHouse(t, 1, 1), t.Context()
	h.cast(2, 0, 4)
	p := h.c.Protocol
	p.Anonymity.ProofFiles = false
	p, err := protocol.Parse(p.Canonical())
	h.must(err)
	h.must(h.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE civic.consultation SET protocol = $1, protocol_hash = $2`, string(p.Canonical()), p.Hash())
		return err
	}))
	_, err = h.ballots.Proof(ctx, h.seat(0), 2)
	h.refused(err, fault.Forbidden, "no_proof_files")
	again, err := h.ballots.Receipt(ctx, h.seat(0), 2)
	h.must(err)
	if again.Proofs {
		t.Error("the receipt offers one")
	}
}
