// The shop's own part: a catalogue, and orders as any shop has them.

import { randomUUID } from "node:crypto";

export interface Product {
  readonly sku: string;
  readonly name: string;
  /** Decimal text, as it comes from a database: never a float. */
  readonly price: string;
}

export const CATALOGUE: readonly Product[] = [
  { sku: "data-pass-30d", name: "Data pass, 30 days", price: "49.99" },
  { sku: "phone-case-blk", name: "Phone case, black", price: "49.98" },
];

export interface Order {
  readonly id: string;
  readonly products: readonly Product[];
  readonly currency: "USD";
  readonly total: string;
  readonly paidAt: Date;
  /** The cookie of the landing, kept with the order: a report can be made again from it. */
  readonly tracking: string | undefined;
  /** Why the order is not even in the outbox; what became of the others the outbox knows. */
  failed?: string;
}

const cents = (price: string): number => Math.round(Number(price) * 100);

export function placeOrder(products: readonly Product[], tracking: string | undefined): Order {
  const total = products.reduce((sum, { price }) => sum + cents(price), 0);
  return {
    id: `ORD-${randomUUID()}`,
    products,
    currency: "USD",
    total: `${Math.floor(total / 100)}.${String(total % 100).padStart(2, "0")}`,
    paidAt: new Date(),
    tracking,
  };
}
