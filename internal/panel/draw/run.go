package draw

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"delfi/internal/delphi/canonical"
)

// MostGuarantors is how many may commit to a value.
const MostGuarantors = 3

// Guarantor committed to a value, and opened it or not.
type Guarantor struct {
	Commitment string // hex SHA-256 of the value's hex
	Value      string // 64 hex digits; "" when it was not opened
	Opened     time.Time
}

// Draw is all that a draw is computed from.
type Draw struct {
	Roll       Roll
	Rule       Rule
	Portfolio  Portfolio // of a rule whose quotas cross; else empty
	Committed  time.Time // of the entry "draw"; a record tells minutes
	Round      int64     // of the beacon, as committed to
	Record     tlog.Hash // root of the record up to the entry "draw", which is its last
	Guarantors []Guarantor
}

// grain is how exactly the record tells an instant.
const grain = time.Minute

// checkRound checks that the round was the first one at least Ahead after the commitment, as
// exactly as the record tells its minute. The error is a *Wrong.
func (d Draw) checkRound() error {
	least, most := RoundFor(d.Committed), RoundFor(d.Committed.Truncate(grain).Add(grain-1))
	if d.Round < least || d.Round > most {
		return &Wrong{Step: StepCommitment, What: "the round is not the first one at least 24 hours after the commitment", Found: strconv.FormatInt(d.Round, 10), Expected: fmt.Sprintf("%d to %d", least, most)}
	}
	return nil
}

// checkGuarantors checks that each opened value is the committed one, and was opened before
// the round was due. The error is a *Wrong.
func (d Draw) checkGuarantors() error {
	if len(d.Guarantors) > MostGuarantors {
		return &Wrong{Step: StepGuarantor, What: "there are more guarantors than a draw has", Found: strconv.Itoa(len(d.Guarantors)), Expected: fmt.Sprintf("at most %d", MostGuarantors)}
	}
	for i, g := range d.Guarantors {
		bad := func(what, found, expected string) error {
			return &Wrong{Step: StepGuarantor, What: fmt.Sprintf("guarantor %d: %s", i+1, what), Found: found, Expected: expected}
		}
		if !IsCommitment(g.Commitment) {
			return bad("the commitment is no digest", g.Commitment, "64 hex digits")
		}
		if g.Value == "" {
			continue
		}
		v, ok := ParseValue(g.Value)
		switch {
		case !ok:
			return bad("the value is not 64 hex digits", g.Value, "64 hex digits")
		case v.Commitment() != g.Commitment:
			return bad("the value is not the one committed to", v.Commitment(), g.Commitment)
		case !g.Opened.Before(Due(d.Round)):
			return bad("the value was opened when the round was due", g.Opened.Format(time.RFC3339), "before "+Due(d.Round).Format(time.RFC3339))
		}
	}
	return nil
}

// Result is a draw as it came out.
type Result struct {
	Beacon   Beacon
	Seed     Seed
	Index    int   // of the portfolio; -1 where the quotas do not cross
	Panel    []int // numbers, ascending
	Reserves []int // numbers, in their order
	Opened   []int // guarantors whose values were opened, from 1
	Silent   []int // guarantors whose were not, and who are left out
}

// Check checks the steps of before the beacon: rule, portfolio, round, guarantors. The error
// is a *Wrong: the first step that does not hold.
func (d Draw) Check() error {
	if err := d.Rule.holds(d.Roll); err != nil {
		return err
	}
	if n := len(d.Portfolio.panels); d.Rule.Crossing() != (n == Panels) {
		return &Wrong{Step: StepPortfolio, What: "a portfolio belongs to quotas that cross, and to no others", Found: strconv.Itoa(n) + " panels", Expected: fmt.Sprintf("%d, or none", Panels)}
	}
	if err := d.checkRound(); err != nil {
		return err
	}
	return d.checkGuarantors()
}

// Run computes a draw with a beacon. The error is a *Wrong: the first step that does not hold.
func Run(d Draw, b Beacon) (Result, error) {
	if err := d.Check(); err != nil {
		return Result{}, err
	}
	if err := b.CheckRound(d.Committed, d.Round); err != nil {
		return Result{}, err
	}
	if err := b.Verify(); err != nil {
		return Result{}, err
	}
	r := Result{Beacon: b, Index: -1}
	var values []Value
	for i, g := range d.Guarantors {
		v, ok := ParseValue(g.Value)
		if !ok {
			r.Silent = append(r.Silent, i+1)
			continue
		}
		r.Opened, values = append(r.Opened, i+1), append(values, v)
	}
	r.Seed = NewSeed(d.Record, b, values)
	if d.Rule.Crossing() {
		r.Index = r.Seed.Index()
		r.Panel = d.Portfolio.Panel(r.Index)
	} else {
		r.Panel = r.Seed.lowest(d.Roll, d.Rule)
	}
	r.Reserves = r.Seed.reserves(d.Roll, r.Panel, d.Rule.Reserves)
	return r, nil
}

// Drawn reports whether number n is on the panel.
func (r Result) Drawn(n int) bool {
	_, ok := slices.BinarySearch(r.Panel, n)
	return ok
}

// Reserve gives the place of number n among the reserves, from 1; 0 for none.
func (r Result) Reserve(n int) int { return slices.Index(r.Reserves, n) + 1 }

// resultDocument is the result's file.
type resultDocument struct {
	Index      int    `json:"index"`
	Opened     []int  `json:"opened"`
	Panel      []int  `json:"panel"`
	Randomness string `json:"randomness"`
	Reserves   []int  `json:"reserves"`
	Round      int64  `json:"round"`
	Seed       string `json:"seed"`
	Signature  string `json:"signature"`
	Silent     []int  `json:"silent"`
}

// Canonical is the result's file: canonical JSON.
func (r Result) Canonical() []byte {
	random := r.Beacon.Randomness()
	list := func(n []int) []int { return append([]int{}, n...) }
	text, err := canonical.Marshal(resultDocument{
		Index: r.Index, Opened: list(r.Opened), Panel: list(r.Panel), Randomness: hex.EncodeToString(random[:]), Reserves: list(r.Reserves),
		Round: r.Beacon.Round, Seed: r.Seed.String(), Signature: hex.EncodeToString(r.Beacon.Signature), Silent: list(r.Silent),
	})
	if err != nil {
		panic(fmt.Sprintf("draw: a result of texts and numbers: %v", err))
	}
	return text
}

// MostResult bounds the file of a result, in bytes.
const MostResult = 64 << 10

// ParseResult reads the result's file. The error is a *Wrong.
func ParseResult(text []byte) (Result, error) {
	var d resultDocument
	bad := func(what, found string) (Result, error) {
		return Result{}, &Wrong{Step: StepResult, What: what, Found: found, Expected: "the result's form"}
	}
	if _, err := canonical.Read(bytes.NewReader(text), MostResult, &d); err != nil {
		return bad("the result is not written as its form asks: "+err.Error(), "")
	}
	r := Result{Index: d.Index, Panel: d.Panel, Reserves: d.Reserves, Opened: d.Opened, Silent: d.Silent}
	seed, ok := digest(d.Seed)
	if !ok {
		return bad("the seed is no digest", d.Seed)
	}
	sig, ok := ParseSignature(d.Signature)
	if !ok {
		return bad("the signature is not 96 hex digits", d.Signature)
	}
	r.Seed, r.Beacon = Seed(seed), Beacon{Round: d.Round, Signature: sig}
	return r, nil
}

// Differ names the first difference of a result's file from the computed one; nil for none.
func (r Result) Differ(text []byte) error {
	want := r.Canonical()
	if bytes.Equal(text, want) {
		return nil
	}
	found, err := ParseResult(text)
	if err != nil {
		return err
	}
	for _, pair := range []struct{ what, found, expected string }{
		{"the seed is another one", found.Seed.String(), r.Seed.String()},
		{"another panel of the portfolio was taken", strconv.Itoa(found.Index), strconv.Itoa(r.Index)},
		{"other people are drawn", other(found.Panel, r.Panel), other(r.Panel, found.Panel)},
		{"other reserves are drawn", numbers(found.Reserves), numbers(r.Reserves)},
		{"other guarantors are said to have opened", numbers(found.Opened), numbers(r.Opened)},
		{"other guarantors are said to be silent", numbers(found.Silent), numbers(r.Silent)},
	} {
		if pair.found != pair.expected {
			return &Wrong{Step: StepResult, What: pair.what, Found: pair.found, Expected: pair.expected}
		}
	}
	return &Wrong{Step: StepResult, What: "the result is another document", Found: strings.ToValidUTF8(string(text), "?"), Expected: string(want)}
}

// other lists the numbers of a that b has not.
func other(a, b []int) string {
	var out []int
	for _, n := range a {
		if !slices.Contains(b, n) {
			out = append(out, n)
		}
	}
	return numbers(out)
}
