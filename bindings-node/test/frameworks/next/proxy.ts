import { Client, COOKIE_NAME, ConversionEvent, TrackingParams } from "connectly-conversions";
import type { NextFetchEvent, NextRequest } from "next/server";

let client: Client | undefined;

export function proxy(request: NextRequest, event: NextFetchEvent): void {
  const cookie = request.cookies.get(COOKIE_NAME)?.value;
  const id = request.nextUrl.pathname.split("/").pop();
  if (cookie && id) {
    event.waitUntil(viewed(cookie, id).catch((error) => console.error("not reported", id, error)));
  }
}

async function viewed(cookie: string, id: string): Promise<void> {
  const tracking = TrackingParams.fromCookie(cookie);
  client ??= new Client();
  await client.send(ConversionEvent.viewContent({ tracking, items: [{ id }] }));
}

export const config = { matcher: "/products/:id" };
