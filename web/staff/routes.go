package staff

import (
	"github.com/go-chi/chi/v5"

	"delfi/internal/account"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/feedback/archive"
	"delfi/internal/consultation/steering"
	"delfi/internal/moderation"
	"delfi/internal/report"
	"delfi/web/page"
)

// Services are the use cases that the staff's pages call.
type Services struct {
	Accounts      *account.Service
	Drafts        *draft.Service
	Consultations *steering.Service
	Contributions *contribution.Service
	Moderation    *moderation.Service
	Archive       *archive.Service
	Reports       *report.Service
}

type room struct{ Services }

// Routes puts the staff's routes on r.
func Routes(r chi.Router, app *page.App, s Services) {
	d := room{s}
	on := func(method, pattern string, h page.Handler, guards ...page.Guard) {
		r.Method(method, pattern, app.Handle(h, append([]page.Guard{page.SignedIn}, guards...)...))
	}
	on("GET", "/desk", d.desks)
	on("GET", "/desk/new", d.newDraft)
	on("POST", "/desk/new", d.create)
	on("GET", "/desk/{slug}", d.desk)
	on("GET", "/desk/{slug}/edit", d.edit)
	on("POST", "/desk/{slug}/edit", d.store)
	on("POST", "/desk/{slug}/delete", d.delete)
	on("POST", "/desk/{slug}/announce", d.announce, page.Fresh)
	on("POST", "/desk/{slug}/start", d.start)
	on("POST", "/desk/{slug}/suspend", d.suspend)
	on("POST", "/desk/{slug}/resume", d.resume)
	on("POST", "/desk/{slug}/conclude", d.conclude, page.Fresh)
	on("GET", "/desk/{slug}/minority", d.minority)
	on("POST", "/desk/{slug}/minority", d.report)
	on("POST", "/desk/{slug}/publish", d.publish, page.Fresh)
	on("POST", "/desk/{slug}/withdraw", d.withdraw, page.Fresh)
	on("POST", "/desk/{slug}/rounds/{number}/open", d.openRound)
	on("POST", "/desk/{slug}/rounds/{number}/extend", d.extendRound)
	on("POST", "/desk/{slug}/rounds/{number}/close", d.closeRound)
	on("POST", "/desk/{slug}/rounds/{number}/release", d.releaseRound)
	on("POST", "/desk/{slug}/items/{item}/decide", d.decide)
	on("POST", "/desk/{slug}/decide-all", d.decideAll)
	on("GET", "/desk/{slug}/contributions", d.queue)
	on("POST", "/desk/{slug}/contributions", d.dispose)
	on("POST", "/desk/{slug}/contributions/{contribution}/remove", d.remove)
	on("POST", "/desk/{slug}/claims", d.claims)
	on("POST", "/desk/{slug}/looks", d.judge)
	on("GET", "/desk/{slug}/appeals", d.appeals)
	on("POST", "/desk/{slug}/appeals", d.settle)
	on("GET", "/desk/{slug}/rules", d.rules)
	on("POST", "/desk/{slug}/rules", d.publishRules)
	on("GET", "/desk/{slug}/reasons", d.reason)
	on("POST", "/desk/{slug}/reasons", d.removeReason)
	on("POST", "/desk/{slug}/acts/{act}/undo", d.undo)
}
