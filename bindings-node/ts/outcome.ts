import type { ConnectlyError } from "./errors.js";
import type { ConversionEvent } from "./event.js";
import type { Receipt } from "./records.js";

/** What became of one event of a batch: a receipt, or why there is none. */
export type Outcome =
  | { readonly event: ConversionEvent; readonly receipt: Receipt; readonly error?: undefined }
  | { readonly event: ConversionEvent; readonly error: ConnectlyError; readonly receipt?: undefined };
