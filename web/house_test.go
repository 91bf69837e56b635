package web_test

import (
	"context"

	"delfi/web"
	"delfi/web/webtest"
)

// playing gives a site the bar of the demonstration.
func playing(_ *webtest.House, o *web.Options) { o.Demo = idle{} }

// idle is a synthetic panel that does nothing.
type idle struct{}

func (idle) LetPanelAnswer(context.Context, string) error { return nil }
func (idle) CloseNow(context.Context, string) error       { return nil }
