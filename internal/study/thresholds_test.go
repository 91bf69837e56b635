package study_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"delfi/internal/delphi/verdict"
	"delfi/internal/study/words"
)

// A threshold on A, Cns, W or the relative IQR is the one that the study had, to its
// last decimal, as that on a share is: just below the figure and just above it the
// verdict differs, and no figure is printed as the threshold that it misses.
func TestThresholdsOfFiguresToTheirLastDecimal(t *testing.T) {
	scale, ranking, estimate := "id,parking\n", "id,a,b,c,d\n", "id,metres\n"
	for i := range 13 {
		scale += fmt.Sprintf("p%d,%d\n", i, []int{9, 8, 8, 7, 7, 7, 6, 9, 8, 5, 7, 8, 2}[i])
		ranking += fmt.Sprintf("p%d,%s\n", i, []string{"1,2,3,4", "1,3,2,4", "2,1,3,4"}[i%3])
		estimate += fmt.Sprintf("p%d,%d\n", i, 37+3*i)
	}
	for _, c := range []struct {
		rule, table, kind string
		most              bool // the threshold is an upper one
	}{
		{"agreement", scale, "scale", false}, {"cns", scale, "scale", false}, {"w", ranking, "ranking", false}, {"relative-iqr", estimate, "estimate", true},
	} {
		judge := func(percent string) (verdict.Verdict, string) {
			o := plain
			o.Rules, o.Kinds, o.Scales = []string{c.rule + ":" + percent}, []string{c.kind}, nil
			if c.kind == "scale" {
				o.Scales = []string{"1-9"}
			}
			r := from(t, o, input("s.csv", []byte(c.table)))
			var b strings.Builder
			if err := r.Write(&b, words.In("en")); err != nil {
				t.Fatal(err)
			}
			return r.Items[0].Verdict, b.String()
		}
		v, _ := judge("50")
		code := strings.ReplaceAll(c.rule, "-", "_")
		var figure float64
		for _, g := range v.Grounds {
			if g.Code == code {
				figure, _ = g.Value.Float()
			}
		}
		below, above := math.Floor(1000*figure)/10_000, math.Ceil(1000*figure)/10_000 // percent, to four decimals
		if figure == 0 || below == above {
			t.Fatalf("%s: %v shows no difference", c.rule, figure)
		}
		for percent, reached := range map[float64]bool{below: !c.most, above: c.most} {
			text := strconv.FormatFloat(percent, 'f', -1, 64)
			v, accepted := judge(text)
			if (v.Key == verdict.Consensus) != reached {
				t.Errorf("%s at %s beside %v: %s", c.rule, text, figure/10, v.Key)
			}
			limit := strconv.FormatFloat(percent/100, 'f', -1, 64)
			if c.most {
				limit = text + "%"
			}
			if !strings.Contains(accepted, limit) || strings.Contains(accepted, limit+", at least "+limit) || strings.Contains(accepted, limit+", at most "+limit) {
				t.Errorf("%s: the text does not give %s as it is:\n%s", c.rule, limit, accepted)
			}
		}
	}
}
