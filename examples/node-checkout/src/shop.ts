// Landing and checkout. The lines that a shop adds are in `landing` and `report`.

import { type Client, ConnectlyError, ConversionEvent, COOKIE_NAME, Landing, TrackingParams } from "connectly-conversions";
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

/** Reports an order. Whatever happens here, the customer has the order. */
async function report(client: Client, order: Order): Promise<void> {
  if (order.tracking === undefined) {
    return;
  }
  order.report = "pending";
  try {
    const event = ConversionEvent.purchase({
      tracking: TrackingParams.fromCookie(order.tracking),
      orderId: order.id,
      currency: order.currency,
      value: order.total,
      items: lines(order.products),
      eventTime: order.paidAt,
    });
    await client.send(event);
    order.report = "received";
  } catch (error) {
    const code = error instanceof ConnectlyError ? error.code : "error";
    order.report = { failed: code };
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

/** The shop, reporting through this client. */
export function shop(client: Client): Express {
  const orders = new Map<string, Order>();
  const app = express();
  app.use(cookies(), express.urlencoded({ extended: false }), landing);

  app.get("/", (_, response) => {
    const choices = CATALOGUE.map(
      ({ sku, name, price }) => `<label><input type="checkbox" name="sku" value="${sku}"> ${name}, $${price}</label><br>`,
    );
    response.send(`<h1>Shop</h1><form method="post" action="/checkout">${choices.join("")}<button>Buy</button></form>`);
  });

  app.post("/checkout", (request, response) => {
    const chosen: unknown[] = [(request.body as { sku?: unknown }).sku].flat();
    const products = chosen.flatMap((sku) => CATALOGUE.filter((product) => product.sku === sku));
    if (products.length === 0) {
      response.status(400).send("Nothing was chosen.");
      return;
    }
    const cookie: unknown = (request.cookies as Record<string, unknown>)[COOKIE_NAME];
    const order = placeOrder(products, typeof cookie === "string" ? cookie : undefined);
    orders.set(order.id, order);
    // The customer goes on at once; `report` never rejects.
    void report(client, order);
    response.redirect(303, `/orders/${order.id}`);
  });

  app.get("/orders/:id", (request, response) => {
    const order = orders.get(request.params.id);
    if (order === undefined) {
      response.status(404).send("No such order.");
      return;
    }
    const { id, total, currency, report } = order;
    response.json({ id, total, currency, report: report ?? "not from Connectly" });
  });

  return app;
}
