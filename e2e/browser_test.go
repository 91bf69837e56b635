package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

func browserPath() string {
	for _, name := range []string{"chromium", "google-chrome", "chromium-browser"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// launch opens a browser with a profile of its own: nothing is shared between people. hosts
// are rules for names beside 127.0.0.1, which it asks alone.
func launch(t *testing.T, hosts ...string) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browserPath()), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", strings.Join(append(hosts, "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1"), ",")),
		chromedp.WindowSize(1280, 900), chromedp.WSURLReadTimeout(time.Minute))
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, leave := chromedp.NewContext(allocator)
	t.Cleanup(func() { leave(); end() })
	// The browser lives as long as the context that it is started with.
	if err := chromedp.Run(ctx); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return ctx
}

// person is somebody at a browser.
type person struct {
	t    *testing.T
	site *site
	name string
	ctx  context.Context
	lang string // "" or "/en"
}

// enter opens a browser for a person; name is the login hint, "" for a stranger.
func (s *site) enter(t *testing.T, name string, actions ...chromedp.Action) *person {
	t.Helper()
	ctx := launch(t)
	p := &person{t: t, site: s, name: name, ctx: ctx}
	p.do(append([]chromedp.Action{emulation.SetLocaleOverride().WithLocale("it-IT")}, actions...)...)
	if name != "" {
		p.open("/sign-in?as=" + name + "&next=/help/how-it-works")
	}
	return p
}

// do runs actions within a minute.
func (p *person) do(actions ...chromedp.Action) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		p.shot("failed-" + strings.ReplaceAll(p.t.Name(), "/", "-") + "-" + p.name)
		p.t.Fatalf("%s at %s: %v", p.name, p.at(), err)
	}
}

// open goes to a page of the site and holds it to the rules of accessibility.
func (p *person) open(path string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.site.URL+p.lang+path), chromedp.WaitReady("body"))
	p.accessible()
}

// at is where the person is.
func (p *person) at() string {
	var where string
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	if err := chromedp.Run(ctx, chromedp.Location(&where)); err != nil {
		return err.Error()
	}
	return where
}

// press clicks what the selector finds, and waits for the page that comes.
func (p *person) press(selector string) {
	p.t.Helper()
	p.leave(chromedp.Click(selector, chromedp.ByQuery))
	p.accessible()
}

// leave does what leads to another page, and waits for that page.
func (p *person) leave(action chromedp.Action) {
	p.t.Helper()
	p.do(chromedp.Evaluate(`window.delfiLeft = true`, nil), action)
	for range 600 {
		var there bool
		ctx, cancel := context.WithTimeout(p.ctx, time.Second)
		// Between two pages there is nothing that could answer: asked again.
		err := chromedp.Run(ctx, chromedp.Evaluate(`!window.delfiLeft && document.readyState === "complete"`, &there))
		cancel()
		if err == nil && there {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.t.Fatalf("%s stays at %s", p.name, p.at())
}

// fill types into a field, over what stands there.
func (p *person) fill(selector, words string) {
	p.t.Helper()
	p.do(chromedp.WaitReady(selector, chromedp.ByQuery), chromedp.SetValue(selector, words, chromedp.ByQuery))
}

// tick clicks a control that leads nowhere: a radio, a box.
func (p *person) tick(selector string) {
	p.t.Helper()
	p.do(chromedp.WaitReady(selector, chromedp.ByQuery), chromedp.Evaluate(fmt.Sprintf(`document.querySelector(%q).click()`, selector), nil))
}

// sees fails unless the page says the words.
func (p *person) sees(words string) {
	p.t.Helper()
	if text := p.text(); !strings.Contains(text, words) {
		p.shot("unseen-" + strings.ReplaceAll(p.t.Name(), "/", "-"))
		p.t.Fatalf("%s at %s does not see %q in:\n%s", p.name, p.at(), words, text)
	}
}

func (p *person) text() string {
	p.t.Helper()
	var text string
	p.do(chromedp.Evaluate(`document.querySelector("main") ? document.querySelector("main").innerText : document.body.innerText`, &text))
	return text
}

// count tells how many elements a selector finds.
func (p *person) count(selector string) int {
	p.t.Helper()
	var n int
	p.do(chromedp.Evaluate(fmt.Sprintf(`document.querySelectorAll(%q).length`, selector), &n))
	return n
}

// awaited makes an evaluation give what a promise resolves to.
func awaited(e *runtime.EvaluateParams) *runtime.EvaluateParams { return e.WithAwaitPromise(true) }

// accessible runs axe-core over the page: no violation of WCAG 2.1 A or AA.
func (p *person) accessible() {
	p.t.Helper()
	source, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		p.t.Fatal(err)
	}
	var found []struct {
		ID    string `json:"id"`
		Help  string `json:"help"`
		Nodes []struct {
			HTML    string `json:"html"`
			Summary string `json:"failureSummary"`
		} `json:"nodes"`
	}
	var b string
	p.do(
		chromedp.Evaluate(string(source)+";0", nil),
		chromedp.Evaluate(`axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations))`, &b, awaited),
	)
	if err := json.Unmarshal([]byte(b), &found); err != nil {
		p.t.Fatal(err)
	}
	for _, v := range found {
		for _, n := range v.Nodes {
			p.t.Errorf("accessibility at %s: %s (%s)\n%s\n%s", p.at(), v.ID, v.Help, n.HTML, n.Summary)
		}
	}
}

// shot keeps a picture where DELFI_SHOTS says, for people who look.
func (p *person) shot(name string) {
	dir := os.Getenv("DELFI_SHOTS")
	if dir == "" {
		return
	}
	var b []byte
	ctx, cancel := context.WithTimeout(p.ctx, 20*time.Second)
	defer cancel()
	if err := chromedp.Run(ctx, chromedp.FullScreenshot(&b, 100)); err != nil {
		p.t.Logf("no picture of %s: %v", name, err)
		return
	}
	if err := os.WriteFile(dir+"/"+name+".png", b, 0o644); err != nil {
		p.t.Error(err)
	}
}

// picture keeps what the window shows where DELFI_PICTURES says: make picture
// makes the README's with it.
func (p *person) picture(name string) {
	p.t.Helper()
	dir := os.Getenv("DELFI_PICTURES")
	if dir == "" {
		return
	}
	var b []byte
	p.do(chromedp.CaptureScreenshot(&b))
	if err := os.WriteFile(dir+"/"+name+".png", b, 0o644); err != nil {
		p.t.Fatal(err)
	}
}
