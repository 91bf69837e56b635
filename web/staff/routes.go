package staff

import (
	"delfi/internal/account"
	"delfi/internal/consultation/access"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/facilitation"
	"delfi/internal/consultation/feedback/archive"
	"delfi/internal/consultation/scope"
	"delfi/internal/consultation/steering"
	"delfi/internal/ledger"
	"delfi/internal/moderation"
	"delfi/internal/report"
	"delfi/web/page"
)

// Services are the use cases that the staff's pages call.
type Services struct {
	Access        *access.Service
	Accounts      *account.Service
	Drafts        *draft.Service
	Scopes        *scope.Service
	Consultations *steering.Service
	Facilitation  *facilitation.Service
	Contributions *contribution.Service
	Moderation    *moderation.Service
	Archive       *archive.Service
	Reports       *report.Service
	Record        *ledger.Service
}

type room struct{ Services }

// Handlers are the room's pages and acts, for the table of routes.
type Handlers struct {
	Desks, Desk                             page.Handler
	Before, Does                            func(act string) page.Handler // the page before an act, and the act
	Done                                    page.Handler                  // the page after one
	Decide, DecideAll, Undecide             page.Handler                  // on items
	Editor, Reword                          page.Handler                  // of their words
	Minority, Report                        page.Handler                  // of the minority
	Members, Replace                        page.Handler                  // of the staff
	Reason                                  page.Handler                  // of those that are public
	FindReasons, BeforeReason, RemoveReason page.Handler                  // that the law removes
	BeforeRevocation                        page.Handler                  // of a role
	FirstRun, Found                         page.Handler                  // of the first administration
	Administration, Describe                page.Handler
	GrantRole, RevokeRole                   page.Handler
}

// New returns the room's handlers.
func New(s Services) (Handlers, error) {
	d := room{s}
	return Handlers{
		Desks: d.desks, Desk: d.desk,
		Before: d.before, Does: d.does, Done: d.done,
		Decide: d.decide, DecideAll: d.decideAll, Undecide: d.undecide,
		Editor: d.editor, Reword: d.reword,
		Minority: d.minority, Report: d.report,
		Members: d.members, Replace: d.replace,
		Reason: d.reason, FindReasons: d.findReasons, BeforeReason: d.beforeReason, RemoveReason: d.removeReason, BeforeRevocation: d.beforeRevocation,
		FirstRun: d.first, Found: d.found,
		Administration: d.administration, Describe: d.describe,
		GrantRole: d.grant, RevokeRole: d.revoke,
	}, page.Complete("staff", s)
}
