package verdict

import "delfi/internal/delphi/stat"

// Ground is one reason of a verdict or proposal, as data that pages put in words.
type Ground struct {
	Code   string     `json:"code"`            // one of GroundCodes
	Holds  bool       `json:"holds"`           // whether what the code says is so
	Value  stat.Value `json:"value"`           // permille for shares
	Limit  int        `json:"limit"`           // the threshold that it was compared with (permille or people)
	Above  int        `json:"above,omitempty"` // millionths above Limit that the threshold is, of a study's finer thresholds
	Detail string     `json:"detail"`
}

// GroundCodes lists every code of a ground, so that a catalogue can be checked
// against it. Those below the blank line state something and always hold.
var GroundCodes = []string{
	"response",      // answered of enrolled; permille
	"valid_n",       // valid answers; people
	"judged",        // those who could judge of those who answered; permille
	"paired_n",      // people who answered both rounds
	"scheibe",       // change of the histogram; permille, strictly below the limit; detail is what chance alone gives on the average, permille, where it is known
	"unchanged",     // people who kept their answer; permille; detail is "at-least" for a lower bound
	"within",        // people within one point of their answer; the same
	"wilcoxon",      // holds when no shift counts; value is p in permille, detail the effect in permille
	"sign",          // the sign test in its place; the same
	"w_rising",      // ranking: holds when W no longer rises
	"share",         // share in the window (detail); permille
	"middle",        // share in the middle class (detail); permille
	"median",        // median (value) against the limit, in points
	"iqr",           // interquartile range against the limit, in points
	"rand_size",     // people outside the median's third, at most the limit (panels of 8–16)
	"rand_quarter",  // share outside the median's third, at most the limit (larger panels); permille
	"rand_apart",    // holds when no disagreement: people in the smaller outer third, below the limit (panels of 8–16)
	"rand_ipras",    // holds when no disagreement: IPR in permille of a point against IPRAS (limit; larger panels)
	"comet_in",      // share at 7–9; permille
	"comet_against", // share at 1–3, strictly below the limit; permille
	"comet_half",    // the largest share at 7–9 of any group, at most the limit: left out of the core set; permille
	"agreement",     // van der Eijk's A; permille
	"cns",           // Tastle and Wierman's Cns; permille
	"relative_iqr",  // permille
	"w",             // Kendall's W; permille
	"raters",        // people who ranked everything, at least 3
	"groups_judged", // groups that may be shown (value) of all (limit)
	"group",         // one group's share of the rule: detail is its id
	"largest_class", // share of the class (detail); permille
	"lowest_class",  // its share against what two poles need; permille
	"highest_class", // the same at the other end
	"apart",         // van der Eijk's A below 0, without which two classes are no poles; permille
	"never",         // share of "never"; permille
	"finite",        // share of the others; permille
	"around_median", // share within the limit around the median; permille
	"cannot_judge",  // share who cannot judge; permille
	"selected_by",   // share of the selectors who selected it; permille
	"narrowed",      // holds when it is among those kept (value) of all (limit); detail is the floor and the ceiling
	"still_moving",  // holds when no item goes on: those that do (value) of all (limit)
	"new_arguments", // policy: holds when no contribution was admitted in the last round
	"stable",        // whether the answers hold still
	"last_round",    // whether no round is left

	"unanimous",         // everyone in the class (detail)
	"no_earlier_round",  // nothing to compare with yet
	"no_stability_gate", // one answering round, or fewer than 100 people in a standing one
	"test_dropped",      // a test (detail) that the published tables do not allow
	"left_out",          // paired tables leave out so many stayers (value), which cannot be verified
	"too_coarse",        // the published classes do not tell what the rule (detail) asks
}

// permille gives a share as a Value in permille.
func permille(count, n int) stat.Value {
	if n <= 0 {
		return stat.Undefined
	}
	return stat.Of(1000 * float64(count) / float64(n))
}

func times1000(v stat.Value) stat.Value {
	f, ok := v.Float()
	if !ok {
		return stat.Undefined
	}
	return stat.Of(1000 * f)
}

func people(n int) stat.Value { return stat.Of(float64(n)) }
