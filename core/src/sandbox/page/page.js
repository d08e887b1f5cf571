// The sandbox's page: it listens to /sandbox/stream and shows what that tells.

const SHOWN = 500; // the latest requests; the journal keeps more
const QUIET = 800; // milliseconds between two announcements to a screen reader
const at = (id) => document.getElementById(id);

// Everything becomes text, never markup: it comes from other people's shops.
function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function button(text, act) {
  const node = make("button", "small", text);
  node.type = "button";
  node.addEventListener("click", () => act(node));
  return node;
}

// --- One request

function tone(request) {
  const isTold = request.status >= 200 && request.status < 300;
  if (!request.recorded) return "bad";
  return isTold && !request.duplicate ? "good" : "odd";
}

function answer(request) {
  const status = request.status === null ? "no answer" : String(request.status);
  if (!request.recorded) return `${status}, not recorded`;
  return request.duplicate ? `${status}, duplicate` : `${status}, recorded`;
}

const money = ({ value, currency }) => [value, currency].filter((text) => text).join(" ");
const isOfApi = (request) => request.method === "POST" && request.path.endsWith("/conversion_events");
const title = (request) => request.event.order_id ?? (isOfApi(request) ? "no order id" : `${request.method} ${request.path}`);

function attribution({ ad_id, sendout_id }) {
  const told = [ad_id && `ad ${ad_id}`, sendout_id && `sendout ${sendout_id}`].filter((text) => text);
  return make("span", "ad", ...told.map((text) => make("span", "", text)));
}

function problems(request) {
  const lines = request.problems.map((problem) =>
    make("li", problem.severity === "error" ? "bad" : "odd",
      make("span", "code", problem.code), make("code", "", problem.path), problem.message));
  if (request.more_problems > 0) lines.push(make("li", "quiet", `and ${request.more_problems} more`));
  if (request.said && lines.length === 0) lines.push(make("li", "bad", request.said));
  if (request.duplicate) lines.push(make("li", "odd", "This order was recorded before: it counts once."));
  if (request.fault) lines.push(make("li", "odd", "Fault played: ", make("span", "code", request.fault)));
  return lines.length > 0 ? make("ul", "problems", ...lines) : null;
}

// The text as it came where it is no JSON, laid out where it is; digits are never parsed.
function laidOut(text) {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[^\s"{}[\],:]+|[{}[\],:]/g) ?? [];
  return tokens.reduce((out, token, index) => {
    if (token === ",") return out + token + line();
    if (token === ":") return `${out}: `;
    if (token === "{" || token === "[") {
      depth += 1;
      return /^[}\]]$/.test(tokens[index + 1]) ? out + token : out + token + line();
    }
    if (token === "}" || token === "]") {
      depth -= 1;
      return /^[{[]$/.test(tokens[index - 1]) ? out + token : out + line() + token;
    }
    return out + token;
  }, "");
}

function facts(request) {
  const { event } = request;
  const seconds = Number(event.event_time);
  const time = event.event_time && Number.isFinite(seconds) && Math.abs(seconds) < 8.64e12
    ? `${event.event_time} (${new Date(seconds * 1000).toISOString().replace(".000", "")})` : event.event_time;
  const rows = [["cnct_tracking_id", event.cnct_tracking_id], ["sendout_id", event.sendout_id],
    ["ctwa_clid", event.ctwa_clid], ["ad_id", event.ad_id], ["event_time", time],
    ["request", `${request.method} ${request.path}`]];
  return make("dl", "", ...rows.filter(([, text]) => text)
    .flatMap(([name, text]) => [make("dt", "", name), make("dd", "", text)]));
}

function bodyOf({ headers, body }) {
  const shown = make("pre", "", laidOut(body));
  shown.tabIndex = 0;
  const toggle = button("As it came", (node) => {
    const isRaw = node.getAttribute("aria-pressed") !== "true";
    node.setAttribute("aria-pressed", String(isRaw));
    shown.textContent = isRaw ? body : laidOut(body);
  });
  toggle.setAttribute("aria-pressed", "false");
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [make("h3", "", "Body", toggle), shown, make("h3", "", "Headers"), make("pre", "", lines.join("\n"))];
}

// The body is asked for when it is to be read.
async function open(request, more) {
  more.replaceChildren(facts(request));
  const asked = await fetch(`/sandbox/requests/${request.number}`).catch(() => null);
  if (asked?.ok) more.append(...bodyOf(await asked.json()));
  else more.append(make("p", "quiet", "The journal does not have its body any more."));
}

function row(request) {
  const time = make("time", "time", new Date(request.at).toLocaleTimeString("en-GB"));
  time.dateTime = new Date(request.at).toISOString();
  const { event } = request;
  const tries = request.attempt > 1 ? make("span", "try", `try ${request.attempt}`) : null;
  const summary = make("summary", "columns", time,
    make("span", "answer", make("span", "pill", answer(request)), tries),
    make("span", "order", make("strong", "", title(request)), make("span", "quiet", event.event_name)),
    make("span", "money", money(event)), attribution(event));
  const more = make("div", "more");
  const details = make("details", "", summary, more);
  details.addEventListener("toggle", () => details.open && open(request, more));
  const item = make("li", `${tone(request)} new`, details, problems(request));
  item.dataset.number = request.number;
  return item;
}

// --- The list

let waiting = []; // what arrived while the list is held
let isHeld = false;
let totals = { requests: 0, recorded: 0, duplicates: 0 };

function show(requests) {
  const list = at("requests");
  const fragment = document.createDocumentFragment();
  for (const request of requests) fragment.prepend(row(request));
  list.prepend(fragment);
  while (list.childElementCount > SHOWN) list.lastElementChild.remove();
}

function count() {
  at("conversions").textContent = totals.recorded - totals.duplicates;
  at("duplicates").textContent = totals.duplicates;
  at("unrecorded").textContent = totals.requests - totals.recorded;
  at("hold").textContent = !isHeld ? "Hold the list" : waiting.length > 0 ? `Show ${waiting.length} new` : "Held";
  at("hold").setAttribute("aria-pressed", String(isHeld));
  at("empty").hidden = totals.requests > 0;
  const shown = at("requests").childElementCount + waiting.length;
  at("cut").hidden = totals.requests <= shown;
  at("cut").textContent = `The latest ${shown} of ${totals.requests} requests are shown. The journal keeps the latest ` +
    "100,000, up to 64 MiB: /sandbox/requests.";
  document.title = totals.requests > 0 ? `(${totals.requests}) Connectly sandbox` : "Connectly sandbox";
}

let unsaid = [];
function announce(requests) {
  if (unsaid.length === 0 && requests.length > 0) {
    setTimeout(() => {
      const latest = unsaid.at(-1);
      const others = unsaid.length > 1 ? `${unsaid.length} requests, the latest: ` : "";
      at("news").textContent = [`${others}${latest.event.event_name ?? ""} ${title(latest)}`, money(latest.event), answer(latest)]
        .filter((text) => text).join(", ");
      unsaid = [];
    }, QUIET);
  }
  unsaid.push(...requests);
}

// --- Faults

function fault({ kind, status, seconds, location, headers = {}, body, order_id, times, recorded }) {
  const asked = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const parts = [[kind, status].filter((part) => part).join(" "), seconds !== undefined && `${seconds} s`,
    location, ...asked, body !== undefined && "with a body of its own",
    recorded !== undefined && (recorded ? "recorded" : "not recorded"), order_id && `order ${order_id}`];
  return make("li", "", make("span", "", parts.filter((part) => part).join(", ")),
    make("span", "", times === 0 ? "stays on" : times === 1 ? "once" : `${times} times`));
}

function showSettings({ faults, now }) {
  at("faults").replaceChildren(...faults.map(fault));
  at("no-faults").hidden = faults.length > 0;
  at("clear-faults").hidden = faults.length === 0;
  at("faults-count").hidden = faults.length === 0;
  at("faults-count").textContent = `${faults.length} on`;
  at("clock").hidden = now === null;
  if (now !== null) at("clock").textContent = `The sandbox's clock stands at ${new Date(now * 1000).toISOString()}.`;
}

function chosen() {
  const option = at("kind").selectedOptions[0];
  at("does").textContent = option.title;
  for (const field of document.querySelectorAll("[data-kind]")) field.hidden = field.dataset.kind !== option.value;
  at("times").disabled = at("forever").checked;
}

async function ask(method, path, body) {
  const answered = await fetch(path, { method, body }).catch(() => null);
  if (answered?.ok) return "";
  return answered ? (await answered.json()).message : "The sandbox does not answer.";
}

async function switchOn() {
  const script = { kind: at("kind").value, times: at("forever").checked ? 0 : at("times").valueAsNumber };
  for (const field of document.querySelectorAll("[data-kind]")) {
    const input = field.querySelector("input");
    if (field.hidden || input.value === "") continue;
    script[input.name] = input.type === "number" ? input.valueAsNumber : input.value;
  }
  if (at("order_id").value !== "") script.order_id = at("order_id").value;
  at("fault-problem").textContent = at("times").value === "" || script.times < 0 ? "How often?"
    : await ask("POST", "/sandbox/faults", JSON.stringify(script));
}

// --- The stream

let stream = null;
let place = ""; // the last event's id

function tell(text, className) {
  at("state").textContent = text;
  at("state").className = `state ${className}`;
}

function take(message) {
  place = message.lastEventId;
  const told = JSON.parse(message.data);
  if (told.whole) {
    waiting = [];
    at("requests").replaceChildren();
  }
  totals = told.totals;
  if (told.faults) showSettings(told);
  if (isHeld) waiting = [...waiting, ...told.requests].slice(-SHOWN);
  else show(told.requests);
  if (!told.whole) announce(told.requests);
  count();
}

function listen() {
  stream?.close();
  stream = new EventSource(place ? `/sandbox/stream?after=${place}` : "/sandbox/stream");
  stream.addEventListener("open", () => tell("Live", "good"));
  stream.addEventListener("message", take);
  // The browser asks again by itself, and says where it had come to.
  stream.addEventListener("error", () => tell("The sandbox does not answer; this page tries again", "bad"));
}

at("hold").addEventListener("click", () => {
  isHeld = !isHeld;
  if (!isHeld) show(waiting.splice(0));
  count();
});
at("reset").addEventListener("click", () => ask("POST", "/sandbox/reset"));
at("clear-faults").addEventListener("click", () => {
  at("kind").focus();
  ask("DELETE", "/sandbox/faults");
});
at("kind").addEventListener("change", chosen);
at("forever").addEventListener("change", chosen);
at("fault").addEventListener("submit", (event) => {
  event.preventDefault();
  switchOn();
});
// A browser has few connections to a host: pages that nobody looks at hold none.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) stream?.close();
  else listen();
});

const address = `CONNECTLY_BASE_URL=${location.origin}`;
at("address").textContent = address;
at("address-again").textContent = address;
at("copy").hidden = !navigator.clipboard;
at("copy").addEventListener("click", () => {
  navigator.clipboard.writeText(address).then(() => { at("copy").textContent = "Copied"; }, () => {});
});
// On a phone the list comes first.
at("panel").open = matchMedia("(min-width: 62rem)").matches;
chosen();
listen();
