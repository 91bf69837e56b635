package web

import (
	"errors"
	"slices"

	"delfi/web/access"
	webaccount "delfi/web/account"
	"delfi/web/argument"
	"delfi/web/demo"
	"delfi/web/draft"
	webdraw "delfi/web/draw"
	"delfi/web/facilitator"
	"delfi/web/invite"
	"delfi/web/library"
	"delfi/web/membership"
	"delfi/web/moderation"
	"delfi/web/oversight"
	"delfi/web/page"
	"delfi/web/participate"
	"delfi/web/participate/gather"
	"delfi/web/participate/preview"
	webpublic "delfi/web/public"
	"delfi/web/record"
	"delfi/web/rehearsal"
	"delfi/web/search"
	"delfi/web/secretary"
	"delfi/web/staff"
	staffqueue "delfi/web/staff/queue"
	"delfi/web/static"
	"delfi/web/translation"
)

// The words of the columns are explained at page.Route. routes_test.go tries over HTTP that each
// row keeps the promises of its privacy class and its cache class.
var get, post, upload = page.Get, page.Post, page.Upload

const (
	public    = page.Public
	personal  = page.Personal
	session   = page.Session
	answering = page.Answering
	byCode    = page.AnsweringByCode
	program   = page.Program

	noStore     = page.NoStore
	shared      = page.Shared
	revalidated = page.Revalidated
	immutable   = page.Immutable
	spooled     = page.Spooled
	stored      = page.Stored
)

// Routes returns the table of the site's routes.
func Routes(o Options) ([]page.Route, error) {
	account, err1 := webaccount.New(o.Account)
	open, err2 := webpublic.New(o.Public)
	o.Participate.Result = open.Result
	p, err3 := participate.New(o.Participate)
	r, err4 := record.New(o.Record)
	desk, err5 := staff.New(o.Staff)
	queue, err12 := staffqueue.New(o.Queue)
	moderated, err6 := moderation.New(o.Moderation)
	found, err7 := search.New(o.Search)
	docs, err8 := library.New(o.Library)
	drawn, err9 := webdraw.New(o.Draw)
	groups, err10 := access.New(o.Access)
	o.Draft.Preview = preview.Of
	o.Rehearsal.Write, o.Rehearsal.Paper = gather.Write, participate.Paper
	o.Rehearsal.Result, o.Rehearsal.Opinion = webpublic.Result, webpublic.Opinion
	o.Rehearsal.Reasons, o.Rehearsal.OpinionReasons = webpublic.Reasons, webpublic.OpinionReasons
	trial, err13 := rehearsal.New(o.Rehearsal)
	wizard, err11 := draft.New(o.Draft)
	house, err14 := oversight.New(o.Oversight)
	guests, err15 := invite.New(o.Invite)
	translated, err16 := translation.New(o.Translation)
	between, err17 := facilitator.New(o.Facilitator)
	declared, err18 := membership.New(o.Membership)
	registry, err19 := secretary.New(o.Secretary)
	weighed, err20 := argument.New(o.Argument)
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7, err8, err9, err10, err11, err12, err13, err14, err15, err16, err17, err18, err19, err20); err != nil {
		return nil, err
	}
	signedIn, fresh := page.SignedIn, page.Fresh
	all := []page.Route{
		get("/healthz", page.Probe, noStore, page.Raw(o.Health.alive)),
		get("/readyz", page.Probe, noStore, page.Raw(o.Health.ready)),
		get(static.Prefix+"*", page.Asset, immutable, page.Raw(static.Handler().ServeHTTP)),

		// Signing in and out, and one's own account.
		get("/sign-in", session, noStore, account.SignIn, page.LimitSignIns),
		get("/sign-in/callback", session, noStore, account.Callback), // counted when it began
		post("/sign-in/ended", program, account.Ended),
		post("/sign-out", session, account.SignOut),
		post("/sign-out/everywhere", session, account.SignOutEverywhere, signedIn),
		get("/me", personal, noStore, account.Me, signedIn),
		get("/me/take-back", answering, noStore, account.BeforeTakingBack, signedIn),
		post("/me/take-back", answering, account.TakeBack, signedIn),
		get("/me/leave", personal, noStore, account.BeforeLeaving, signedIn),
		post("/me/leave", personal, account.Leave, signedIn),
		post("/me/stay", personal, account.Stay, signedIn),

		// Everybody's pages.
		get("/", public, shared, open.Home),
		get("/search", public, shared, found.Find, page.LimitSearches),
		get("/consultations/{slug}", public, shared, open.Show),
		get("/consultations/{slug}/timeline", public, shared, open.Timeline),
		get("/consultations/{slug}/minority", public, shared, open.Minority),
		get("/consultations/{slug}/opinion", public, shared, open.Opinion),
		get("/consultations/{slug}/opinion/reasons/{of}/{page}", public, shared, open.OpinionReasons),
		get("/consultations/{slug}/rounds/{n}/reasons/{of}/{page}", public, shared, open.Reasons),
		get("/consultations/{slug}/opinion.json", public, shared, open.Document),
		get("/consultations/{slug}/library", public, shared, docs.List),
		get("/consultations/{slug}/library/{n}/{version}", public, stored, docs.File),
		get("/consultations/{slug}/draws/{group}", public, shared, drawn.Show),
		get("/help/how-it-works", public, shared, open.HowItWorks),
		get("/help/protection", public, shared, open.Protection),
		get("/help/accessibility", public, shared, open.Accessibility),
		get("/help/privacy", public, shared, open.Privacy),

		// Answering with an account. A round that is over is everybody's page.
		get("/consultations/{slug}/enrol", answering, noStore, p.Enrolment, signedIn),
		post("/consultations/{slug}/enrol", answering, p.Enrol, signedIn),
		get("/consultations/{slug}/invitation", answering, noStore, guests.Page),
		post("/consultations/{slug}/invitation", answering, guests.Enter, page.LimitCodes),
		get("/consultations/{slug}/membership/{group}", answering, noStore, declared.Page, signedIn),
		post("/consultations/{slug}/membership/{group}", answering, declared.Apply, signedIn),
		post("/consultations/{slug}/membership/{group}/withdraw", answering, declared.Withdraw, signedIn),
		get("/consultations/{slug}/contributions", answering, noStore, p.Contributions),
		post("/consultations/{slug}/contributions", answering, p.Contribute, signedIn),
		get("/consultations/{slug}/rounds/{n}", answering, shared, p.Account.Round),
		post("/consultations/{slug}/rounds/{n}", answering, p.Account.Answer, signedIn),
		get("/consultations/{slug}/rounds/{n}/receipt", answering, noStore, p.Account.Receipt, signedIn),
		get("/consultations/{slug}/rounds/{n}/receipt.txt", answering, noStore, p.Account.Signed, signedIn),
		post("/consultations/{slug}/rounds/{n}/proof", answering, p.Account.Proof, signedIn),
		get("/consultations/{slug}/get-code", answering, noStore, p.OfferCode, signedIn),
		post("/consultations/{slug}/get-code", answering, p.IssueCode, signedIn),

		// Answering with a code.
		get("/consultations/{slug}/code", byCode, noStore, p.EnterCode),
		post("/consultations/{slug}/code", byCode, p.TakeCode, page.LimitCodes),
		get("/consultations/{slug}/code/forget", byCode, noStore, p.BeforeForgetting),
		post("/consultations/{slug}/code/forget", byCode, p.ForgetCode),
		get("/consultations/{slug}/code/rounds/{n}", byCode, noStore, p.Code.Round),
		post("/consultations/{slug}/code/rounds/{n}", byCode, p.Code.Answer),
		get("/consultations/{slug}/code/rounds/{n}/receipt", byCode, noStore, p.Code.Receipt),
		get("/consultations/{slug}/code/rounds/{n}/receipt.txt", byCode, noStore, p.Code.Signed),
		post("/consultations/{slug}/code/rounds/{n}/proof", byCode, p.Code.Proof),

		// Moderation in public. Authors appeal under their alias, as they wrote.
		get("/consultations/{slug}/moderation", public, shared, moderated.Public),
		get("/consultations/{slug}/moderation.csv", public, shared, moderated.Acts),
		get("/consultations/{slug}/appeals", answering, noStore, moderated.Own, signedIn),
		post("/consultations/{slug}/appeals", answering, moderated.Raise, signedIn),

		// The public record. Who looks up a mark has answered.
		get("/record", public, shared, r.Index),
		get("/record/checkpoint", program, revalidated, r.Checkpoint),
		get("/record/cosigned", program, revalidated, r.Cosigned),
		get("/record/key", program, revalidated, r.Key),
		get("/record/consultations", program, revalidated, r.Consultations),
		get("/record/entries", program, revalidated, r.Entries),
		get("/record/tile/8/*", program, immutable, r.Tile), // a full one
		post("/record/cosignatures", program, r.Cosign),
		get("/record/{slug}.zip", program, spooled, r.Archive),
		get("/record/{slug}", public, shared, r.Consultation),
		get("/record/{slug}/files", program, revalidated, r.Files),
		get("/record/{slug}/rounds/{n}/marks", answering, shared, r.Marks),
		get("/record/{slug}/rounds/{n}/marks/{prefix}", answering, shared, r.Prefix),
		get("/record/{slug}/*", program, spooled, r.File),

		// The desks of staff.
		get("/desk", personal, noStore, desk.Desks, signedIn),
		get("/desk/new", personal, noStore, wizard.New, signedIn),
		upload("/desk/new", personal, draft.MostFile, wizard.Create, signedIn),
		get("/desk/{slug}", personal, noStore, desk.Desk, signedIn),
		get("/desk/{slug}/draft/{step}", personal, noStore, wizard.Step, signedIn),
		post("/desk/{slug}/draft/{step}", personal, wizard.Store, signedIn),
		upload("/desk/{slug}/draft/summary", personal, draft.MostFile, wizard.Replace, signedIn),
		get("/desk/{slug}/rehearsal", personal, noStore, trial.Begin, signedIn),
		get("/desk/{slug}/rehearsal/{play}", personal, noStore, trial.Rounds, signedIn),
		get("/desk/{slug}/rehearsal/{play}/rounds/{n}", personal, noStore, trial.Result, signedIn),
		get("/desk/{slug}/rehearsal/{play}/rounds/{n}/form", personal, noStore, trial.Form, signedIn),
		get("/desk/{slug}/rehearsal/{play}/rounds/{n}/criteria", personal, noStore, trial.Criteria, signedIn),
		get("/desk/{slug}/rehearsal/{play}/rounds/{n}/reasons/{of}/{page}", personal, noStore, trial.Reasons, signedIn),
		get("/desk/{slug}/rehearsal/{play}/opinion", personal, noStore, trial.Opinion, signedIn),
		get("/desk/{slug}/rehearsal/{play}/opinion/reasons/{of}/{page}", personal, noStore, trial.OpinionReasons, signedIn),
		get("/desk/{slug}/protocol.json", personal, noStore, wizard.Export, signedIn),
		post("/desk/{slug}/duplicate", personal, wizard.Duplicate, signedIn),
		get("/desk/{slug}/template", personal, noStore, wizard.Saving, signedIn),
		post("/desk/{slug}/template", personal, wizard.Save, signedIn),
		get("/desk/{slug}/delete", personal, noStore, desk.Before("delete"), signedIn),
		post("/desk/{slug}/delete", personal, desk.Does("delete"), signedIn),
		get("/desk/{slug}/announce", personal, noStore, desk.Before("announce"), signedIn),
		post("/desk/{slug}/announce", personal, desk.Does("announce"), signedIn, fresh),
		get("/desk/{slug}/start", personal, noStore, desk.Before("start"), signedIn),
		post("/desk/{slug}/start", personal, desk.Does("start"), signedIn),
		get("/desk/{slug}/suspend", personal, noStore, desk.Before("suspend"), signedIn),
		post("/desk/{slug}/suspend", personal, desk.Does("suspend"), signedIn),
		get("/desk/{slug}/resume", personal, noStore, desk.Before("resume"), signedIn),
		post("/desk/{slug}/resume", personal, desk.Does("resume"), signedIn),
		get("/desk/{slug}/conclude", personal, noStore, desk.Before("conclude"), signedIn),
		post("/desk/{slug}/conclude", personal, desk.Does("conclude"), signedIn, fresh),
		get("/desk/{slug}/done/{act}", personal, noStore, desk.Done, signedIn),
		get("/desk/{slug}/minority", personal, noStore, desk.Minority, signedIn),
		post("/desk/{slug}/minority", personal, desk.Report, signedIn),
		get("/desk/{slug}/staff", personal, noStore, desk.Members, signedIn),
		post("/desk/{slug}/staff", personal, desk.Replace, signedIn),
		get("/desk/{slug}/library", personal, noStore, docs.Desk, signedIn),
		upload("/desk/{slug}/library", personal, library.MostFile, docs.Add, signedIn),
		get("/desk/{slug}/library/{n}", personal, noStore, docs.Edit, signedIn),
		upload("/desk/{slug}/library/{n}", personal, library.MostFile, docs.Revise, signedIn),
		get("/desk/{slug}/library/{n}/withdraw", personal, noStore, docs.BeforeWithdrawal, signedIn),
		post("/desk/{slug}/library/{n}/withdraw", personal, docs.Withdraw, signedIn),
		get("/desk/{slug}/library/{n}/{version}", personal, noStore, docs.Preview, signedIn),
		get("/desk/{slug}/draws/{group}", personal, noStore, drawn.Desk, signedIn),
		upload("/desk/{slug}/draws/{group}/list", personal, webdraw.MostFile, drawn.Fix, signedIn),
		upload("/desk/{slug}/draws/{group}/rule", personal, webdraw.MostFile, drawn.Prepare, signedIn),
		post("/desk/{slug}/draws/{group}/commit", personal, drawn.Commit, signedIn, fresh),
		post("/desk/{slug}/draws/{group}/open", personal, drawn.Open, signedIn),
		post("/desk/{slug}/draws/{group}/signature", personal, drawn.Paste, signedIn),
		post("/desk/{slug}/draws/{group}/reserves", personal, drawn.Call, signedIn),
		get("/desk/{slug}/draws/{group}/withdraw", personal, noStore, drawn.BeforeWithdrawal, signedIn),
		post("/desk/{slug}/draws/{group}/withdraw", personal, drawn.Withdraw, signedIn, fresh),
		get("/desk/{slug}/rolls", personal, noStore, groups.Rolls, signedIn),
		upload("/desk/{slug}/rolls/{group}", personal, access.MostFile, groups.Check, signedIn),
		post("/desk/{slug}/rolls/{group}/import", personal, groups.Import, signedIn),
		get("/desk/{slug}/invitations/{group}", personal, noStore, groups.Invitations, signedIn),
		upload("/desk/{slug}/invitations/{group}", personal, access.MostGuests, groups.CheckGuests, signedIn),
		post("/desk/{slug}/invitations/{group}/import", personal, groups.Invite, signedIn),
		post("/desk/{slug}/invitations/{group}/send", personal, groups.Send, signedIn),
		post("/desk/{slug}/invitations/{group}/until", personal, groups.Expire, signedIn),
		post("/desk/{slug}/invitations/{group}/guests/{guest}", personal, groups.Guest, signedIn),
		get("/desk/{slug}/invitations/{group}/guests/{guest}/{act}", personal, noStore, groups.BeforeGuest, signedIn),
		get("/desk/{slug}/invitations/{group}/letters", personal, noStore, groups.Letters, signedIn),
		get("/desk/{slug}/secretaries/{group}", personal, noStore, registry.Secretariat, signedIn),
		post("/desk/{slug}/secretaries/{group}", personal, registry.Appoint, signedIn),
		get("/desk/{slug}/applications/{group}", personal, noStore, registry.List, signedIn),
		post("/desk/{slug}/applications/{group}/find", personal, registry.Find, signedIn),
		get("/desk/{slug}/applications/{group}/decide", personal, noStore, registry.Before, signedIn),
		post("/desk/{slug}/applications/{group}/decide", personal, registry.Decide, signedIn),
		get("/desk/{slug}/publish", personal, noStore, desk.Before("publish"), signedIn),
		post("/desk/{slug}/publish", personal, desk.Does("publish"), signedIn, fresh),
		get("/desk/{slug}/withdraw", personal, noStore, desk.Before("withdraw"), signedIn),
		post("/desk/{slug}/withdraw", personal, desk.Does("withdraw"), signedIn, fresh),
		get("/desk/{slug}/rounds/{number}/open", personal, noStore, desk.Before("open"), signedIn),
		post("/desk/{slug}/rounds/{number}/open", personal, desk.Does("open"), signedIn),
		get("/desk/{slug}/rounds/{number}/extend", personal, noStore, desk.Before("extend"), signedIn),
		post("/desk/{slug}/rounds/{number}/extend", personal, desk.Does("extend"), signedIn),
		get("/desk/{slug}/rounds/{number}/remind", personal, noStore, desk.Before("remind"), signedIn),
		post("/desk/{slug}/rounds/{number}/remind", personal, desk.Does("remind"), signedIn),
		get("/desk/{slug}/rounds/{number}/close", personal, noStore, desk.Before("close"), signedIn),
		post("/desk/{slug}/rounds/{number}/close", personal, desk.Does("close"), signedIn),
		get("/desk/{slug}/rounds/{number}/release", personal, noStore, desk.Before("release"), signedIn),
		post("/desk/{slug}/rounds/{number}/release", personal, desk.Does("release"), signedIn),
		post("/desk/{slug}/items/{item}/decide", personal, desk.Decide, signedIn),
		get("/desk/{slug}/items/{item}/reword", personal, noStore, desk.Editor, signedIn),
		post("/desk/{slug}/items/{item}/reword", personal, desk.Reword, signedIn),
		post("/desk/{slug}/items/{item}/undecide", personal, desk.Undecide, signedIn),
		get("/desk/{slug}/joining", personal, noStore, between.Joining, signedIn),
		post("/desk/{slug}/joining", personal, between.Join, signedIn),
		get("/desk/{slug}/joining/{item}/withdraw", personal, noStore, between.BeforeWithdrawal, signedIn),
		post("/desk/{slug}/joining/{item}/withdraw", personal, between.Withdraw, signedIn),
		get("/desk/{slug}/rounds/{number}/brief", personal, noStore, between.Brief, signedIn),
		post("/desk/{slug}/rounds/{number}/brief", personal, between.WriteBrief, signedIn),
		post("/desk/{slug}/decide-all", personal, desk.DecideAll, signedIn),
		get("/desk/{slug}/translations", personal, noStore, translated.Sheet, signedIn),
		post("/desk/{slug}/translations/{item}", personal, translated.Translate, signedIn),
		get("/desk/{slug}/arguments", personal, noStore, weighed.Desk, signedIn),
		post("/desk/{slug}/arguments", personal, weighed.Find, signedIn),
		post("/desk/{slug}/arguments/{item}/{side}", personal, weighed.Mark, signedIn),
		get("/desk/{slug}/contributions", personal, noStore, queue.Queue, signedIn),
		post("/desk/{slug}/contributions", personal, queue.Dispose, signedIn),
		get("/desk/{slug}/contributions/{contribution}/remove", personal, noStore, queue.BeforeRemoval, signedIn),
		post("/desk/{slug}/contributions/{contribution}/remove", personal, queue.Remove, signedIn),
		get("/desk/{slug}/reasons", personal, noStore, desk.Reason, signedIn),
		post("/desk/{slug}/reasons", personal, desk.FindReasons, signedIn),
		get("/desk/{slug}/reasons/{reason}", personal, noStore, desk.BeforeReason, signedIn),
		post("/desk/{slug}/reasons/{reason}", personal, desk.RemoveReason, signedIn),
		post("/desk/{slug}/acts/{act}/undo", personal, queue.Undo, signedIn),
		post("/desk/{slug}/claims", personal, queue.Claim, signedIn),
		post("/desk/{slug}/looks", personal, queue.Judge, signedIn),
		get("/desk/{slug}/appeals", personal, noStore, queue.Appeals, signedIn),
		post("/desk/{slug}/appeals", personal, queue.Settle, signedIn),
		get("/desk/{slug}/rules", personal, noStore, queue.Rules, signedIn),
		post("/desk/{slug}/rules", personal, queue.PublishRules, signedIn),

		// Administrations. The first one's code is tried as seldom as a panel's.
		get("/first-run", personal, noStore, desk.FirstRun, signedIn),
		post("/first-run", personal, desk.Found, signedIn, page.LimitCodes),
		get("/administrations/{slug}", personal, noStore, desk.Administration, signedIn),
		get("/administrations/{slug}/desk", personal, noStore, house.Desk, signedIn),
		get("/desk/{slug}/corrections", personal, noStore, house.Corrections, signedIn),
		get("/desk/{slug}/corrections/{text}", personal, noStore, house.Editor, signedIn),
		post("/desk/{slug}/corrections/{text}", personal, house.Correct, signedIn),
		post("/administrations/{slug}", personal, desk.Describe, signedIn),
		get("/administrations/{slug}/templates", personal, noStore, wizard.Templates, signedIn),
		get("/administrations/{slug}/templates/{template}/remove", personal, noStore, wizard.Removal, signedIn),
		post("/administrations/{slug}/templates/{template}/remove", personal, wizard.Remove, signedIn),
		post("/administrations/{slug}/grant", personal, desk.GrantRole, signedIn),
		get("/administrations/{slug}/revoke", personal, noStore, desk.BeforeRevocation, signedIn),
		post("/administrations/{slug}/revoke", personal, desk.RevokeRole, signedIn),
	}
	if o.Demo == nil {
		return all, nil
	}
	bar := demo.New(o.Demo)
	return slices.Concat(all, []page.Route{
		post("/demo/{slug}/panel", public, bar.LetPanelAnswer),
		post("/demo/{slug}/close", public, bar.CloseNow),
	}), nil
}
