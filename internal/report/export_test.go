package report

// Renew draws up the published opinion again, as an act on its texts does.
var Renew = (*Service).renew
