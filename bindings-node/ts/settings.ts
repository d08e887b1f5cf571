import { ourVariables, variable } from "./environment.js";
import { errorOfText } from "./errors.js";
import { textOf } from "./json.js";
import { type ClientHandle, native } from "./native.js";
import type { ClientOptions } from "./options.js";

/** A native client of these settings; the environment fills the gaps. */
export function createClient(options: ClientOptions | null | undefined): ClientHandle {
  const given = options ?? {};
  const file = variable("NODE_EXTRA_CA_CERTS");
  if (file !== "" && typeof given === "object" && (given.caBundle ?? undefined) === undefined) {
    const made = native.createClient(textOf("options", { ...given, caBundle: file }), ourVariables());
    if (typeof made !== "string") {
      return made;
    }
    const error = errorOfText(made);
    if (error.code !== "invalid_ca_bundle") {
      throw error;
    }
    // As Node itself does.
    process.emitWarning(`NODE_EXTRA_CA_CERTS is ignored: ${error.message}`);
  }
  const made = native.createClient(textOf("options", given), ourVariables());
  if (typeof made === "string") {
    throw errorOfText(made);
  }
  return made;
}
