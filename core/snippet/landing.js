// The capture snippet, for pages that no server of the shop sees: those of a CDN.
//
// It writes what the link brought into the cookie `cnct_landing`, in the format of `cnct_tracking`; the
// next request that reaches the shop's server takes it over and deletes it. It holds no key, asks
// nobody, and never throws. `landing.min.js` is made of it (`make snippet`): that is what is served.
//
//   <script src="/connectly.js" data-domain="shop.example"></script>
//
// With a domain only where pages and server are two hosts of one. Left to the server, or to whoever
// loads it: consent (load it with consent alone), first touch, parameters that must come before other
// extras, and telling of links that are incomplete.
(() => {
  const { document = {} } = globalThis;
  // Known only while the script runs for the first time, and never to a module.
  const domain = document.currentScript?.dataset.domain;
  // The bytes of UTF-8, one a letter: all that is encoded here is well formed.
  const bytes = (text) => unescape(encodeURIComponent(text));
  const storable = (text) => text && bytes(text).length <= 1024 && !/\p{Cc}/u.test(text);
  const member = (pair) => pair.map((text) => JSON.stringify(text)).join(":");
  // Connectly's own first, other networks' last.
  const rank = ([name]) => (/^cnct_/.test(name) ? 0 : /^(utm_|gclid$|fbclid$)/.test(name) ? 2 : 1);

  const capture = () => {
    try {
      const query = new URLSearchParams(location.search);
      const names = ["cnct_tracking_id", "sendout_id", "ctwa_clid", "ad_id"];
      // Of a name given twice the first value that is not empty counts.
      const named = names.map((name) => [name, query.getAll(name).find((value) => value)]);
      const seen = new Set(names);
      const extras = [...query].filter(
        (pair) => pair.every(storable) && !seen.has(pair[0]) && seen.add(pair[0]),
      );
      // Text, not an object: that would put a name like "7" before all others.
      const json = (extra) =>
        `{"v":1,${named.map(member)}${extra && `,"extra":{${extra}}`},"captured_at":${Math.floor(Date.now() / 1000)}}`;
      const fits = (extra) => bytes(json(extra)).length <= 3059;
      let extra = "";
      for (const pair of extras.sort((one, two) => rank(one) - rank(two))) {
        const longer = (extra && `${extra},`) + member(pair);
        if (fits(longer)) {
          extra = longer;
        }
      }
      // Nobody's visit, or a bad one, must not displace a good one; too long a cookie is refused.
      if (named.flat().every(storable) && fits(extra)) {
        const value = btoa(bytes(json(extra))).replace(
          /[+/=]/g,
          (letter) => ({ "+": "-", "/": "_" })[letter] ?? "",
        );
        document.cookie =
          `cnct_landing=v1.${value};path=/;max-age=7776000;samesite=lax` +
          (domain ? `;domain=${domain}` : "") +
          (/^https:/.test(location) ? ";secure" : "");
      }
    } catch {}
  };

  // A page that is loaded ahead is no visit yet.
  document.prerendering ? document.addEventListener("prerenderingchange", capture) : capture();
})();
