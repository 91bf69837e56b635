package notice

// Unnamed is unnamed, for tests.
var Unnamed = unnamed
