package richtext

import (
	"strings"
	"testing"
)

// A link with a user part shows one host and leads to another: it is no link.
func TestLinksWithAUserPartAreNone(t *testing.T) {
	for _, text := range []string{"[il Comune](https://comune.example.it@evil.example/)", "<https://a@b.example/>", "https://comune.example.it:443@evil.example/ qui"} {
		got := Render(text).String()
		if strings.Contains(got, "href") {
			t.Errorf("%s becomes %s", text, got)
		}
	}
}
