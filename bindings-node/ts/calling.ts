import { theCalls } from "./bridge.js";
import { errorOf, errorOfText } from "./errors.js";
import type { NativeBridge } from "./native.js";
import type { Failed } from "./records.js";

/** Makes a call of the native half and awaits its answer. The call gives the record of an error. */
export async function call<T>(begin: (bridge: NativeBridge, id: number) => string | null): Promise<T> {
  const calls = theCalls();
  const id = calls.newId();
  const answer = await new Promise<{ readonly done: T } | Failed>((resolve) => {
    calls.begin(id, {
      take: (record) => {
        calls.end(id);
        resolve(record as { readonly done: T } | Failed);
      },
    });
    const refused = begin(calls.bridge, id);
    if (refused !== null) {
      calls.end(id);
      throw errorOfText(refused);
    }
  });
  if ("error" in answer) {
    throw errorOf(answer.error);
  }
  return answer.done;
}
