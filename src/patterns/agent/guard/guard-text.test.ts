import { describe, expect, test } from "vitest";
import { guardText } from "./guard-text.ts";
import { hostsIn } from "./hosts.ts";

const hosts = ["good.example", "*.shop.example"];
const rule = { hosts, trusted: [] };

/** What becomes of each way to write a link, an image or a request to somebody else's host. */
const taken: readonly (readonly [string, string])[] = [
  ["[here](https://evil.example/?d=1) it is", "[here] [link removed: evil.example] it is"],
  ['![a](https://evil.example/x.png "title")', "![a] [image removed: evil.example]"],
  ["[a[b]c](<https://evil.example/a b> 'title')", "[a[b]c] [link removed: evil.example]"],
  ["[x](\n  https://evil.example/x\n  (t)\n)", "[x] [link removed: evil.example]"],
  ["![a][r]\n\n[r]: //evil/x", "![a][r]\n\n[r]: [link removed: evil]"],
  [
    "[![i](https://evil.example/1)](https://evil.example/2)",
    "[![i] [image removed: evil.example]] [link removed: evil.example]",
  ],
  ["[x](https://evil.example/a_(b)_c)!", "[x] [link removed: evil.example]!"],
  ["<https://evil.example/x>", "[link removed: evil.example]"],
  ["(https://evil.example/x).", "([link removed: evil.example])."],
  ["see www.evil.example, ok", "see [link removed: evil.example], ok"],
  ["//evil.example/x", "[link removed: evil.example]"],
  ["\\\\evil.example\\share", "[link removed: evil.example]"],
  ["evil.example/?d=1", "[link removed: evil.example]"],
  ["at evil.com:8080/path", "at [link removed: evil.com]"],
  ["münchen.de/rathaus", "[link removed: xn--mnchen-3ya.de]"],
  ["请看https://evil.example/x。谢谢", "请看[link removed: evil.example]"],
  ["1.2.3.4/admin", "[link removed: 1.2.3.4]"],
  ["<img src=//evil.example/x>", "[image removed: evil.example]"],
  ["<IMG\nSRC = 'https:evil.example'>", "[image removed: evil.example]"],
  ['<img alt="a>b" src="ht\ntps://evil.example">', "[image removed: evil.example]"],
  [
    '<img srcset="https://good.example/a 1x, https://evil.example/b 2x">',
    "[image removed: evil.example]",
  ],
  ['<video poster="https://evil.example/a">', "[image removed: evil.example]"],
  ['<b style="background:url(//evil.example/a)">x</b>', "[content removed: evil.example]x</b>"],
  ['<b style="background:u\\72l(x)">x</b>', "[content removed: css]x</b>"],
  [
    "<style>@import '//evil.example/a';</style>",
    "[content removed: css]@import '[link removed: evil.example]';</style>",
  ],
  [
    '<meta http-equiv=refresh content="0;url=https://evil.example/">',
    "[content removed: evil.example]",
  ],
  [
    "<svg><image xlink:href='//evil.example/x'/></svg>",
    "<svg> [image removed: evil.example]</svg>",
  ],
  [
    "<form action=https://evil.example><base href=//evil>",
    "[content removed: evil.example] [content removed: evil]",
  ],
  ["<iframe srcdoc='&lt;img src=//evil.example&gt;'>", "[content removed: javascript]"],
  ["<a href='x' onclick=send()>y</a>", "[link removed: javascript]y</a>"],
  ["<script>send()</script>", "[content removed: javascript]send()</script>"],
  ["<a href='&#104;ttps&colon;//evil.example/x'>x</a>", "[link removed: evil.example]x</a>"],
  ["[x](&#104;ttps&colon;//evil.example/x)", "[x] [link removed: evil.example]"],
  ["[x](ht&#9;tps://evil.example/x)", "[x] [link removed: evil.example]"],
  ["[x](java&NewLine;script:alert(1))", "[x] [link removed: javascript]"],
  ["<a href='java\tscript:alert(1)'>x</a>", "[link removed: javascript]x</a>"],
  ["https\\://evil.example/x", "[link removed: evil.example]"],
  ["https:\\\\evil.example/x", "[link removed: evil.example]"],
  ["https:/evil.example/x", "[link removed: evil.example]"],
  ["[x](https:evil.example/x)", "[x] [link removed: evil.example]"],
  ["[x](/\\evil.example/x)", "[x] [link removed: evil.example]"],
  ["[x](\\/\\/evil.example/x)", "[x] [link removed: evil.example]"],
  ["https://good.example@evil.example/x", "[link removed: evil.example]"],
  ["https://good.example%2F@evil.example/x", "[link removed: evil.example]"],
  ["https://good.example.evil.com/x", "[link removed: evil.com]"],
  ["https://good.example\\.evil.com/x", "[link removed: evil.com]"],
  ["[x](https://good.example).evil.com", "[x]([link removed: evil.com]).evil.com"],
  ["https://good.example\u200b.evil.com", "[link removed: evil.com]"],
  ["https://ev%69l.example/x", "[link removed: evil.example]"],
  ["https://ｅｖｉｌ。example/x", "[link removed: evil.example]"],
  ["https://gооd.example/x", "[link removed: xn--gd-fmca.example]"],
  ["ht\u200btps://evil.example/x", "[link removed: evil.example]"],
  ["HTTPS://EVIL.EXAMPLE./x", "[link removed: evil.example]"],
  ["https://2130706433/x", "[link removed: 127.0.0.1]"],
  ["http://0x7f000001/x", "[link removed: 127.0.0.1]"],
  ["http://0177.0.0.1/x", "[link removed: 127.0.0.1]"],
  ["http://[2001:db8::1]:80/x", "[link removed: 2001:db8::1]"],
  ["https://evil.example:8443/x", "[link removed: evil.example]"],
  ["https://c2VjcmV0.evil.example", "[link removed: evil.example]"],
  [
    "https://good.example/?u=https://evil.example/x",
    "https://good.example/?u=[link removed: evil.example]",
  ],
  ["data:text/html;base64,PGI+", "[link removed: data]"],
  ["![x](data:image/png;base64,AAAA)", "![x] [image removed: data]"],
  ["javascript:alert(1)", "[link removed: javascript]"],
  ["<vbscript:x>", "[link removed: vbscript]"],
  ["[m](mailto:help@good.example?subject=a&body=secret)", "[m] [link removed: mailto]"],
  ["mailto:a@evil.example?subject=x", "[link removed: evil.example]"],
  ["[s](sms:+15550100?body=secret)", "[s] [link removed: sms]"],
  [
    "ftp://evil.example/x wss://evil.example/x",
    "[link removed: evil.example] [link removed: evil.example]",
  ],
  ["slack://evil.example/x", "[link removed: evil.example]"],
  ["<https://evil.example|text>", "[link removed: evil.example]"],
  ["[link removed: evil.example](//evil/x)", "[link removed: evil.example] [link removed: evil]"],
  ['\u200b<img src="ht\ntps://evil.example">', "\u200b [image removed: evil.example]"],
  ['\\<img src="ht\ntps://evil.example">', "\\ [image removed: evil.example]"],
  ["&#8203;[x](//evil)", "&#8203;[x] [link removed: evil]"],
  ["\\[x\\](//evil)", "\\[x\\] [link removed: evil]"],
  ['<a href="<a href=https:"> " onclick=x>', '[link removed: unknown] " onclick=x>'],
  ["a<b ](<https://evil x='1>' onclick=y>", "a [content removed: javascript]"],
  ["https://good.example>@evil.example/x", "[link removed: evil.example]>@evil.example/x"],
  ["https://good.example&Tab;.evil.com", "[link removed: evil.com]"],
  ["https://good.example\\a@evil.example", "[link removed: evil.example]"],
  ["xwww.evil.com", "[link removed: evil.com]"],
  // An unfinished tag could be finished by the page around it, and is none with a space in it.
  ['<img src="https://evil.example/?', '< img src="[link removed: evil.example]?'],
];

/** Nothing of this leads anywhere but to granted hosts; taken from answers, mails and code. */
const left: readonly string[] = [
  "It costs 12.50 EUR/month, i.e. 3.5/5 stars, as of v1.2.3/changelog and 24.12.2024/25, and/or w/o tax.",
  "Open main.ts or node.js/npm, README.md#install, Math.PI/180, this.width/2, list.length/2, tsconfig.json.",
  "10.0.0.0/8, 127.0.0.1, 3/4, a//b, // a comment, C:\\temp\\x, 12:30, note:this, file:///etc/hosts, :// and //",
  "std::vector<int> x; List<Map<String,Integer>> y; for (i=0;i<n;i++) a>b; if (a<b && c>d) e = f;",
  "jane@gmail.com wrote to support@evil.example. Mr.Smith said: e.g. this. Node.js. z.B. das. U.S./EU, S.p.A./GmbH.",
  "Amazon.com and booking.com are names; so is s3.amazonaws.com. `process.env.HOME`, TypeScript's `satisfies`.",
  "See https://good.example/a?b=c&amp;d=1#x, (https://good.example). **https://good.example** https://good.example's",
  '[x](https://good.example/a_(b) "t") ![i](https://cdn.shop.example:8443/x.png) <https://good.example/x>',
  "<a href=\"https://good.example/x\" title='y'>z</a> <b>bold</b><br/> <img src=/logo.png> <img src='logo.png'>",
  "[1] see [2]: Anna: hello; [12:30]: Anna: hi. data: foo. metadata:x JavaScript: yes. https: is good. urn:isbn:12",
  "[rel](/path) [anchor](#x) [call](tel:+123) <help@good.example> mailto:help@good.example?subject=Order%205",
  '{"a":"https://good.example/x","b":1} ["https://good.example","https://good.example"] |https://good.example/x|y|',
  "价格是3.5元。请看https://good.example/x 谢谢。它们是A/B。 Семья👨‍👩‍👧 می‌خواهم 50 % &amp; more & more",
  "Use https://{host}/x or `fetch(url)`; the pattern is ^https?://[^/]+ and the port https:443.",
];

describe("of text that has read what strangers wrote", () => {
  test.each(taken)("%j leaves as %j", (text, expected) => {
    const guarded = guardText(text, rule);
    expect(guarded.text).toBe(expected);
    expect(guarded.removed.length).toBeGreaterThan(0);
    expect(hostsIn(guarded.text).filter((host) => !/^good\.example$/.test(host))).toEqual([]);
  });

  test.each(left)("%j leaves as it is", (text) => {
    expect(guardText(text, rule)).toEqual({ text, removed: [] });
  });
});

test("what was taken out is told with its whole host, which the text does not show", () => {
  const { text, removed } = guardText(
    "![x](//order4711.evil.example/) <base href=//evil.com>",
    rule,
  );
  expect(text).not.toContain("order4711");
  expect(removed).toEqual([
    { kind: "image", host: "order4711.evil.example" },
    { kind: "other", host: "evil.com" },
  ]);
});

describe("of the caller's own links", () => {
  const own = { hosts, trusted: ["Summarise https://news.example/a?b=c, please.", "[1](//x/y)"] };

  test.each([
    "https://news.example/a?b=c",
    "It says so: (https://news.example/a?b=c).",
    "[here](https://news.example/a?b=c)",
    '<a href="https://news.example/a?b=c">here</a>',
    "[r]: https://news.example/a?b=c",
    "[1](//x/y)",
  ])("%j stays", (text) => {
    expect(guardText(text, own)).toEqual({ text, removed: [] });
  });

  test.each([
    "https://news.example/a?b=c&d=secret",
    "https://news.example/a?b=csecret",
    "https://news.example/a",
    '[x](https://news.example/a?b=c"secret)',
    "![i](https://news.example/a?b=c)",
    "<img src=https://news.example/a?b=c>",
    "[here](https://news.example/a?b=c).evil.com",
  ])("%j does not", (text) => {
    expect(guardText(text, own).removed).toHaveLength(1);
  });
});
