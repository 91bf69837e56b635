package web

// Routes are those of every room, for tests that read them.
var Routes = routes
