// The shop with Express.

import type { Outbox } from "connectly-conversions";
import { connectly, trackingFor } from "connectly-conversions/express";
import express, { type Express, type RequestHandler } from "express";
import { chosen } from "./catalogue.js";
import type { Orders } from "./orders.js";
import * as pages from "./pages.js";
import { cancel, look, report } from "./reports.js";

export interface Shop {
  readonly orders: Orders;
  readonly outbox: Outbox;
  /** In the header `X-Webhook-Secret` of the bank's calls and of the shop's own people. */
  readonly secret: string;
}

const all = (field: unknown): string[] => [field ?? []].flat().map(String);

export function shop({ orders, outbox, secret }: Shop): Express {
  const app = express();
  // Any page may be the one that a visitor lands on.
  app.use(connectly(), express.urlencoded({ extended: false }), express.json());

  // Whoever comes by an ad gets a cart at once, whose token is in the form: so a browser without
  // cookies keeps the params, and one that forgets them.
  app.get("/", async (request, response) => {
    const tracking = await trackingFor(request);
    if (tracking === null) {
      response.send(pages.catalogue());
    } else {
      response.set("Cache-Control", "private, no-store");
      response.send(pages.catalogue(orders.newCart(tracking)));
    }
  });

  app.post("/cart", async (request, response) => {
    const [token = orders.newCart(await trackingFor(request))] = all(request.body.cart);
    const cart = orders.cart(token);
    if (cart === undefined) {
      response.sendStatus(404);
      return;
    }
    orders.fill(
      cart,
      chosen(all(request.body.sku)).map(({ sku }) => sku),
    );
    response.redirect(303, `/cart/${token}`);
  });

  app.get("/cart/:token", (request, response) => {
    const cart = orders.cart(request.params.token);
    cart ? response.send(pages.cart(cart)) : response.sendStatus(404);
  });

  app.post("/checkout", async (request, response) => {
    const order = orders.place(String(request.body.cart), request.body.method === "cod");
    if (order === undefined) {
      response.sendStatus(404);
    } else if (order.isCash) {
      await report(outbox, order);
      response.redirect(303, `/thanks/${order.id}`);
    } else {
      response.redirect(303, `/bank/${order.id}`);
    }
  });

  app.get("/bank/:id", (request, response) => {
    const order = orders.order(request.params.id);
    order ? response.send(pages.bank(order.id)) : response.sendStatus(404);
  });

  // The bank: it calls the webhook, which is the same function, and sends the buyer back.
  app.post("/bank/:id", async (request, response) => {
    const order = orders.pay(request.params.id);
    if (order === undefined) {
      response.sendStatus(404);
      return;
    }
    await report(outbox, order);
    response.redirect(303, `/thanks/${order.id}`);
  });

  // Whichever of this page and the webhook comes first reports the order.
  app.get("/thanks/:id", async (request, response) => {
    const order = orders.order(request.params.id);
    if (order === undefined) {
      response.sendStatus(404);
      return;
    }
    if (order.isPaid || order.isCash) {
      await report(outbox, order);
    }
    response.send(pages.thanks(order.id));
  });

  const isAllowed: RequestHandler = (request, response, next) =>
    request.get("x-webhook-secret") === secret ? next() : response.sendStatus(403);

  const paid = async (id: string): Promise<number> => {
    const order = orders.pay(id);
    // Whoever hears of a failure calls again.
    return order === undefined ? 404 : (await report(outbox, order)).result === "failed" ? 500 : 200;
  };

  app.post("/webhook/payment", isAllowed, async (request, response) => {
    const { order, status } = request.body;
    response.sendStatus(status === "paid" ? await paid(String(order)) : 200);
  });

  // Cash on delivery: paid at the door, or not taken.
  app.post("/orders/:id/delivered", isAllowed, async (request, response) => {
    response.sendStatus(await paid(String(request.params.id)));
  });
  app.post("/orders/:id/returned", isAllowed, async (request, response) => {
    const order = orders.order(String(request.params.id));
    if (order !== undefined) {
      await cancel(outbox, order);
    }
    response.sendStatus(order === undefined ? 404 : 200);
  });
  app.get("/orders/:id", isAllowed, async (request, response) => {
    const order = orders.order(String(request.params.id));
    order ? response.json(await look(outbox, order)) : response.sendStatus(404);
  });

  return app;
}
