// The shop as one function of the Web's Request and Response.

import { join } from "node:path";
import { Outbox } from "connectly-conversions";
import { connectly } from "connectly-conversions/web";
import { chosen } from "../dist/catalogue.js";
import { Orders } from "../dist/orders.js";
import * as pages from "../dist/pages.js";
import { cancel, look, report } from "../dist/reports.js";

const landing = connectly();

interface Shop {
  readonly orders: Orders;
  readonly outbox: Outbox;
}

let opened: Shop | undefined;

/** Opened by the first request: `next build` loads this file, too, where there is no shop. */
function shop(): Shop {
  const folder = process.env.SHOP_DATA ?? ".";
  const patience = process.env.SHOP_ENQUEUE_TIMEOUT;
  opened ??= {
    orders: new Orders(join(folder, "orders.jsonl")),
    outbox: Outbox.open(`sqlite://${join(folder, "connectly.db")}`, {
      // How long a checkout waits for the disk at most, where a quarter of a second is too short.
      enqueueTimeout: patience === undefined ? undefined : Number(patience) * 1000,
    }),
  };
  return opened;
}

const html = (page: string) =>
  new Response(page, { headers: { "Content-Type": "text/html; charset=utf-8" } });
const see = (path: string) => new Response(null, { status: 303, headers: { Location: path } });
const status = (code: number) => new Response(null, { status: code });

/** Any page may be the one that a visitor lands on. */
export async function serve(request: Request): Promise<Response> {
  const { apply } = await landing(request);
  return apply(await answer(request));
}

async function answer(request: Request): Promise<Response> {
  const [, place = "", id = "", action = ""] = new URL(request.url).pathname.split("/");
  switch (`${request.method} /${place}`) {
    case "GET /":
      return await home(request);
    case "POST /cart":
      return await fill(request);
    case "GET /cart":
      return cart(id);
    case "POST /checkout":
      return await checkout(request);
    case "GET /bank":
      return shop().orders.order(id) ? html(pages.bank(id)) : status(404);
    case "POST /bank":
      return (await paid(id)) === 404 ? status(404) : see(`/thanks/${id}`);
    case "GET /thanks":
      return await thanks(id);
    case "POST /webhook":
    case "GET /orders":
    case "POST /orders":
      return await office(request, id, action);
    default:
      return status(404);
  }
}

/**
 * Whoever comes by an ad gets a cart at once, whose token is in the form: so a browser without
 * cookies keeps the params, and one that forgets them.
 */
async function home(request: Request): Promise<Response> {
  const { tracking } = await landing(request);
  if (tracking === null) {
    return html(pages.catalogue());
  }
  const page = html(pages.catalogue(shop().orders.newCart(tracking)));
  page.headers.set("Cache-Control", "private, no-store");
  return page;
}

async function fill(request: Request): Promise<Response> {
  const { orders } = shop();
  const { tracking } = await landing(request);
  const form = await request.formData();
  const cart = orders.cart(String(form.get("cart") ?? orders.newCart(tracking)));
  if (cart === undefined) {
    return status(404);
  }
  orders.fill(
    cart,
    chosen(form.getAll("sku").map(String)).map(({ sku }) => sku),
  );
  return see(`/cart/${cart.token}`);
}

function cart(token: string): Response {
  const cart = shop().orders.cart(token);
  return cart ? html(pages.cart(cart)) : status(404);
}

async function checkout(request: Request): Promise<Response> {
  const { orders, outbox } = shop();
  const form = await request.formData();
  const order = orders.place(String(form.get("cart")), form.get("method") === "cod");
  if (order === undefined) {
    return status(404);
  }
  if (order.isCash) {
    await report(outbox, order);
  }
  return see(order.isCash ? `/thanks/${order.id}` : `/bank/${order.id}`);
}

/** Whichever of this page and the webhook comes first reports the order. */
async function thanks(id: string): Promise<Response> {
  const { orders, outbox } = shop();
  const order = orders.order(id);
  if (order === undefined) {
    return status(404);
  }
  if (order.isPaid || order.isCash) {
    await report(outbox, order);
  }
  return html(pages.thanks(order.id));
}

async function paid(id: string): Promise<number> {
  const { orders, outbox } = shop();
  const order = orders.pay(id);
  // Whoever hears of a failure calls again.
  return order === undefined ? 404 : (await report(outbox, order)).result === "failed" ? 500 : 200;
}

/** What the bank and the shop's own people call: without sessions, with a secret. */
async function office(request: Request, id: string, action: string): Promise<Response> {
  if (request.headers.get("X-Webhook-Secret") !== (process.env.SHOP_WEBHOOK_SECRET ?? "demo")) {
    return status(403);
  }
  if (id === "payment") {
    const payment = await request.json();
    return status(payment.status === "paid" ? await paid(String(payment.order)) : 200);
  }
  if (action === "delivered") {
    return status(await paid(id));
  }
  const { orders, outbox } = shop();
  const order = orders.order(id);
  if (order === undefined) {
    return status(404);
  }
  if (action === "returned") {
    await cancel(outbox, order);
    return status(200);
  }
  return Response.json(await look(outbox, order));
}
