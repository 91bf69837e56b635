package login

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"golang.org/x/oauth2"
)

// The ways in which a client proves to the token endpoint who it is (OpenID Connect
// Core §9), as discovery names them.
const (
	byBasic  = "client_secret_basic"
	byPost   = "client_secret_post"
	byKey    = "private_key_jwt"
	byNobody = "none"
)

// assertionLife is how long a signed assertion is good for.
const assertionLife = time.Minute

// Key signs client assertions.
type Key struct {
	signer jose.Signer
}

// ParseKey reads a private key (PEM, PKCS #8, PKCS #1 or SEC 1; RSA or P-256, P-384,
// P-521). id is its kid as registered with the provider; "" is a hash of its public half.
func ParseKey(text []byte, id string) (*Key, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("login: the client's key is no PEM file")
	}
	key, err := privateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	alg, err := algorithm(key)
	if err != nil {
		return nil, err
	}
	if id == "" {
		public, err := x509.MarshalPKIXPublicKey(key.Public())
		if err != nil {
			return nil, fmt.Errorf("login: client key: %w", err)
		}
		sum := sha256.Sum256(public)
		id = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: jose.JSONWebKey{Key: key, KeyID: id}}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return nil, fmt.Errorf("login: client key: %w", err)
	}
	return &Key{signer}, nil
}

func privateKey(der []byte) (crypto.Signer, error) {
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		if signer, ok := key.(crypto.Signer); ok {
			return signer, nil
		}
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key, nil
	}
	return nil, errors.New("login: the client's key is no private key that can be read: write it as PKCS #8")
}

func algorithm(key crypto.Signer) (jose.SignatureAlgorithm, error) {
	switch key := key.(type) {
	case *rsa.PrivateKey:
		if key.N.BitLen() < 2048 {
			return "", fmt.Errorf("login: the client's key has %d bits: make one of 2048 or more", key.N.BitLen())
		}
		return jose.RS256, nil
	case *ecdsa.PrivateKey:
		switch key.Curve {
		case elliptic.P256():
			return jose.ES256, nil
		case elliptic.P384():
			return jose.ES384, nil
		case elliptic.P521():
			return jose.ES512, nil
		}
	}
	return "", fmt.Errorf("login: the client's key is %T: make an RSA key or one on P-256, P-384 or P-521", key)
}

// assertion signs who the client is for one token endpoint (RFC 7523 §3).
func (k *Key) assertion(client, endpoint string, now time.Time) (string, error) {
	text, err := jwt.Signed(k.signer).Claims(jwt.Claims{
		Issuer: client, Subject: client, Audience: jwt.Audience{endpoint}, ID: random(),
		IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(assertionLife)),
	}).Serialize()
	if err != nil {
		return "", fmt.Errorf("login: sign the client's assertion: %w", err)
	}
	return text, nil
}

// authentication chooses how the client proves who it is, among the methods that
// discovery names; none named is client_secret_basic. A trial with the code would use
// the code up, so the choice is made before.
func (o Options) authentication(methods []string) (string, error) {
	if len(methods) == 0 {
		methods = []string{byBasic}
	}
	switch {
	case o.Key != nil:
		if slices.Contains(methods, byKey) {
			return byKey, nil
		}
	case o.ClientSecret != "":
		for _, m := range []string{byBasic, byPost} {
			if slices.Contains(methods, m) {
				return m, nil
			}
		}
	default:
		return byNobody, nil // providers that take public clients seldom say so
	}
	return "", fmt.Errorf("the provider takes %s, and the client has %s", strings.Join(methods, ", "), o.proof())
}

// proof names in words by what the client proves who it is.
func (o Options) proof() string {
	if o.Key != nil {
		return "a key file"
	}
	return "a secret"
}

// style is how the library sends what the method needs.
func style(method string) oauth2.AuthStyle {
	if method == byBasic {
		return oauth2.AuthStyleInHeader
	}
	return oauth2.AuthStyleInParams
}

// proofs are the parameters of a token request by which the client proves who it is,
// beside those that the library sends.
func (c *Client) proofs(d *discovered) ([]oauth2.AuthCodeOption, error) {
	if d.method != byKey {
		return nil, nil
	}
	signed, err := c.opts.Key.assertion(c.opts.ClientID, d.oauth.Endpoint.TokenURL, c.opts.Clock())
	if err != nil {
		return nil, err
	}
	return []oauth2.AuthCodeOption{
		oauth2.SetAuthURLParam("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
		oauth2.SetAuthURLParam("client_assertion", signed),
	}, nil
}
