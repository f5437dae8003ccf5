// One client of the key document, behind an HTTP server: node server.mjs pages|hono|jose
import { createServer } from "node:http";
import { EnvHttpProxyAgent, setGlobalDispatcher } from "undici";

// The fetch of Node 20 knows no proxies of the environment.
setGlobalDispatcher(new EnvHttpProxyAgent());

const team = `https://${process.env.TEAM_HOST}`;
const audience = process.env.AUDIENCE;

// Each answers a Request (Fetch Standard) with a Response.
const clients = {
  async pages() {
    const { default: plugin } = await import("@cloudflare/pages-plugin-cloudflare-access");
    const onRequest = plugin({ aud: audience, domain: team });
    return (request) => {
      const data = {};
      const next = async () => {
        const { payload, getIdentity } = data.cloudflareAccess.JWT;
        const identity = await getIdentity();
        return new Response(identity?.email ?? payload.common_name);
      };
      const nothing = () => {};
      const context = { request, functionPath: "", params: {}, data, env: {}, next };
      return onRequest({ ...context, waitUntil: nothing, passThroughOnException: nothing });
    };
  },
  async hono() {
    const { Hono } = await import("hono");
    const { cloudflareAccess } = await import("@hono/cloudflare-access");
    const app = new Hono();
    app.use("*", cloudflareAccess(process.env.TEAM_HOST.split(".")[0], audience));
    app.get("/", (context) => {
      const { email, common_name } = context.get("accessPayload");
      return context.text(email ?? common_name);
    });
    return (request) => app.fetch(request);
  },
  // As in https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/
  async jose() {
    const { jwtVerify, createRemoteJWKSet } = await import("jose");
    const JWKS = createRemoteJWKSet(new URL(`${team}/cdn-cgi/access/certs`));
    return async (request) => {
      const token = request.headers.get("cf-access-jwt-assertion");
      if (!token) {
        return new Response("Missing required CF Access JWT", { status: 403 });
      }
      try {
        const { payload } = await jwtVerify(token, JWKS, { issuer: team, audience });
        return new Response(payload.email ?? payload.common_name);
      } catch (error) {
        return new Response(`Invalid token: ${error.message}`, { status: 403 });
      }
    };
  },
};

const answer = await clients[process.argv[2]]();
const server = createServer(async (incoming, outgoing) => {
  try {
    const request = new Request(`http://${incoming.headers.host}${incoming.url}`, { headers: incoming.headers });
    const response = await answer(request);
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(await response.text());
  } catch (error) {
    outgoing.writeHead(500).end(`${error}`);
  }
});
server.listen(Number(process.env.PORT), "127.0.0.1", () => console.log(server.address().port));
