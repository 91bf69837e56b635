// Package webtest is how the rooms of the web are tested: a house with every
// service on a real database, played into by the demonstration; people with
// their cookies; and one battery of guards that drives any route the same way,
// so that no route is guarded by being forgotten (after exposure-notifications-
// verification-server, which runs one list of harnesses against every handler).
//
// Only tests import it.
package webtest
