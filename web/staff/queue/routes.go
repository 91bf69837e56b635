package queue

import (
	"delfi/internal/account"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/steering"
	"delfi/internal/fault"
	"delfi/internal/moderation"
	"delfi/web/page"
	"delfi/web/ui"
)

// Services are the use cases that the room's pages call.
type Services struct {
	Accounts      *account.Service
	Consultations *steering.Service
	Contributions *contribution.Service
	Moderation    *moderation.Service
}

type room struct{ Services }

// Handlers are the room's pages and acts, for the table of routes.
type Handlers struct {
	Queue, Dispose        page.Handler // of contributions
	BeforeRemoval, Remove page.Handler // of their words
	Undo, Claim, Judge    page.Handler // of the queue: acts, claims, second looks
	Appeals, Settle       page.Handler
	Rules, PublishRules   page.Handler // of the house
}

// New returns the room's handlers.
func New(s Services) (Handlers, error) {
	d := room{s}
	return Handlers{
		Queue: d.queue, Dispose: d.dispose, BeforeRemoval: d.beforeRemoval, Remove: d.remove,
		Undo: d.undo, Claim: d.claims, Judge: d.judge,
		Appeals: d.appeals, Settle: d.settle,
		Rules: d.rules, PublishRules: d.publishRules,
	}, page.Complete("queue", s)
}

func notThere() error {
	return fault.New(fault.NotFound, "not_found", "there is no such page")
}

// problems names each field as the forms do.
func problems(q *page.Request, f *fault.Fault) ui.Problems {
	if f == nil {
		return ui.Problems{}
	}
	return ui.ProblemsOf(f).Labelled(map[string]string{
		"reason": q.T("staff.reason"), "text": q.T("staff.synthesis.text"), "item": q.T("staff.synthesis.which"), "left_out": q.T("staff.synthesis.left_out"),
		"ground": q.T("staff.removal.ground"), "contributions": q.T("staff.synthesis.title"), "destination": q.T("staff.synthesis.where"), "rule": q.T("staff.synthesis.rule"),
	})
}
