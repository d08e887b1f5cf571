import { type Taker, theCalls } from "./bridge.js";
import { errorOfText } from "./errors.js";
import type { InFlight } from "./in-flight.js";
import type { ClientHandle, EventHandle } from "./native.js";
import type { ResultRecord } from "./records.js";
import { onAbort } from "./signals.js";

/** Sends one event: its record, or the signal's reason. */
export function sendOne(
  client: ClientHandle,
  inFlight: InFlight,
  event: EventHandle,
  timeout: number | undefined,
  signal: AbortSignal | undefined,
): Promise<ResultRecord> {
  return new Promise((resolve, reject) => {
    const calls = theCalls();
    const { bridge } = calls;
    const id = calls.newId();
    let stopListening: (() => void) | undefined;
    const end = (): void => {
      calls.end(id);
      inFlight.delete(call);
      stopListening?.();
    };
    const call: Taker = {
      take: (record) => {
        end();
        resolve(record as ResultRecord);
      },
    };
    calls.begin(id, call);
    const refused = bridge.send(id, client, event, timeout);
    if (refused !== null) {
      calls.end(id);
      throw errorOfText(refused);
    }
    inFlight.add(call);
    if (signal !== undefined) {
      stopListening = onAbort(signal, () => {
        bridge.stop(id);
        end();
        reject(signal.reason);
      });
    }
  });
}
