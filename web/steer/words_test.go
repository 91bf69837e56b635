package steer_test

import (
	"testing"

	"delfi/internal/delphi"
	"delfi/web/page"
)

// The engine's grounds are data: each has its words on the desk.
func TestEveryGroundHasItsWords(t *testing.T) {
	for _, code := range delphi.GroundCodes {
		if !page.Known("steer.ground." + code) {
			t.Errorf("steer.ground.%s has no words", code)
		}
	}
}
