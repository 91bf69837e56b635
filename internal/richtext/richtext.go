package richtext

import (
	"bytes"
	"html"
	"net/url"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	markup "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"delfi/internal/prose"
)

// HTML is safe to print as it is. Only this package makes one.
type HTML struct{ s string }

// String gives the markup.
func (h HTML) String() string { return h.s }

// rel is what every link carries: people's links get no weight from an
// administration's page (nofollow, ugc) and no handle on its window (noopener).
const rel = "nofollow ugc noopener"

// Both fences are built once: they hold no state between calls.
var (
	machine = goldmark.New(
		goldmark.WithParser(parser.NewParser(
			// No HTML blocks: a tag is words.
			parser.WithBlockParsers(
				util.Prioritized(parser.NewSetextHeadingParser(), 100),
				util.Prioritized(parser.NewThematicBreakParser(), 200),
				util.Prioritized(shallow{parser.NewListParser()}, 300),
				util.Prioritized(parser.NewListItemParser(), 400),
				util.Prioritized(parser.NewCodeBlockParser(), 500),
				util.Prioritized(parser.NewATXHeadingParser(), 600),
				util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
				util.Prioritized(shallow{parser.NewBlockquoteParser()}, 800),
				util.Prioritized(parser.NewParagraphParser(), 1000),
			),
			parser.WithInlineParsers(
				util.Prioritized(parser.NewCodeSpanParser(), 100),
				util.Prioritized(parser.NewLinkParser(), 200),
				util.Prioritized(parser.NewAutoLinkParser(), 300),
				util.Prioritized(parser.NewEmphasisParser(), 500),
			),
			// No link reference definitions: "[Proposta]: panchine" is words.
			parser.WithASTTransformers(util.Prioritized(house{}, 999)),
		)),
		goldmark.WithExtensions(extension.NewLinkify(
			extension.WithLinkifyURLRegexp(address(`(?:https?|ftp)://`)), extension.WithLinkifyWWWRegexp(address(`www\.`)),
		), extension.Strikethrough),
		goldmark.WithRendererOptions(
			markup.WithHardWraps(), // a line that somebody broke stays broken
			renderer.WithNodeRenderers(util.Prioritized(nothing{}, 1)),
		),
	)
	policy = fence()
)

// address finds a bare address, whatever its letters: the library's own ends at an accent.
func address(begins string) *regexp.Regexp {
	return regexp.MustCompile(`^` + begins + `[-\p{L}\p{N}@:%._+~#=]{1,256}\.\p{L}+(?::\d+)?(?:[/#?][-\p{L}\p{M}\p{N}@:%_+.~#$!?&/=();,'">^{}\[\]` + "`" + `]*)?`)
}

// fence is the sanitiser's policy: exactly what the machine above can produce.
func fence() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h3", "h4", "h5", "h6", "ul", "li",
		"blockquote", "pre", "code", "em", "strong", "del")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^[0-9]{1,9}$`)).OnElements("ol")
	p.AllowElements("ol")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile("^" + rel + "$")).OnElements("a")
	p.AllowURLSchemeWithCustomPolicy("http", hosted)
	p.AllowURLSchemeWithCustomPolicy("https", hosted)
	p.AllowURLSchemeWithCustomPolicy("mailto", addressed)
	p.AllowRelativeURLs(false) // a link that looks like one of our own buttons is a trap
	p.RequireParseableURLs(true)
	return p
}

// Render turns Markdown into safe HTML: paragraphs, lists, quotations, emphasis,
// code, and absolute web and mail links. Headings start at h3, because a page's
// own stand above them; an image leaves its words. HTML shows as the text it is.
// It never fails: whatever a person wrote has a rendering.
func Render(markdown string) HTML {
	var b bytes.Buffer
	if err := machine.Convert([]byte(prose.Clean(markdown)), &b); err != nil {
		// Writing to memory does not fail; should a later parser, the words still show.
		return HTML{"<p>" + html.EscapeString(prose.Clean(markdown)) + "</p>"}
	}
	return HTML{prose.Steady(policy.Sanitize(b.String()))}
}

// Plain gives the text of Markdown without markup, on one line, at most n runes
// (the last one "…" when something was cut). For summaries, mail and the record.
func Plain(markdown string, n int) string {
	source := []byte(prose.Clean(markdown))
	var b strings.Builder
	// The walk's function returns no error, so the walk returns none.
	_ = ast.Walk(machine.Parser().Parse(text.NewReader(source)), func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if node.Type() == ast.TypeBlock {
			b.WriteByte(' ')
		}
		if !entering {
			return ast.WalkContinue, nil
		}
		switch node := node.(type) {
		case *ast.Text:
			b.Write(util.UnescapePunctuations(node.Segment.Value(source)))
			if node.SoftLineBreak() || node.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(node.Value)
		case *ast.AutoLink:
			b.Write(node.Label(source))
		case *ast.FencedCodeBlock:
			b.Write(node.Lines().Value(source))
		}
		return ast.WalkContinue, nil
	})
	return cut(strings.Join(strings.Fields(prose.Steady(html.UnescapeString(b.String()))), " "), n)
}

// Words gives the words that a reader sees of Markdown, on one line.
func Words(markdown string) string { return Plain(markdown, len(markdown)) }

// cut shortens s to at most n runes, the last one telling that it was cut.
func cut(s string, n int) string {
	if n <= 0 {
		return ""
	}
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return strings.TrimRight(string(runes[:n-1]), " ") + "…"
}

// house fits a parsed document into our pages: headings below the page's own,
// links that lead outside and say so, images and doubtful links replaced by
// their words, indented paragraphs kept as paragraphs.
type house struct{}

// Transform is called once by the parser for each document.
func (house) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	source := reader.Source()
	var unfit []ast.Node
	var after []aside
	var fences []*ast.FencedCodeBlock
	// The walk's function returns no error, so the walk returns none.
	depth := 0
	_ = ast.Walk(doc, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		switch {
		case nests(node) && entering:
			if depth++; depth > deepest {
				unfit = append(unfit, node)
			}
		case nests(node):
			depth--
		}
		if !entering {
			return ast.WalkContinue, nil
		}
		switch node := node.(type) {
		case *ast.Heading:
			node.Level = min(6, node.Level+2)
		case *ast.Link:
			if len(node.Title) > 0 { // a tip that no finger finds
				after = append(after, aside{node, node.Title})
				node.Title = nil
			}
			node.SetAttributeString("rel", []byte(rel))
			if !outside(string(node.Destination)) {
				unfit = append(unfit, node)
			}
		case *ast.AutoLink:
			node.SetAttributeString("rel", []byte(rel))
			if node.AutoLinkType == ast.AutoLinkURL && !outside(string(node.URL(source))) {
				unfit = append(unfit, node)
			}
		case *ast.Image:
			if len(node.Title) > 0 {
				after = append(after, aside{node, node.Title})
			}
			unfit = append(unfit, node)
		case *ast.FencedCodeBlock:
			if node.Info != nil {
				fences = append(fences, node)
			}
		case *ast.CodeBlock:
			unfit = append(unfit, node)
		}
		return ast.WalkContinue, nil
	})
	// After the walk: a tree is not changed under the feet of its walker.
	for _, a := range after {
		a.node.Parent().InsertAfter(a.node.Parent(), a.node, ast.NewString([]byte(" ("+string(a.words)+")")))
	}
	for _, f := range fences { // the words on a fence's own line stand above it
		p := ast.NewParagraph()
		p.AppendChild(p, ast.NewTextSegment(f.Info.Segment))
		f.Parent().InsertBefore(f.Parent(), f, p)
		f.Info = nil
	}
	for _, node := range unfit {
		parent := node.Parent()
		for _, word := range words(node, source) {
			parent.InsertBefore(parent, node, word)
		}
		parent.RemoveChild(parent, node)
	}
}

// aside are words that stand in parentheses after a node.
type aside struct {
	node  ast.Node
	words []byte
}

// outside tells whether a link's destination is an absolute web or mail address.
// Anything else could pass for one of the page's own buttons, or be a program.
func outside(destination string) bool {
	u, err := url.Parse(html.UnescapeString(destination))
	return err == nil && (u.Scheme == "mailto" && addressed(u) || (u.Scheme == "http" || u.Scheme == "https") && hosted(u))
}

// hosted tells whether an address names its host: browsers read "https:/x" on
// an https page as the page's own "/x".
func hosted(u *url.URL) bool { return u.Hostname() != "" && u.User == nil }

// addressed tells whether a mail link names somebody.
func addressed(u *url.URL) bool {
	return u.Opaque != ""
}

// words gives what stays of a node that cannot: an image from elsewhere would
// tell its server who reads this page, and when; people indent paragraphs
// without meaning code.
func words(node ast.Node, source []byte) []ast.Node {
	var out []ast.Node
	switch node := node.(type) {
	case *ast.AutoLink:
		out = append(out, ast.NewString(node.Label(source)))
	case *ast.CodeBlock:
		p := ast.NewParagraph()
		for i := range node.Lines().Len() {
			line := node.Lines().At(i)
			line = line.TrimLeftSpace(source)
			word := ast.NewTextSegment(line.TrimRightSpace(source))
			word.SetSoftLineBreak(i+1 < node.Lines().Len())
			p.AppendChild(p, word)
		}
		out = append(out, p)
	default:
		for child := node.FirstChild(); child != nil; child = child.NextSibling() {
			out = append(out, child)
		}
		if to := destination(node); to != "" && !outside(to) { // no address, so it is words
			out = append(out, ast.NewString([]byte(" ("+to+")")))
		}
	}
	return out
}

// destination gives where a link or an image leads.
func destination(node ast.Node) string {
	switch node := node.(type) {
	case *ast.Link:
		return string(node.Destination)
	case *ast.Image:
		return string(node.Destination)
	}
	return ""
}

// nothing renders images as nothing, should one ever pass house.
type nothing struct{}

// RegisterFuncs takes the place of the library's own renderer of images.
func (nothing) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindImage, func(util.BufWriter, []byte, ast.Node, bool) (ast.WalkStatus, error) {
		return ast.WalkContinue, nil
	})
}
