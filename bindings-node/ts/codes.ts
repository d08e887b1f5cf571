/** Generated from core/schema/surface.json by `make generate`. */

export const ERROR_KINDS = [
  // A setting or an argument cannot be used, the client is closed, or the API redirects. Correct
  // the setting. Sending again changes nothing.
  "configuration",
  // The event or the landing breaks a rule. Nothing was sent; `issues` lists every problem. Correct
  // what `issues` names.
  "validation",
  // The API refused the key (401, 403). Correct the key, then send again.
  "authentication",
  // The API does not know the business, or it has no WhatsApp Cloud channel (404). Check the
  // business id and the base URL, then send again.
  "not_found",
  // The API or Meta refused this event (400 and every 4xx without a kind of its own). The message
  // is their own words. Read the message. The same event would be refused again.
  "rejected",
  // The API asks to come later (425, 429). Send the same event again, after `retryAfter` where it
  // is given.
  "rate_limited",
  // The API failed (5xx). Send the same event again later if `retryable` says so.
  "server",
  // There was no connection, or it broke. Send the same event again later if `retryable` says so.
  "network",
  // No answer came in time. Send the same event again later if `retryable` says so.
  "timeout",
  // The API answered 2xx, but the answer does not say that the event was received. Look at
  // `rawBody`. Send the same event again only if `retryable` says so.
  "response",
  // The durable queue failed. Look at the message and at the database.
  "outbox",
  // A defect in this library. Please report it with the message.
  "internal",
] as const;

export const ERROR_CODES = [
  // No API key was given and `CONNECTLY_API_KEY` is not set. Give `apiKey` or set
  // `CONNECTLY_API_KEY`.
  "missing_api_key",
  // The API key has blanks around it, or characters that an HTTP header cannot carry. Copy the key
  // again from the Connectly inbox (Settings, General, API Key).
  "invalid_api_key",
  // No business id was given and `CONNECTLY_BUSINESS_ID` is not set. Give `businessId` or set
  // `CONNECTLY_BUSINESS_ID`.
  "missing_business_id",
  // The business id is not a UUID. Give the UUID of the business at Connectly. It is not the API
  // key.
  "invalid_business_id",
  // The base URL cannot be used. Give an https URL without user, query and fragment, or leave it
  // out.
  "invalid_base_url",
  // The base URL is plain `http` to another machine: the API key could be read on the way. Use
  // https. In tests with several containers, set `allowInsecureHttpForTests`.
  "insecure_base_url",
  // A test's sandbox is active in this process, and this client would send to another machine.
  // Nothing was sent. Make the client inside the test, so that it reads the sandbox's address, or
  // give it the sandbox's URL as `baseUrl`.
  "sandbox_active",
  // A time limit is zero, negative, infinite or not a number. Give a number greater than 0.
  "invalid_timeout",
  // A number of the retry policy is negative, infinite or not a number. Give numbers of 0 or more.
  "invalid_retry_policy",
  // The concurrency is not a whole number of 1 or more. Give a whole number of 1 or more.
  "invalid_concurrency",
  // An option or an argument is unknown, or its value cannot be used. The message names the option
  // and what it takes.
  "invalid_option",
  // The proxy's URL cannot be used. Give a URL such as `http://host:port`.
  "invalid_proxy",
  // The file of certificates cannot be read or holds none. Give the path of a PEM file with at
  // least one certificate.
  "invalid_ca_bundle",
  // TLS could not be set up on this machine. Look at the cause; install the system's certificates.
  "tls_setup_failed",
  // The client was closed. If requests were cut off by it, their events may have arrived. Send with
  // a client that is open. What was cut off may be sent again if `retryable` says so.
  "client_closed",
  // The API answered with a redirect (3xx), which is never followed. Check the base URL.
  "redirected",
  // The event breaks a rule. Correct what `issues` names; it lists every problem.
  "invalid_event",
  // The landing parameters break a rule. Look at `issues`, which lists every problem. A broken link
  // must not break the page.
  "invalid_tracking",
  // The API does not accept the key (401). Check the API key.
  "unauthenticated",
  // The key may not report for this business (403). Check that the key and the business id belong
  // together.
  "forbidden",
  // The API does not know the business or the path (404). Check the business id and the base URL,
  // and that the business has a WhatsApp Cloud channel.
  "not_found",
  // The API or Meta refused the event (400 and every 4xx without a code of its own). Read the
  // message. The same event would be refused again.
  "rejected",
  // The API asks to come later (425). Send the same event again later.
  "too_early",
  // There were too many requests (429). Send the same event again, after `retryAfter` where it is
  // given.
  "rate_limited",
  // The API is not available at the moment (503). Send the same event again later.
  "unavailable",
  // The API failed (every other 5xx). The event may have been recorded. Send the same event again
  // later if `retryable` says so.
  "server_error",
  // The name of the host has no address. Nothing was sent. Check the base URL, the proxy and the
  // DNS; then send again.
  "dns_failed",
  // No connection could be made. Nothing was sent. Check the network, the firewall and the proxy;
  // then send again.
  "connect_failed",
  // The TLS handshake failed: certificate, host name or protocol. Nothing was sent. Check the base
  // URL and `caBundle`; then send again.
  "tls_failed",
  // The connection broke after sending began. The event may have been recorded. Send the same event
  // again later if `retryable` says so.
  "connection_lost",
  // No connection was made in time. Nothing was sent. Send the same event again later.
  "connect_timeout",
  // One attempt had no answer in time. The event may have been recorded. Send the same event again
  // later if `retryable` says so.
  "attempt_timeout",
  // The time for the whole call is over. The event may have been recorded. Send the same event
  // again later if `retryable` says so.
  "deadline_exceeded",
  // The server says that the request took too long (408). The event may have been recorded. Send
  // the same event again later if `retryable` says so.
  "request_timeout",
  // The API answered 2xx with `events_received` 0. Look at `rawBody`. The same event would fare the
  // same.
  "not_received",
  // The API answered 2xx, but not as it should. The event may have been recorded. Look at `rawBody`
  // and check the base URL. Send again only if `retryable` says so.
  "unreadable_response",
  // The answer is over 64 KiB. The event may have been recorded. Check the base URL. Send again
  // only if `retryable` says so.
  "response_too_large",
  // The outbox's URL cannot be used. Give `sqlite:///absolute/path/of/a/file.db`, three slashes and
  // an absolute path, or `postgresql://user:password@host/database`.
  "invalid_outbox_url",
  // The client sends for another business than the outbox's. Give both the same `businessId`.
  "wrong_business",
  // The event was not on the disk within `enqueueTimeout`. It may still come to be stored. Enqueue
  // it again later: with an order id that does no harm. Look at the disk.
  "outbox_timeout",
  // As many events wait as `maxEvents` and `maxBytes` allow. The event was not stored. Look why
  // nothing is delivered (`connectly outbox status`); then enqueue it again.
  "outbox_full",
  // The disk is full. The event was not stored; what was stored before is safe and is still
  // delivered. Make room on the disk; then enqueue the event again.
  "outbox_disk_full",
  // Another process kept the outbox locked for too long. Try again. Look for a process that holds a
  // transaction on the outbox's tables.
  "outbox_busy",
  // The outbox's file cannot be opened or written, or its PostgreSQL server does not serve it. Make
  // the folder, and give the process's user the right to write in it; or look at the server, at the
  // role and at its rights.
  "outbox_unavailable",
  // The outbox's file is damaged. Stop all workers, keep a copy of the file with its `-wal`, and
  // restore a backup or start a new file.
  "outbox_corrupt",
  // The file, or the tables of this name, are of something else. Give the outbox a file of its own,
  // or a schema.
  "outbox_foreign",
  // A newer release made the outbox's tables, and this one cannot work with them. Update this
  // process's release.
  "outbox_too_new",
  // The outbox's file lies on a network file system, where its locks do not hold. Put it on a disk
  // of this machine.
  "outbox_network_disk",
  // The outbox's database failed. Look at the message and at the cause.
  "outbox_failed",
  // The event may have been recorded, and sending it again could count it twice: it has no order
  // id, or 48 hours have passed. Do not send it again. Give every purchase an order id.
  "unknown_outcome",
  // A defect in this library. Please report it with the message.
  "internal",
] as const;

export const ISSUE_CODES = [
  // The text is not JSON, or a member is there twice. Write the document with a JSON library.
  "invalid_json",
  // A member that is needed is absent or empty. Give it.
  "required",
  // There is no such member. Check the spelling; the message says what may be meant. Members that
  // the API may gain later go into `extraPayload`.
  "unknown_field",
  // The value has another type than is needed, such as a number in place of a text. Give the type
  // that the message names. Tracking values are texts, also if they are digits.
  "wrong_type",
  // The event's name is not exactly `Purchase` or `ViewContent`. Use one of the two.
  "unsupported_event_name",
  // A tracking value, an item's id or a content id is over 1,024 bytes, or an order id is over 256.
  // Shorten it, or use another id.
  "value_too_long",
  // There is a control character, such as a line end, in a tracking value or an id. Remove it.
  "control_character",
  // The currency is neither an ISO 4217 code of money nor one of `extraCurrencies`. Check the code.
  // For a code newer than this release use `extraCurrencies` or `CONNECTLY_EXTRA_CURRENCIES`.
  "unknown_currency",
  // The amount is not an exact decimal number: not a number, over 18 digits, written with a comma,
  // or a float with more than 15 significant digits. Give a decimal or a text such as `99.97`.
  // `rounding` can round floats to the currency.
  "invalid_amount",
  // The amount is below zero. Leave out lines of discount; `value` is what was paid.
  "negative_amount",
  // The quantity is not a whole number from 1 to 2,147,483,647. For 1.5 kg give the quantity 1 and
  // the price of the line.
  "invalid_quantity",
  // The time looks like milliseconds. Give Unix seconds; they are the suggestion.
  "event_time_in_milliseconds",
  // The time is more than 5 minutes ahead of the clock. Check the time zone, and the clock of the
  // machine.
  "event_time_in_future",
  // The time is before 2015-01-01. Give the time of the order in Unix seconds.
  "event_time_implausible",
  // The date and time has no time zone. Add the offset, such as `Z` or `+02:00`.
  "event_time_without_zone",
  // The event is over 1,000,000 bytes as it would be sent. Send fewer or shorter members.
  "event_too_large",
  // The event is more than 7 days old. Meta refuses it; Connectly still records it. Report orders
  // sooner.
  "event_older_than_seven_days",
  // The purchase has no order id: nothing protects it from being counted twice. Give the shop's own
  // id of the order.
  "missing_order_id",
  // The amount has more decimals than the currency (JPY 0, USD 2, KWD 3). Round it yourself, or
  // with `rounding`.
  "amount_precision",
  // ISO 4217 has withdrawn the currency. Old orders may have it. Check the code if the order is
  // new.
  "withdrawn_currency",
  // The currency is known from `extraCurrencies` only. Nothing, if the code is right.
  "extra_currency",
  // The amount was rounded to the currency, as `rounding` asks. Nothing, or give an amount that is
  // exact.
  "amount_rounded",
  // The member was given through `extraPayload`. Nothing, if the API takes it.
  "undeclared_field",
  // A `ViewContent` has a currency and no value. Give both or neither.
  "currency_without_value",
  // A `ViewContent` has a value and no currency. Give both or neither.
  "value_without_currency",
  // `numItems` is not the sum of the quantities. Leave it out: it is derived from the items.
  "num_items_mismatch",
  // `contentIds` are not the ids of the items. Leave them out: they are derived from the items.
  "content_ids_mismatch",
  // `value` is not the sum of quantity times price. With shipping, tax or discount that is normal.
  // Nothing, if the value is what was paid.
  "total_mismatch",
  // `contentType` is neither `product` nor `product_group`. Use one of the two, or leave it out.
  "unknown_content_type",
  // The visitor came more than 7 days before the event. Meta may not credit the ad. Nothing;
  // Connectly still records it.
  "click_older_than_seven_days",
] as const;

export const FAULT_KINDS = [
  // Answers with this status, 200 to 599. Nothing is recorded.
  "status",
  // Answers as usual after this time. The event is recorded.
  "delay",
  // Never answers. Nothing is recorded.
  "hang",
  // Resets the connection. Nothing is recorded.
  "reset",
  // Resets the connection: a success that nobody is told of. The event is recorded.
  "reset_after_recording",
  // Closes the connection in the middle of the answer. The event is recorded.
  "half_answer",
  // Answers with bytes that are not HTTP. Nothing is recorded.
  "garbage",
  // Answers 200 with a body of 80 KiB; a client reads 64. The event is recorded.
  "oversized_body",
  // Answers 200, one byte every 50 ms, without end. The event is recorded.
  "slow_drip",
  // Answers as usual, then closes the connection, which the answer promised to keep. The event is
  // recorded.
  "close_idle",
  // Answers 200 with a header of 1 MiB. The event is recorded.
  "huge_header",
  // Answers 200 with 48 KiB of gzip that become 48 MiB. The event is recorded.
  "gzip_bomb",
  // Answers 307 to this URL. Nothing is recorded.
  "redirect",
  // Answers 200 with `events_received` 0. Nothing is recorded.
  "not_received",
  // Answers one request twice; the connection goes on. The event is recorded.
  "duplicate_answer",
] as const;

export const VISIT_COUNTS = [
  // The visit brought new params, and they are the visitor's params now.
  "captured",
  // The visit brought params, and those that were known stay: they are the same, they are newer, or
  // the first touch counts.
  "kept",
  // The visit is Connectly's, but values are missing. What was known stays.
  "partial",
  // The visit is Connectly's, but a value breaks a rule. What was known stays.
  "invalid",
  // The request is not a visit to count; `skipped` says why.
  "skipped",
  // The visit brought nothing of Connectly's, as most visits do.
  "none",
] as const;

export const SKIP_REASONS = [
  // The visitor has not agreed to be tracked.
  "consent",
  // The method is not GET.
  "method",
  // The browser loads the page ahead of a visit that may never come.
  "prefetch",
  // An app shows a preview of the link.
  "link_preview",
] as const;

export const OUTBOX_STATES = [
  // It waits for a time, or for `release`.
  "held",
  // It waits for a worker.
  "pending",
  // A worker sends it.
  "leased",
  // The API said that it received it.
  "accepted",
  // The API refused it, or it was invalid from the start. `replay` may try again.
  "rejected",
  // It is given up: nobody knows whether it was recorded, or it failed for too long. `replay` may
  // try again.
  "dead",
  // It was taken back before it was sent.
  "cancelled",
  // The shop decided not to report the order.
  "skipped",
] as const;

export const VERDICTS = [
  // It goes out again.
  "replayed",
  // It cannot: its payload was erased.
  "payload_gone",
  // It stays: it could count twice. `force` sends it all the same.
  "needs_force",
  // It stays: from its state nothing is replayed.
  "unchanged",
] as const;

export const REPORT_RESULTS = [
  // It is stored and will be sent.
  "queued",
  // It is stored, and waits for a time or for `release`.
  "held",
  // The order was there before and stays as it was; `conflict` says that this report has another
  // content.
  "duplicate",
  // The customer did not come from an ad, as far as is known. The ledger has the order, without a
  // payload.
  "not_attributed",
  // The order is deliberately not reported; `reason` says why, and so does the ledger.
  "skipped",
  // The event breaks a rule; `issues` lists every problem. It is kept as a dead letter, to be
  // repaired.
  "invalid",
  // Nothing is known to be stored; `error` says why.
  "failed",
] as const;

export const OMISSIONS = [
  // The shop's own rule leaves it out, such as an order of staff or a test.
  "excluded",
  // It is not paid, and no hold waits for that.
  "unpaid",
  // Nothing was paid for it.
  "zero_value",
  // A subscription goes on: no new purchase.
  "renewal",
] as const;
