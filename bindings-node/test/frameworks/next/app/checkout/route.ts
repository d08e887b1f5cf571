import { Client, ConversionEvent } from "connectly-conversions";
import { after } from "next/server";
import { landing } from "../../landing";

// Made by the first request: `next build` loads this file too, where there is no key.
let client: Client | undefined;

export async function POST(request: Request): Promise<Response> {
  const { tracking } = await landing(request);
  const { orderId, total } = await request.json();
  if (tracking) {
    after(async () => {
      client ??= new Client();
      await client.send(ConversionEvent.purchase({ tracking, orderId, currency: "USD", value: total }));
    });
  }
  return Response.json({ orderId });
}
