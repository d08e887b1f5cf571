// Carts, and the orders that they become. A real shop has a database; here it is a file of lines.

import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { TrackingParams, TrackingParamsJSON } from "connectly-conversions";

export interface Cart {
  readonly token: string;
  /** What the visitor's landing told, as it is stored; `null` for most. */
  readonly tracking: TrackingParamsJSON | null;
  readonly skus: readonly string[];
}

export interface Order {
  /** It never changes. */
  readonly id: string;
  readonly cart: string;
  readonly tracking: TrackingParamsJSON | null;
  readonly skus: readonly string[];
  /** Whether it is paid at the door. */
  readonly isCash: boolean;
  readonly isPaid: boolean;
  readonly placedAt: string;
}

export class Orders {
  readonly #file: string;
  readonly #carts = new Map<string, Cart>();
  readonly #orders = new Map<string, Order>();

  constructor(file: string) {
    this.#file = file;
    if (existsSync(file)) {
      for (const line of readFileSync(file, "utf8").trim().split("\n")) {
        this.#know(JSON.parse(line));
      }
    }
  }

  /** The params are bound to it: browsers forget. Its token is nobody's to guess. */
  newCart(tracking: TrackingParams | null): string {
    return this.#write({ token: randomUUID(), tracking: tracking?.toJSON() ?? null, skus: [] }).token;
  }

  cart(token: string): Cart | undefined {
    return this.#carts.get(token);
  }

  fill(cart: Cart, skus: readonly string[]): void {
    this.#write({ ...cart, skus });
  }

  /** A cart becomes one order: a second submit finds that of the first. */
  place(token: string, isCash: boolean): Order | undefined {
    const cart = this.#carts.get(token);
    const placed = [...this.#orders.values()].find((order) => order.cart === token);
    if (placed !== undefined || cart === undefined || cart.skus.length === 0) {
      return placed;
    }
    const { tracking, skus } = cart;
    const placedAt = new Date().toISOString();
    return this.#write({
      id: `ORD-${randomUUID()}`,
      cart: token,
      tracking,
      skus,
      isCash,
      isPaid: false,
      placedAt,
    });
  }

  order(id: string): Order | undefined {
    return this.#orders.get(id);
  }

  pay(id: string): Order | undefined {
    const order = this.#orders.get(id);
    return order && (order.isPaid ? order : this.#write({ ...order, isPaid: true }));
  }

  #write<T extends Cart | Order>(record: T): T {
    appendFileSync(this.#file, `${JSON.stringify(record)}\n`);
    this.#know(record);
    return record;
  }

  #know(record: Cart | Order): void {
    if ("token" in record) {
      this.#carts.set(record.token, record);
    } else {
      this.#orders.set(record.id, record);
    }
  }
}
