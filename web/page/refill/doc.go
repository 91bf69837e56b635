// Package refill gives a page back with what was typed into its form. It exists because three
// things part a form from its page: a session that ended while somebody wrote, a switch of
// language on the answer to a form, and a form that the page has no more.
//
//	form     values that were sent, and to which form of which page they belong
//	refill   that page with the values in their fields, and a notice that nothing was sent
//	leftover a value that has no field on the page any longer, shown to be copied
//
// It reads and writes HTML and handles no request. A stored form is a row of the session
// table, encrypted under a secret that the browser alone has:
//
//	(none) ── Put ──▶ stored ── Find, any number of times ──▶ swept within two hours
package refill
