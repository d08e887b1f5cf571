import { Client, ConversionEvent, type TrackingParams } from "connectly-conversions";
import { type NextFetchEvent, type NextRequest, NextResponse } from "next/server";
import { landing } from "./landing";

let client: Client | undefined;

export async function proxy(request: NextRequest, event: NextFetchEvent): Promise<NextResponse> {
  const { tracking, apply } = await landing(request);
  const [, folder, id] = request.nextUrl.pathname.split("/");
  if (tracking && folder === "products" && id) {
    event.waitUntil(viewed(tracking, id).catch((error) => console.error("not reported", id, error)));
  }
  return apply(NextResponse.next());
}

async function viewed(tracking: TrackingParams, id: string): Promise<void> {
  client ??= new Client();
  await client.send(ConversionEvent.viewContent({ tracking, items: [{ id }] }));
}

export const config = { matcher: "/((?!_next/).*)" };
