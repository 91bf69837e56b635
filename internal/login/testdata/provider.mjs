// An identity provider that is not ours (npm oidc-provider), for the tests of
// internal/login. Its claims are only in userinfo, and its groups are nested, as
// with many real ones. Arguments: the callback, the page after signing out.
// It prints its issuer when it listens, and ends when its standard input does.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [callback, home] = process.argv.slice(2);
const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'delfi-test',
      client_secret: 'only-for-this-test',
      redirect_uris: [callback],
      post_logout_redirect_uris: [home],
      response_types: ['code'],
      grant_types: ['authorization_code'],
    }],
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
    features: { rpInitiatedLogout: { enabled: true } },
  });
  server.on('request', provider.callback());
  process.stdout.write(`issuer ${issuer}\n`);
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
