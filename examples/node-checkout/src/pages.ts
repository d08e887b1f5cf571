// The shop's pages: plain HTML, which works without script and without cookies.

import { chosen, dollars, everything, total } from "./catalogue.js";
import type { Cart } from "./orders.js";

const page = (title: string, body: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><h1>${title}</h1>${body}`;

function button(action: string, fields: Record<string, string>, words: string): string {
  const hidden = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${value}">`,
  );
  return `<form method="post" action="${action}">${hidden.join("")}<button>${words}</button></form>`;
}

export function catalogue(cart?: string): string {
  const token = cart === undefined ? "" : `<input type="hidden" name="cart" value="${cart}">`;
  const products = everything.map(
    ({ sku, name, cents }) =>
      `<p><label><input type="checkbox" name="sku" value="${sku}"> ${name}, $${dollars(cents)}</label>`,
  );
  const form = `<form method="post" action="/cart">${token}${products.join("")}<p><button>Add to cart</button></form>`;
  return page("Phones and data", form);
}

export function cart({ token, skus }: Cart): string {
  const lines = chosen(skus);
  const items = lines.map(({ name, cents }) => `<li>${name}: $${dollars(cents)}`);
  const pay = (method: string, words: string) => button("/checkout", { cart: token, method }, words);
  const buttons = pay("card", "Pay by card") + pay("cod", "Cash on delivery");
  return page("Your cart", `<ul>${items.join("")}</ul><p>Total: $${total(lines)}${buttons}`);
}

export const bank = (order: string) => page("The bank", button(`/bank/${order}`, {}, "Pay"));

export const thanks = (order: string) => page("Thank you", `<p>Your order: <span id="order">${order}</span>`);
