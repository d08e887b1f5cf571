// What the shop sells, in US dollars.

export interface Product {
  readonly sku: string;
  readonly name: string;
  /** Money is whole cents, or text: never a float. */
  readonly cents: number;
}

const PRODUCTS: readonly Product[] = [
  { sku: "data-pass-30d", name: "Data pass, 30 days", cents: 4999 },
  { sku: "phone-case-blk", name: "Phone case, black", cents: 4998 },
];

export const everything = PRODUCTS;

/** Those of the catalogue; what is not in it is passed over. */
export function chosen(skus: readonly string[]): readonly Product[] {
  return PRODUCTS.filter(({ sku }) => skus.includes(sku));
}

export function total(lines: readonly Product[]): string {
  return dollars(lines.reduce((sum, { cents }) => sum + cents, 0));
}

export function dollars(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
}
