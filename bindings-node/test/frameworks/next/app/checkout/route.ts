import { Client, ConversionEvent, TrackingParams } from "connectly-conversions";
import { after } from "next/server";

// Made by the first request: `next build` loads this file too, where there is no key.
let client: Client | undefined;

export async function POST(request: Request): Promise<Response> {
  const { cookie, orderId, total } = await request.json();
  after(async () => {
    const tracking = TrackingParams.fromCookie(cookie);
    client ??= new Client();
    await client.send(ConversionEvent.purchase({ tracking, orderId, currency: "USD", value: total }));
  });
  return Response.json({ orderId });
}
