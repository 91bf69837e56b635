package page

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// fill gives a page with values in its form that is sent to action, and the words of a
// key above, which say that nothing was sent. Of several such forms it is the one whose hidden fields are
// the values'. What has no place on the page any longer is shown to be copied.
func fill(page []byte, q *Request, action string, values url.Values, key string) ([]byte, error) {
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil, err
	}
	f := filling{values: values, used: map[string]int{}}
	if form := f.choose(doc, q, action); form != nil {
		f.form(doc, form)
	}
	main := find(doc, func(n *html.Node) bool { return n.DataAtom == atom.Main })
	if main == nil {
		main = find(doc, func(n *html.Node) bool { return n.DataAtom == atom.Body })
	}
	main.InsertBefore(f.notice(q, key), main.FirstChild)
	var b bytes.Buffer
	if err := html.Render(&b, doc); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// filling is a form being filled in.
type filling struct {
	values url.Values
	used   map[string]int // values of each name that have a place
}

// choose finds the form that the values are of; nil when the page has none.
func (f *filling) choose(doc *html.Node, q *Request, action string) *html.Node {
	at, err := url.Parse(q.URL(q.CurrentPath()))
	if err != nil {
		return nil
	}
	var best *html.Node
	most := -1
	for _, form := range findAll(doc, func(n *html.Node) bool { return n.DataAtom == atom.Form }) {
		to, err := at.Parse(attr(form, "action"))
		if err != nil || !strings.EqualFold(attr(form, "method"), "post") || to.EscapedPath() != action {
			continue
		}
		score := 0
		for _, c := range controls(doc, form) {
			name := attr(c, "name")
			switch {
			case !f.values.Has(name):
			case kindOf(c) == "hidden" && slices.Contains(f.values[name], attr(c, "value")):
				score += 100
			default:
				score++
			}
		}
		if score > most {
			best, most = form, score
		}
	}
	return best
}

// controls are a form's fields and buttons in their order, those outside it that name
// it included.
func controls(doc, form *html.Node) []*html.Node {
	id := attr(form, "id")
	return findAll(doc, func(n *html.Node) bool {
		switch n.DataAtom {
		case atom.Input, atom.Textarea, atom.Select, atom.Button:
		default:
			return false
		}
		if own := attr(n, "form"); own != "" {
			return own == id
		}
		for up := n.Parent; up != nil; up = up.Parent {
			if up == form {
				return true
			}
		}
		return false
	})
}

// kindOf is an input's type, or the name of the element.
func kindOf(n *html.Node) string {
	switch n.DataAtom {
	case atom.Input:
		return strings.ToLower(attr(n, "type"))
	case atom.Button:
		return "submit"
	}
	return n.Data
}

func (f *filling) form(doc, form *html.Node) {
	for _, c := range controls(doc, form) {
		name := attr(c, "name")
		said := f.values[name]
		if name == "" {
			continue
		}
		switch kindOf(c) {
		case "submit", "image", "reset", "button":
			f.pressed(name, attr(c, "value"))
		case "checkbox", "radio":
			value := "on"
			if has(c, "value") {
				value = attr(c, "value")
			}
			tick(c, "checked", slices.Contains(said, value))
			f.pressed(name, value)
		case "select":
			for _, o := range findAll(c, func(n *html.Node) bool { return n.DataAtom == atom.Option }) {
				value := attr(o, "value")
				if !has(o, "value") {
					value = strings.TrimSpace(textOf(o))
				}
				if len(said) > 0 {
					tick(o, "selected", slices.Contains(said, value))
				}
				f.pressed(name, value)
			}
		case "file", "password":
		case "textarea":
			if text, ok := f.next(name); ok {
				if text != textOf(c) {
					unfold(c)
				}
				for c.FirstChild != nil {
					c.RemoveChild(c.FirstChild)
				}
				c.AppendChild(&html.Node{Type: html.TextNode, Data: text})
			}
		default:
			if text, ok := f.next(name); ok {
				if text != attr(c, "value") {
					unfold(c)
				}
				set(c, "value", text)
			}
		}
	}
}

// next gives the next value of a name that has no place yet.
func (f *filling) next(name string) (string, bool) {
	i := f.used[name]
	if i >= len(f.values[name]) {
		return "", false
	}
	f.used[name]++
	return f.values[name][i], true
}

// pressed gives a value of a ticked or pressed control its place.
func (f *filling) pressed(name, value string) {
	if slices.Contains(f.values[name], value) {
		f.used[name]++
	}
}

// notice says that nothing was sent, and what has no place on the page.
func (f *filling) notice(q *Request, key string) *html.Node {
	var left []string
	for _, name := range sortedNames(f.values) {
		for _, v := range f.values[name][min(f.used[name], len(f.values[name])):] {
			if strings.TrimSpace(v) != "" {
				left = append(left, name+": "+v)
			}
		}
	}
	line := q.T(key)
	box := element(atom.Div, "class", "container dlf-typed", "role", "status")
	alert := element(atom.Div, "class", "alert alert-warning my-3")
	box.AppendChild(alert)
	p := element(atom.P, "class", "mb-0")
	p.AppendChild(&html.Node{Type: html.TextNode, Data: line})
	alert.AppendChild(p)
	if len(left) > 0 {
		label := element(atom.Label, "for", "f-typed", "class", "d-block mt-3 mb-1")
		label.AppendChild(&html.Node{Type: html.TextNode, Data: q.T("ui.typed.left")})
		area := element(atom.Textarea, "id", "f-typed", "readonly", "", "rows", "8", "class", "form-control")
		area.AppendChild(&html.Node{Type: html.TextNode, Data: strings.Join(left, "\n")})
		alert.AppendChild(label)
		alert.AppendChild(area)
	}
	return box
}

func sortedNames(values url.Values) []string {
	var out []string
	for name := range values {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func element(a atom.Atom, pairs ...string) *html.Node {
	n := &html.Node{Type: html.ElementNode, DataAtom: a, Data: a.String()}
	for i := 0; i+1 < len(pairs); i += 2 {
		n.Attr = append(n.Attr, html.Attribute{Key: pairs[i], Val: pairs[i+1]})
	}
	return n
}

// unfold opens the folded parts in which a control stands.
func unfold(n *html.Node) {
	for up := n.Parent; up != nil; up = up.Parent {
		if up.DataAtom == atom.Details {
			tick(up, "open", true)
		}
	}
}

func find(n *html.Node, is func(*html.Node) bool) *html.Node {
	if all := findAll(n, is); len(all) > 0 {
		return all[0]
	}
	return nil
}

func findAll(n *html.Node, is func(*html.Node) bool) []*html.Node {
	var out []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && is(d) {
			out = append(out, d)
		}
	}
	return out
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func set(n *html.Node, name, value string) {
	for i := range n.Attr {
		if n.Attr[i].Key == name {
			n.Attr[i].Val = value
			return
		}
	}
	n.Attr = append(n.Attr, html.Attribute{Key: name, Val: value})
}

// tick sets or takes away an attribute that has no value.
func tick(n *html.Node, name string, on bool) {
	if on {
		set(n, name, "")
		return
	}
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}
