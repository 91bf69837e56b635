package chart

import "github.com/a-h/templ"

// Level draws one share, in thousandths, as a bar on its track; limit is the share that a
// rule asks for, 0 for none. title says the share in words.
func Level(id, title string, share, limit int, own bool) templ.Component {
	g := begin(id, "dlf-level", 16, title, "")
	g.rect("dlf-track", 0, 1, width, 14)
	class := "dlf-bar"
	if own {
		class = "dlf-bar-own"
	}
	if share > 0 {
		g.rect(class, 0, 1, max(2, width*float64(share)/1000), 14)
	}
	if limit > 0 {
		x := width * float64(limit) / 1000
		g.line("dlf-thr", x, 0, x, 16)
	}
	return g.end()
}
