// Package login makes the OIDC round trip: it sends a person to the identity
// provider and believes what comes back only when every check holds.
//
//	Begin ──▶ Attempt {state, nonce, verifier} sealed in the person's own browser
//	  │                          │
//	  ▼                          ▼
//	provider ──code, state──▶ Finish: state equal · younger than 15 min · iss equal (RFC 9207)
//	                             │    code + PKCE verifier (S256) → tokens
//	                             │    ID token: signature, issuer, audience, azp, expiry,
//	                             │    nonce, at_hash · userinfo of the same subject, asked
//	                             │    only for claims that the token lacks
//	                             ▼
//	                          account.Claims, mapped as configured
//
// A round trip may be silent (prompt=none: the provider says what somebody may do whom it
// knows, and shows nothing) or fresh (the person proves again who they are; auth_time is
// checked). LoggedOut verifies the provider's own word that a session is over.
//
// What fails because of the provider is Trouble: one WARN line with cause and remedy, one
// count by kind, and a number that people are told.
//
// Discovery is lazy: Delfi starts while the provider is down, keeps trying when
// somebody signs in or asks Ready, and says meanwhile that sign-in is unavailable.
package login
