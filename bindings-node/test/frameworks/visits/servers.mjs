// One small shop in every framework: `/` and `/async` tell what is known of the visitor, `/cached` may
// be cached, `/basket` sets a cookie of its own. Each `start(options)` gives a node:http server.

import "reflect-metadata";
import { createServer } from "node:http";
import fastifyCookie from "@fastify/cookie";
import fastifySession from "@fastify/session";
import { getRequestListener } from "@hono/node-server";
import { Controller, Get, Module, Req, Res } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import * as express from "connectly-conversions/express";
import * as fastify from "connectly-conversions/fastify";
import * as web from "connectly-conversions/web";
import cookieSession from "cookie-session";
import express5 from "express";
import session from "express-session";
import express4 from "express4";
import fastify5 from "fastify";
import fastify4 from "fastify4";
import { Hono } from "hono";

const CACHEABLE = "public, max-age=600";
const SECRET = "a secret that nobody knows, of 32 letters";

/** Sessions are written only where there is something in them. */
const expressSession = () => session({ secret: SECRET, resave: false, saveUninitialized: false });

async function told(request, response) {
  response.json({ params: await express.trackingFor(request) });
}

function expressShop(framework, sessions) {
  return (options) => {
    const app = framework();
    app.use(sessions(), express.connectly(options));
    app.get("/cached", (_, response) => response.set("Cache-Control", CACHEABLE).json({}));
    app.get("/basket", (_, response) => response.cookie("basket", "7").json({}));
    app.get("/raw", (_, response) => {
      response.writeHead(200, "Fine", { "Cache-Control": CACHEABLE, "Set-Cookie": ["basket=7", "shelf=3"] });
      response.end("{}");
    });
    app.get("/pairs", (_, response) => {
      response.writeHead(200, ["Cache-Control", CACHEABLE, "X-Shop", "ours"]);
      response.end("{}");
    });
    app.get("/stream", (_, response) => {
      response.set("Cache-Control", CACHEABLE).flushHeaders();
      response.end("{}");
    });
    app.get("/elsewhere", (_, response) => response.redirect(302, "/"));
    app.get("/broken", () => {
      throw new Error("of the shop");
    });
    // Mounted: its own `url` is another than the visitor's.
    const mounted = framework.Router().all("/", told);
    app.use("/mounted", mounted);
    app.all(/.*/, told);
    app.use((_error, _request, response, _next) => response.status(500).json({}));
    return createServer(app);
  };
}

/** What a controller of NestJS is; decorators are not JavaScript's yet. */
class Shop {
  async known(request, response) {
    await told(request, response);
  }
  cached(response) {
    response.set("Cache-Control", CACHEABLE).json({});
  }
  basket(response) {
    response.cookie("basket", "7").json({});
  }
  elsewhere(response) {
    response.redirect(302, "/");
  }
}
for (const [method, path, ...parameters] of [
  ["cached", "cached", Res()],
  ["basket", "basket", Res()],
  ["elsewhere", "elsewhere", Res()],
  ["known", "", Req(), Res()],
]) {
  Get(path)(Shop.prototype, method, Object.getOwnPropertyDescriptor(Shop.prototype, method));
  for (const [index, decorate] of parameters.entries()) {
    decorate(Shop.prototype, method, index);
  }
}
Controller()(Shop);
class ShopModule {}
Module({ controllers: [Shop] })(ShopModule);

async function nestShop(options) {
  const app = await NestFactory.create(ShopModule, { logger: false });
  app.use(expressSession(), express.connectly(options));
  await app.init();
  return app.getHttpServer();
}

function fastifyShop(framework, hasSession) {
  return async (options) => {
    const app = framework();
    if (hasSession) {
      app.register(fastifyCookie);
      app.register(fastifySession, { secret: SECRET, saveUninitialized: false, cookie: { secure: false } });
    }
    app.register(fastify.connectly, options);
    app.get("/cached", (_, reply) => reply.header("Cache-Control", CACHEABLE).send({}));
    app.get("/basket", (_, reply) => reply.header("set-cookie", "basket=7").send({}));
    app.get("/elsewhere", (_, reply) => reply.code(302).header("location", "/").send());
    // A scope of its own: the hooks are there as well.
    app.register(async (scope) => {
      scope.all("/", async (request) => ({ params: await fastify.trackingFor(request) }));
    });
    await app.ready();
    return app.server;
  };
}

function honoShop(options) {
  const landing = web.connectly(options);
  const app = new Hono();
  app.use(async (context, next) => {
    const visit = await landing(context.req.raw);
    context.set("tracking", visit.tracking);
    await next();
    context.res = visit.apply(context.res);
  });
  app.get("/cached", (context) => context.json({}, 200, { "Cache-Control": CACHEABLE }));
  app.get("/basket", (context) => context.json({}, 200, { "Set-Cookie": "basket=7" }));
  // Its headers are immutable.
  app.get("/elsewhere", () => Response.redirect("http://127.0.0.1/", 302));
  app.all("*", (context) => context.json({ params: context.get("tracking") }));
  return createServer(getRequestListener(app.fetch));
}

/** The Web's own, with nothing around it: what a route of Next.js or SvelteKit gets. */
function webShop(options) {
  const landing = web.connectly(options);
  const pages = {
    "/cached": () => Response.json({}, { headers: { "Cache-Control": CACHEABLE } }),
    "/basket": () => Response.json({}, { headers: { "Set-Cookie": "basket=7" } }),
    "/elsewhere": () => Response.redirect("http://127.0.0.1/", 302),
  };
  return createServer(
    getRequestListener(async (request) => {
      const { tracking, apply } = await landing(request);
      const page = pages[new URL(request.url).pathname] ?? (() => Response.json({ params: tracking }));
      return apply(page());
    }),
  );
}

export const SHOPS = {
  "Express 5": { start: expressShop(express5, expressSession), session: "connect.sid" },
  "Express 4": { start: expressShop(express4, expressSession), session: "connect.sid" },
  "Express 5 with cookie-session": {
    start: expressShop(express5, () => cookieSession({ secret: SECRET })),
    session: "session",
  },
  NestJS: { start: nestShop, session: "connect.sid" },
  "Fastify 5": { start: fastifyShop(fastify5, true), session: "sessionId" },
  "Fastify 4": { start: fastifyShop(fastify4, false) },
  Hono: { start: honoShop },
  "the Web's Request and Response": { start: webShop },
};
