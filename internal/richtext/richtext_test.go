package richtext

import (
	"html"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// What people write comes out as they meant it.
func TestRender(t *testing.T) {
	for _, c := range []struct{ name, in, out string }{
		{"paragraph", "Trenta sempre.", "<p>Trenta sempre.</p>\n"},
		{"a broken line stays broken", "una\ndue", "<p>una<br>\ndue</p>\n"},
		{"emphasis", "*piano* **adagio** ~~in fretta~~", "<p><em>piano</em> <strong>adagio</strong> <del>in fretta</del></p>\n"},
		{"headings stand below the page's own", "# Uno\n\n## Due\n\n###### Sei", "<h3>Uno</h3>\n<h4>Due</h4>\n<h6>Sei</h6>\n"},
		{"list", "- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"},
		{"numbered from three", "3. a\n4. b", "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n"},
		{"quotation", "> detto", "<blockquote>\n<p>detto</p>\n</blockquote>\n"},
		{"an indented paragraph is no code", "    rientro", "<p>rientro</p>\n"},
		{"link", "[qui](https://esempio.it/a?b=1)", "<p><a href=\"https://esempio.it/a?b=1\" rel=\"nofollow ugc noopener\">qui</a></p>\n"},
		{"bare link", "vedi https://esempio.it", "<p>vedi <a href=\"https://esempio.it\" rel=\"nofollow ugc noopener\">https://esempio.it</a></p>\n"},
		{"angle link", "<https://esempio.it>", "<p><a href=\"https://esempio.it\" rel=\"nofollow ugc noopener\">https://esempio.it</a></p>\n"},
		{"an image leaves its words", "prima ![la *piazza*](https://spia.example/p.png) dopo", "<p>prima la <em>piazza</em> dopo</p>\n"},
		{"angle brackets are words", "<Mia opinione>\na < b", "<p>&lt;Mia opinione&gt;<br>\na &lt; b</p>\n"},
		{"a bracket at the start of a line is words", "[Proposta]: panchine", "<p>[Proposta]: panchine</p>\n"},
		{"a note and what it refers to", "vedi [1]\n\n[1]: https://esempio.it \"il piano\"", "<p>vedi [1]</p>\n<p>[1]: <a href=\"https://esempio.it\" rel=\"nofollow ugc noopener\">https://esempio.it</a> &#34;il piano&#34;</p>\n"},
		{"words on a fence's line", "```panchine e tigli\nfontane\n```", "<p>panchine e tigli</p>\n<pre><code>fontane\n</code></pre>\n"},
		{"an address with an accent", "https://it.wikipedia.org/wiki/Città_è bella", "<p><a href=\"https://it.wikipedia.org/wiki/Citt%C3%A0_%C3%A8\" rel=\"nofollow ugc noopener\">https://it.wikipedia.org/wiki/Città_è</a> bella</p>\n"},
		{"a link to nowhere keeps its words", "[Proposta](panchine)", "<p>Proposta (panchine)</p>\n"},
		{"a link's title", "[qui](https://esempio.it \"le panchine\")", "<p><a href=\"https://esempio.it\" rel=\"nofollow ugc noopener\">qui</a> (le panchine)</p>\n"},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Render(c.in).String(); got != c.out {
				t.Errorf("Render(%q)\n got %q\nwant %q", c.in, got, c.out)
			}
		})
	}
}

// hostile is what somebody who means harm writes.
var hostile = []string{
	`<script>alert(1)</script>`,
	"<div>\n<script>alert(1)</script>\n</div>",
	`<img src=x onerror=alert(1)>`,
	`<svg/onload=alert(1)>`,
	`<a href="javascript:alert(1)">x</a>`,
	`[x](javascript:alert(1))`,
	`[x](JaVaScRiPt:alert(1))`,
	`[x](&#106;avascript:alert(1))`,
	"[x](java\tscript:alert(1))",
	`[x](data:text/html;base64,PHNjcmlwdD4=)`,
	`[x](vbscript:msgbox)`,
	`[x](//evil.example)`,
	`[x](/sign-out)`,
	`[x](https://e.example "onmouseover=alert(1)")`,
	`[x](https://e.example" onmouseover="alert(1))`,
	`<javascript:alert(1)>`,
	`![x](https://spia.example/p.png)`,
	"![x][y]\n\n[y]: https://spia.example/p.png",
	`![x"onerror="alert(1)](x)`,
	`<style>body{display:none}</style>`,
	`<iframe src="https://evil.example"></iframe>`,
	`<form action="/desk"><button>Continua</button></form>`,
	`<!--<img src="--><img src=x onerror=alert(1)//">`,
	`[](http://")`,
	"http://#.a0",
	"[x](https:/sign-out)",
	"[x](https:sign-out)",
	"```\"><script>alert(1)</script>\nx\n```",
	"```js onload=alert(1)\n</code></pre><script>alert(1)</script>\n```",
	`<<script>script>alert(1)<</script>/script>`,
	`<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`,
	"a\x00b <scr\x00ipt>alert(1)</scr\x00ipt>",
	"\xff\xfe<script>",
	"# <script>alert(1)</script>",
	"[a]: javascript:alert(1)\n\n[a]",
	"<p style=\"position:fixed;top:0\">x</p>",
	"<p class=\"btn\" id=\"contenuto\">x</p>",
}

// allowed is every tag that may come out, attributes included. A link without
// a target is one whose address only the second fence could not read.
var allowed = regexp.MustCompile(`^<(?:/?(?:p|h3|h4|h5|h6|ul|li|blockquote|pre|code|em|strong|del|ol)|br|hr|/a|ol start="[0-9]+"|a(?: href="(?:https?://|mailto:)[^"]*")? rel="nofollow ugc noopener")>$`)

// harmless fails when rendered markup holds a tag that is not ours.
func harmless(t *testing.T, in, out string) {
	t.Helper()
	for _, tag := range regexp.MustCompile(`<[^>]*>?`).FindAllString(out, -1) {
		if !allowed.MatchString(tag) {
			t.Errorf("Render(%q) lets %q pass in %q", in, tag, out)
		}
	}
}

// Whatever is written, only our own tags come out.
func TestHostile(t *testing.T) {
	for _, in := range hostile {
		harmless(t, in, Render(in).String())
	}
}

// Words never vanish: hostile HTML is shown as the text that it is.
func TestHostileIsShown(t *testing.T) {
	got := Render("<script>alert(1)</script>").String()
	if want := "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A sentence cannot be made to read as another by turning its direction.
func TestDirection(t *testing.T) {
	if got := Render("si\u202Eon\u202C e \u2066x\u2069").String(); got != "<p>sion e x</p>\n" {
		t.Errorf("got %q", got)
	}
}

// Deep nesting and long runs of marks cost time in proportion, not more.
func TestCost(t *testing.T) {
	for _, in := range []string{
		strings.Repeat("> ", 3000) + "x", strings.Repeat("[", 10000), strings.Repeat("*a ", 5000),
		strings.Repeat("- ", 3000) + "x", strings.Repeat("![", 5000), strings.Repeat("`", 9999) + "x",
	} {
		start := time.Now()
		out := Render(in).String()
		if d := time.Since(start); d > 2*time.Second {
			t.Errorf("%q… took %v", in[:6], d)
		}
		harmless(t, in[:6], out)
	}
}

// TestDepth: what stands within itself without an end costs no more than words do.
func TestDepth(t *testing.T) {
	const n = 20_000
	for what, c := range map[string]struct{ begin, end string }{
		"quotations":            {">", ""},
		"quotations apart":      {"> ", ""},
		"lists":                 {"- ", ""},
		"numbered lists":        {"1. ", ""},
		"quotations in lists":   {"- > ", ""},
		"lists in quotations":   {"> 1. ", ""},
		"emphasis":              {"*", "*"},
		"emphasis of two":       {"*a **b ", "** *"},
		"emphasis that differs": {"*a _b ", " b_ a*"},
		"struck out":            {"~~a *b ", " b* a~~"},
		"brackets":              {"[", "]"},
		"links":                 {"[a ", "](https://esempio.it)"},
		"images":                {"![a ", "](https://esempio.it/p.png)"},
		"headings":              {"# ", ""},
		"angle brackets":        {"<", ">"},
		"code":                  {"`", "`"},
	} {
		t.Run(what, func(t *testing.T) {
			times := n / len(c.begin+c.end)
			source := strings.Repeat(c.begin, times) + "tigli" + strings.Repeat(c.end, times)
			got := Render(source).String()
			if len(got) > 8*len(source) || !strings.Contains(got, "tigli") {
				t.Errorf("%d bytes became %d: %.300s", len(source), len(got), got)
			}
			for _, tag := range []string{"blockquote", "li", "em", "strong", "del"} {
				if most := deepestOf(got, tag); most > deepest {
					t.Errorf("%d %s stand within each other", most, tag)
				}
			}
			if !strings.Contains(Plain(source, len(source)), "tigli") {
				t.Errorf("in plain words: %.300s", Plain(source, len(source)))
			}
		})
	}
	at := strings.Repeat("> ", deepest)
	if got, want := Render(at+"> sotto").String(), strings.Repeat("<blockquote>\n", deepest)+"<p>&gt; sotto</p>\n"+strings.Repeat("</blockquote>\n", deepest); got != want {
		t.Errorf("one too deep: %q", got)
	}
}

// deepestOf is how many elements of a tag stand within each other.
func deepestOf(markup, tag string) int {
	most, depth := 0, 0
	for _, part := range strings.Split(markup, "<") {
		switch {
		case strings.HasPrefix(part, tag+">"):
			depth++
			most = max(most, depth)
		case strings.HasPrefix(part, "/"+tag+">"):
			depth--
		}
	}
	return most
}

// Plain gives words without markup, on one line, and says when it cut.
func TestPlain(t *testing.T) {
	for _, c := range []struct {
		in  string
		n   int
		out string
	}{
		{"# Uno\n\ndue *tre*\nquattro", 100, "Uno due tre quattro"},
		{"- a\n- b", 100, "a b"},
		{"[qui](https://e.example) e <https://f.example>", 100, "qui e https://f.example"},
		{"![la piazza](https://e.example/p.png)", 100, "la piazza"},
		{"<b>forte</b> &amp; chiaro \\*così\\*", 100, "<b>forte</b> & chiaro *così*"},
		{"```\ncodice\n```", 100, "codice"},
		{"uno `due` tre", 100, "uno due tre"},
		{"perché no", 7, "perché…"},
		{"perché", 6, "perché"},
		{"perché", 1, "…"},
		{"perché", 0, ""},
		{"", 10, ""},
	} {
		if got := Plain(c.in, c.n); got != c.out {
			t.Errorf("Plain(%q, %d) = %q, want %q", c.in, c.n, got, c.out)
		}
	}
}

// Any bytes at all: only our own tags, valid text, and a length that is kept.
func FuzzRender(f *testing.F) {
	for _, in := range hostile {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		out := Render(in).String()
		if !utf8.ValidString(out) {
			t.Errorf("Render(%q) is not valid UTF-8", in)
		}
		harmless(t, in, out)
		if p := Plain(in, 20); utf8.RuneCountInString(p) > 20 || strings.ContainsAny(p, "\n\r") {
			t.Errorf("Plain(%q, 20) = %q", in, p)
		}
	})
}

// TestNoWordVanishes: every word of a text that is put together from a small grammar of
// Markdown stands in its rendering, and in its plain form.
func TestNoWordVanishes(t *testing.T) {
	word := rapid.SampledFrom([]string{"tigli", "panchine", "Città", "perché", "ombra", "n1", "viale"})
	phrase := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(word, 1, 3).Draw(t, "words"), " ")
	})
	form := rapid.SampledFrom([]string{
		"%s", "*%s*", "**%s**", "~~%s~~", "`%s`", "# %s", "- %s", "> %s", "[%s]", "[%s]: %s", "[%s]: <%s>", "[%s][%s]", "![%s][%s]", "[%s](%s)", "![%s](%s)",
		"[%s](https://e.example \"%s\")", "![%s](https://e.example/x.png '%s')", "[%s]: /x '%s'", "```%s\n%s\n```", "~~~ %s\n%s", "    %s", "\t%s",
		"%s\n---", "%s\n===", "<%s>", "<!-- %s -->", "<b class=%s>%s</b>", "&%s;", "\\%s", "| %s | %s |\n|---|---|", "%s  \n%s", "%s\\\n%s", "https://e.example/%s", "[^%s]: %s", "+++\n%s",
		"## %s ##", "* * %s", "<https://e.example/%s>", "[%s]( <%s> )",
	})
	rapid.Check(t, func(t *rapid.T) {
		var source strings.Builder
		var words []string
		for range rapid.IntRange(1, 5).Draw(t, "parts") {
			f := form.Draw(t, "form")
			for strings.Contains(f, "%s") {
				text := phrase.Draw(t, "phrase")
				words = append(words, strings.Fields(text)...)
				f = strings.Replace(f, "%s", text, 1)
			}
			source.WriteString(f + rapid.SampledFrom([]string{"\n", "\n\n", " "}).Draw(t, "end"))
		}
		tags := regexp.MustCompile(`<[^>]*>`)
		seen := html.UnescapeString(tags.ReplaceAllString(Render(source.String()).String(), ""))
		plain := Words(source.String())
		for _, w := range words {
			if strings.Count(seen, w) < strings.Count(strings.Join(words, " "), w) {
				t.Fatalf("%q vanishes from %q: %q", w, source.String(), seen)
			}
			if !strings.Contains(plain, w) {
				t.Fatalf("%q vanishes from the plain form of %q: %q", w, source.String(), plain)
			}
		}
	})
}
