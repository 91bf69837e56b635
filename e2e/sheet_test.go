package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// The page that `delfi measure --html` writes is accessible as a file, in both
// languages, light and dark, and fits a narrow screen.
func TestSheet(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var text strings.Builder
	text.WriteString("round,panelist,group,item,value\n")
	for round := 1; round <= 3; round++ {
		for p := range 24 {
			for i, v := range []int{9 - p%3, 1 + p%3, []int{1, 9, 2, 8}[p%4], 1 + (p*2+round/2)%9, 4 + p%3} {
				fmt.Fprintf(&text, "%d,p%d,%s,statement %d with words enough for two lines on a narrow screen,%d\n", round, p, []string{"citizens", "experts"}[p%2], i+1, v)
			}
		}
	}
	study := filepath.Join(dir, "study.csv")
	if err := os.WriteFile(study, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	reader := &person{t: t, name: "reader", ctx: launch(t)}
	for _, lang := range []string{"en", "it"} {
		page := filepath.Join(dir, lang+".html")
		if out, err := exec.Command(binary, "measure", "--scale", "1-9", "--lang", lang, "--html", page, study).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		for _, scheme := range []string{"light", "dark"} {
			reader.do(
				emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}),
				chromedp.EmulateViewport(1280, 900), chromedp.Navigate("file://"+page), chromedp.WaitReady("body"))
			reader.accessible()
			reader.shot("sheet-" + lang + "-" + scheme + "-1280")
		}
		for _, width := range []int64{320, 360} {
			var wide int64
			reader.do(chromedp.EmulateViewport(width, 740), chromedp.Evaluate(`document.documentElement.scrollWidth`, &wide))
			if wide > width {
				t.Errorf("%s at %d px: the page is %d wide", lang, width, wide)
			}
			reader.accessible()
			reader.shot(fmt.Sprintf("sheet-%s-dark-%d", lang, width))
		}
		reader.do(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}}))
		reader.shot("sheet-" + lang + "-forced-360")
		reader.do(emulation.SetEmulatedMedia().WithMedia("print").WithFeatures(nil), chromedp.EmulateViewport(800, 1100))
		reader.shot("sheet-" + lang + "-print")
		var folded, shown int
		reader.do(chromedp.Evaluate(`document.querySelectorAll("details:not([open])").length`, &folded),
			chromedp.Evaluate(`[...document.querySelectorAll("details:not([open]) table")].filter(e => e.getBoundingClientRect().height > 0 && e.checkVisibility({contentVisibilityAuto: true})).length`, &shown))
		if folded == 0 || shown != folded {
			t.Errorf("%s: print shows %d of %d folded tables", lang, shown, folded)
		}
		reader.do(emulation.SetEmulatedMedia().WithMedia(""))
	}
}
