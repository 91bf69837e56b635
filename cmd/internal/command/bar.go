package command

import (
	"fmt"
	"os"
	"strings"
	"time"

	"delfi/internal/prose"
)

// Bar draws a progress bar on a terminal, a line every ten seconds elsewhere, and
// nothing for what is done within a second.
type Bar struct {
	Out   *os.File
	Begun time.Time
	last  time.Time
	drawn bool
}

// Draw shows a part of one that is done, or other words instead.
func (b *Bar) Draw(what string, done float64, instead string) {
	now := time.Now()
	every := 200 * time.Millisecond
	if !b.Terminal() {
		every = 10 * time.Second
	}
	if now.Sub(b.Begun) < time.Second || now.Sub(b.last) < every {
		return
	}
	b.last = now
	full := int(30 * min(1, done))
	text := fmt.Sprintf("%-8s [%s%s] %3.0f %%", what, strings.Repeat("█", full), strings.Repeat("·", 30-full), 100*min(1, done))
	if instead != "" {
		text = what + " " + instead
	}
	if b.Terminal() {
		b.drawn = true
		fmt.Fprintf(b.Out, "\r%s\033[K", prose.Printable(text))
		return
	}
	fmt.Fprintln(b.Out, prose.Printable(text))
}

// Terminal reports whether it is drawn on a terminal.
func (b *Bar) Terminal() bool {
	info, err := b.Out.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// End wipes the bar.
func (b *Bar) End() {
	if b.drawn {
		fmt.Fprint(b.Out, "\r\033[K")
	}
}
