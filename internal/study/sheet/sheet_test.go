package sheet_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"delfi/internal/study"
	"delfi/internal/study/intake"
	"delfi/internal/study/sheet"
	"delfi/internal/study/source"
	"delfi/internal/study/words"
)

var update = flag.Bool("update", false, "write the golden pages instead of comparing them")

// measured reads and measures a study in CSV.
func measured(t *testing.T, text string, o study.Options) study.Result {
	t.Helper()
	s, err := intake.Read([]source.Input{{Name: "s.csv", In: strings.NewReader(text)}}, o, func(int64) {})
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Measure(func(float64) {})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func written(t *testing.T, r study.Result, lang string) string {
	t.Helper()
	var b strings.Builder
	if err := sheet.Write(&b, "study.csv", r, words.In(lang)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// small is a study of two rounds and two groups: consensus for, consensus against,
// two poles, no position, one in the middle, and a name that is markup.
func small() string {
	names := []string{"parking", "noise", "cars", "parks", `<script>alert("1")</script>`, "hours"}
	var b strings.Builder
	b.WriteString("round,panelist,group,item,value\n")
	for round := 1; round <= 2; round++ {
		for p := range 24 {
			for i, v := range []int{9 - p%3, 1 + p%3, []int{1, 9, 2, 8}[p%4], 1 + (p*2+round/2)%9, 7 + (p+round)%3, 4 + p%3} {
				value := strconv.Itoa(v)
				if p == 23 && i == 2 {
					value = "?"
				}
				fmt.Fprintf(&b, "%d,p%d,%s,%q,%s\n", round, p, []string{"citizens", "experts"}[p%3/2], strings.ReplaceAll(names[i], `"`, "'"), value)
			}
		}
	}
	return b.String()
}

var nine = study.Options{Scales: []string{"1-9"}, Quantile: 7, MinN: 5}

// The page of a small study, in both languages.
func TestGoldenPages(t *testing.T) {
	r := measured(t, small(), nine)
	for _, lang := range words.Codes {
		got, file := written(t, r, lang), filepath.Join("testdata", "small-"+lang+".html")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
			t.Errorf("%s (go test -update writes it anew):\n%s", file, diff)
		}
	}
}

// others are studies of what is no scale, of few people, of thirds.
func others() map[string]struct {
	text string
	o    study.Options
} {
	rank, euro, pick := "panelist,a,b,c\n", "panelist,cost\n", "panelist,x,y,z\n"
	for p := range 30 {
		rank += fmt.Sprintf("p%d,%s\n", p, []string{"1,2,3", "2,1,3", "1,3,2"}[p%3])
		euro += fmt.Sprintf("p%d,%d\n", p, 100+10*(p*7%23))
		pick += fmt.Sprintf("p%d,%d,%d,%d\n", p, 1, p%2, 0)
	}
	short := "round,panelist,group,item,value\n"
	for p := range 14 {
		short += fmt.Sprintf("1,p%d,,i,%d\n2,p%d,,i,%d\n", p, 1+p%9, p, 2+p%8)
	}
	with := func(kind string) study.Options {
		return study.Options{Kinds: []string{kind}, Quantile: 7, MinN: 5}
	}
	few := nine
	few.Disclose = true
	return map[string]struct {
		text string
		o    study.Options
	}{
		"ranking": {rank, with("ranking")}, "estimate": {euro, with("estimate")}, "selection": {pick, with("selection")},
		"thirds": {short, few}, "two people": {"round,panelist,group,item,value\n1,a,,i,3\n1,b,,i,7\n", nine}, "small": {small(), nine},
	}
}

// A page asks for nothing from anywhere, runs nothing, and has ids of its own; every
// picture has a name, every reference an end.
func TestPagesStandByThemselves(t *testing.T) {
	for name, c := range others() {
		for _, lang := range words.Codes {
			text := written(t, measured(t, c.text, c.o), lang)
			page, err := goquery.NewDocumentFromReader(strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			fail := func(format string, a ...any) {
				t.Helper()
				t.Errorf("%s, %s: %s", name, lang, fmt.Sprintf(format, a...))
			}
			if n := page.Find("script, link, img, iframe, object, embed, form, base").Length(); n > 0 {
				fail("%d elements that load or run something", n)
			}
			if m := regexp.MustCompile(`(?i)//[a-z]|@import|url\([^#]`).FindString(text); m != "" {
				fail("loads %q", m)
			}
			if strings.Contains(text, "%!") || regexp.MustCompile(`\b(page|chart|method|word|mark|measure)\.[a-z]`).MatchString(page.Find("body").Text()) {
				fail("words are missing")
			}
			ids := map[string]bool{}
			page.Find("[id]").Each(func(_ int, e *goquery.Selection) {
				id, _ := e.Attr("id")
				if ids[id] {
					fail("the id %s is there twice", id)
				}
				ids[id] = true
			})
			page.Find("[aria-labelledby]").Each(func(_ int, e *goquery.Selection) {
				for _, id := range strings.Fields(e.AttrOr("aria-labelledby", "")) {
					if !ids[id] {
						fail("nothing has the id %s", id)
					}
				}
			})
			page.Find(`a[href]`).Each(func(_ int, e *goquery.Selection) {
				if href := e.AttrOr("href", ""); !strings.HasPrefix(href, "#") || !ids[href[1:]] {
					fail("the link %s leads nowhere", href)
				}
			})
			page.Find("svg[role=img]").Each(func(_ int, e *goquery.Selection) {
				if e.Find("title").Text() == "" {
					fail("a picture has no title")
				}
			})
			if page.Find("html").AttrOr("lang", "") != lang || page.Find("h1").Length() != 1 || page.Find("main").Length() != 1 {
				fail("language, heading or main is missing")
			}
		}
	}
}

// A name that is markup stays a name.
func TestNamesAreEscaped(t *testing.T) {
	text := written(t, measured(t, small(), nine), "en")
	if strings.Contains(text, "<script") || !strings.Contains(text, "&lt;script&gt;") {
		t.Error("a name became markup")
	}
	turned := "round,panelist,group,item,value\n1,a,\u202egroup,\"\u202etrees\u200b\nand benches\",7\n1,b,h,\"\u202etrees\u200b\nand benches\",8\n"
	text = written(t, measured(t, turned, nine), "en")
	if strings.ContainsAny(text, "\u202e\u200b") || !strings.Contains(text, "trees and benches</h3>") {
		t.Error("a name turns what follows it")
	}
}

// The percentages of every bar sum to 100, in words as in the picture, and a verdict
// in the list is that of the item, with its side.
func TestPercentagesAndSides(t *testing.T) {
	text := written(t, measured(t, small(), nine), "en")
	page, err := goquery.NewDocumentFromReader(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	percent := regexp.MustCompile(`(\d+)%`)
	bars := 0
	page.Find("svg.bar3 title").Each(func(_ int, e *goquery.Selection) {
		sum := 0
		for _, m := range percent.FindAllStringSubmatch(e.Text(), -1) {
			n, _ := strconv.Atoi(m[1]) // digits alone
			sum += n
		}
		if bars++; sum != 100 {
			t.Errorf("%s: sums to %d", e.Text(), sum)
		}
	})
	if bars != 12 { // in the list and with each item
		t.Errorf("%d bars", bars)
	}
	for item, want := range map[string]string{
		"parking": "Consensus in favour, unanimous", "noise": "Consensus against, unanimous", "cars": "Two poles, the larger against", "hours": "Consensus in the middle, unanimous",
	} {
		found := page.Find("article").FilterFunction(func(_ int, e *goquery.Selection) bool { return e.Find("h3").Text() == item })
		if got := found.Find(".chip").Text(); got != want {
			t.Errorf("%s: %s, want %s", item, got, want)
		}
	}
	if got := page.Find("p.lead").Text(); got != "Consensus on 3 (1 in favour, 1 against, 1 in the middle), two poles on 1, divided on 1, still moving on 1." {
		t.Error(got)
	}
}
