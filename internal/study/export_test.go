package study

import "delfi/internal/delphi"

// GroundWords are the words of one ground.
func GroundWords(g delphi.Ground) string {
	text, _ := ground(g)
	return text
}
