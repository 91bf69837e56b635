// Package verdict gives figures, verdicts and proposals from published counts and
// tables. It exists apart from package table so that nothing that is said about a panel
// can read a ballot, and a record holds all that was measured.
//
//	counts document + tables, round by round
//	      │
//	      ├─ Measure    figures of an item
//	      ├─ Judge      verdict and proposal
//	      ├─ Sensitive  the same answers under other published rules
//	      ├─ Attrition  bounds, had those who left answered
//	      ├─ Conformity moves towards the median that was shown
//	      ├─ Concord    agreement of a whole round
//	      └─ Stops      whether rounds that are left are given up
//
// A verdict is worked out in this order (docs/METHOD.md §4):
//
//	gates: response, valid n, able to judge, pairs ── one fails ──► too few
//	   │
//	stability: nothing to compare with, or not stable ── rounds left ► open
//	   │                                               └─ none left ──► unstable
//	   ▼
//	rule rand and disagreement ► bipolarity where both outer classes ≥ 35 %, else disagreement
//	the rule met               ► consensus; unanimous where all are in one class
//	both outer classes ≥ 35 %  ► bipolarity (two classes of 4 points and more: and A < 0)
//	one class > 50 %           ► majority
//	one ≥ 40 % and 10 points ahead ► plurality
//	else                       ► disagreement
//
// A verdict with a direction has a side: For is the direction that the protocol
// declares, and no other (docs/METHOD.md §4). In a standing round each release of an
// item counts as one of its rounds.
package verdict
