// An identity provider that is not ours (npm oidc-provider), for the tests of
// internal/login and web/account. Its claims are only in userinfo, and its groups are nested, as
// with many real ones. Arguments: the callback, the page after signing out,
// how the client authenticates, its keys (JWKS), where it is told of the end of sessions.
// It prints its issuer when it listens, and ends when its standard input does.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [callback, home, method = 'client_secret_basic', jwks, logout] = process.argv.slice(2);
const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'delfi-test',
      token_endpoint_auth_method: method,
      ...(method.startsWith('client_secret') ? { client_secret: 'only-for-this-test' } : {}),
      ...(jwks ? { jwks: JSON.parse(jwks) } : {}),
      ...(logout ? { backchannel_logout_uri: logout, backchannel_logout_session_required: true } : {}),
      redirect_uris: [callback],
      post_logout_redirect_uris: [home],
      response_types: ['code'],
      grant_types: ['authorization_code'],
    }],
    clientAuthMethods: [method],
    // Its own way refuses loopback, where the tests listen.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
    clientDefaults: { id_token_signed_response_alg: 'RS256' },
    pkce: { required: () => true },
    conformIdTokenClaims: true,
    claims: {
      openid: ['sub'],
      profile: ['name'],
      email: ['email'],
      people: ['realm_access', 'address'],
    },
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        name: `Rossi ${id}`,
        email: `${id}@altrove.example`,
        realm_access: { roles: ['urp', 'riva/council', 'other-system'] },
        address: { locality: 'Riva d’Arno' },
      }),
    }),
    cookies: { keys: ['only-for-this-test'] },
    features: { rpInitiatedLogout: { enabled: true }, backchannelLogout: { enabled: true } },
  });
  provider.on('backchannel.error', (_ctx, err) => process.stderr.write(`${err}\n`));
  server.on('request', provider.callback());
  process.stdout.write(`issuer ${issuer}\n`);
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
