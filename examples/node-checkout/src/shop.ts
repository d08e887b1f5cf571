// Landing and checkout. The lines that a shop adds are in `landing` and `report`.

import { ConnectlyError, ConversionEvent, COOKIE_NAME, Landing, type Outbox, TrackingParams } from "connectly-conversions";
import cookies from "cookie-parser";
import express, { type Express, type RequestHandler } from "express";
import { CATALOGUE, type Order, placeOrder, type Product } from "./orders.js";

const landings = new Landing();

/** Keeps what a link of Connectly's tells until checkout. Nothing that a visitor sends breaks a page. */
const landing: RequestHandler = ({ method, originalUrl, headers }, response, next) => {
  const visit = landings.visit({ method, url: originalUrl, headers });
  if (visit.noStore) {
    response.append("Set-Cookie", [...visit.cookies]);
    response.set("Cache-Control", "private, no-store");
  }
  next();
};

/** Puts an order into the outbox, from which a worker sends it. Whatever happens here, the customer has the order. */
async function report(outbox: Outbox, order: Order): Promise<void> {
  if (order.tracking === undefined) {
    return;
  }
  try {
    const event = ConversionEvent.purchase({
      tracking: TrackingParams.fromCookie(order.tracking),
      orderId: order.id,
      currency: order.currency,
      value: order.total,
      items: lines(order.products),
      eventTime: order.paidAt,
    });
    await outbox.enqueue(event);
  } catch (error) {
    order.failed = error instanceof ConnectlyError ? error.code : "error";
    console.error(`order ${order.id} was not reported:`, String(error));
  }
}

function lines(products: readonly Product[]): { id: string; quantity: number; itemPrice: string }[] {
  return [...new Set(products)].map((product) => ({
    id: product.sku,
    quantity: products.filter((other) => other === product).length,
    itemPrice: product.price,
  }));
}

/** The shop, reporting through this outbox. */
export function shop(outbox: Outbox): Express {
  const orders = new Map<string, Order>();
  const app = express();
  app.use(cookies(), express.urlencoded({ extended: false }), landing);

  app.get("/", (_, response) => {
    const choices = CATALOGUE.map(
      ({ sku, name, price }) => `<label><input type="checkbox" name="sku" value="${sku}"> ${name}, $${price}</label><br>`,
    );
    response.send(`<h1>Shop</h1><form method="post" action="/checkout">${choices.join("")}<button>Buy</button></form>`);
  });

  app.post("/checkout", async (request, response) => {
    const chosen: unknown[] = [(request.body as { sku?: unknown }).sku].flat();
    const products = chosen.flatMap((sku) => CATALOGUE.filter((product) => product.sku === sku));
    if (products.length === 0) {
      response.status(400).send("Nothing was chosen.");
      return;
    }
    const cookie: unknown = (request.cookies as Record<string, unknown>)[COOKIE_NAME];
    const order = placeOrder(products, typeof cookie === "string" ? cookie : undefined);
    orders.set(order.id, order);
    // On the disk, or given up, within a quarter of a second.
    await report(outbox, order);
    response.redirect(303, `/orders/${order.id}`);
  });

  app.get("/orders/:id", async (request, response) => {
    const order = orders.get(request.params.id);
    if (order === undefined) {
      response.status(404).send("No such order.");
      return;
    }
    const { id, total, currency, failed } = order;
    const record = await outbox.status(id);
    response.json({ id, total, currency, report: record?.state ?? failed ?? "not from Connectly" });
  });

  return app;
}
