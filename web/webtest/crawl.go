package webtest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// Found is a page that a crawl reached.
type Found struct {
	Path string // with its language and query
	Response
}

// perKind bounds the pages that a crawl reads of one kind: of one route, one
// consultation, and one set of names in the query.
const perKind = 3

// Crawl reads the pages of the site that links, redirects and reading forms lead to from
// the addresses given, each once, in the order in which they were found. A page that fails, or
// whose headings skip a level, fails the test. Answers that are no pages are left out; switching
// the language and signing in are not followed.
func (b *Browser) Crawl(t testing.TB, from ...string) []Found {
	t.Helper()
	var all []Found
	asked, kinds := map[string]bool{}, map[string]int{}
	queue := slices.Clone(from)
	for len(queue) > 0 {
		path, _, _ := strings.Cut(queue[0], "#")
		queue = queue[1:]
		kind, followed := b.site.kind(path)
		if asked[path] || !followed || kinds[kind] >= perKind {
			continue
		}
		asked[path] = true
		got := b.Get(t, path)
		if got.Location != "" {
			queue = append(queue, local(path, got.Location))
			continue
		}
		if !strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") {
			continue
		}
		if got.Status >= http.StatusInternalServerError {
			t.Errorf("%s: %d", path, got.Status)
		}
		if skips := Skips(got.Page); len(skips) > 0 {
			t.Errorf("%s: headings skip a level at %q", path, skips)
		}
		kinds[kind]++
		all = append(all, Found{path, got})
		got.Page.Find("a[href]").Each(func(_ int, a *goquery.Selection) {
			queue = append(queue, local(path, a.AttrOr("href", "")))
		})
		got.Page.Find("form").Each(func(_ int, f *goquery.Selection) {
			if strings.EqualFold(f.AttrOr("method", "get"), "get") {
				action, _, _ := strings.Cut(local(path, f.AttrOr("action", path)), "?")
				queue = append(queue, action+"?"+chosen(got.Page, f).Encode())
			}
		})
	}
	return all
}

// Skips gives the headings of a page that stand more than one level below the one before them,
// with their level: who reads by headings finds nothing between.
func Skips(page *goquery.Document) []string {
	var all []string
	before := 0
	page.Find("h1, h2, h3, h4, h5, h6").Each(func(_ int, h *goquery.Selection) {
		level := int(goquery.NodeName(h)[1] - '0')
		if level > before+1 {
			all = append(all, fmt.Sprintf("h%d %s", level, strings.Join(strings.Fields(h.Text()), " ")))
		}
		before = level
	})
	return all
}

// chosen are a reading form's values with every box ticked, those that stand elsewhere on
// the page included.
func chosen(page *goquery.Document, form *goquery.Selection) url.Values {
	values := url.Values{}
	inputs := form.Find("input[name]")
	if id, has := form.Attr("id"); has {
		inputs = inputs.AddSelection(page.Find("input[name][form='" + id + "']"))
	}
	inputs.Each(func(_ int, i *goquery.Selection) {
		values.Add(i.AttrOr("name", ""), i.AttrOr("value", ""))
	})
	return values
}

// local is the path of an address that a page of ours names; "" for another site's.
func local(at, href string) string {
	base, err := url.Parse(at)
	if err != nil {
		return ""
	}
	to, err := base.Parse(href)
	if err != nil || to.Host != "" && "http://"+to.Host != origin {
		return ""
	}
	to.Scheme, to.Host, to.Fragment = "", "", ""
	return to.String()
}

// kind is what pages have in common of which a crawl reads a few; false for an address
// that it does not follow.
func (s *Site) kind(path string) (string, bool) {
	at, err := url.Parse(path)
	if err != nil || path == "" || at.Query().Has("lang") {
		return "", false
	}
	pattern, param := s.app.Find(http.MethodGet, at.Path)
	if pattern == "" || strings.HasPrefix(pattern, "/sign-in") {
		return "", false
	}
	kind := pattern + " " + param("slug")
	if strings.HasPrefix(at.Path, "/en") {
		kind = "en " + kind
	}
	var names []string
	for name := range at.Query() {
		names = append(names, name)
	}
	slices.Sort(names)
	return kind + " " + strings.Join(names, " "), true
}

// Pattern gives the pattern of the route that a path, with its language, leads to; "" for none.
func (s *Site) Pattern(method, path string) string {
	pattern, _ := s.app.Find(method, path)
	return pattern
}

// Patterns gives the patterns of the routes that are asked by a method, sorted.
func (s *Site) Patterns(method string) []string {
	var all []string
	for _, r := range s.Routes {
		if r.Method == method {
			all = append(all, r.Pattern)
		}
	}
	slices.Sort(all)
	return all
}
