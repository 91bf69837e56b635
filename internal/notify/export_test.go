package notify

// Unnamed is unnamed, for tests.
var Unnamed = unnamed
