/** A browser without eyes: it keeps cookies, follows redirects, and submits the forms that it is shown. */

export interface Page {
  /** Where it ended up. */
  url: string;
  status: number;
  headers: Headers;
  text: string;
}

export interface Browser {
  cookies: Map<string, Map<string, string>>;
  /** @param stop a redirect there is not followed: the page is what it would have asked for. */
  open(url: string, stop?: (url: URL) => boolean): Promise<Page>;
  /** Sends the page's form, with these fields beside its own. */
  submit(page: Page, fields?: Readonly<Record<string, string>>, stop?: (url: URL) => boolean): Promise<Page>;
  /** Headers sent with every request. */
  headers: Record<string, string>;
}

const MOST_REDIRECTS = 20;

export function openBrowser(headers: Record<string, string> = {}): Browser {
  const cookies: Browser["cookies"] = new Map();

  async function go(
    method: string,
    address: string,
    body: string | undefined,
    stop: (url: URL) => boolean,
  ): Promise<Page> {
    let [url, verb, form] = [new URL(address), method, body];
    for (let i = 0; i < MOST_REDIRECTS; i++) {
      const jar = cookies.get(url.hostname) ?? new Map<string, string>();
      cookies.set(url.hostname, jar);
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
      const answer = await fetch(url, {
        method: verb,
        redirect: "manual",
        headers: {
          ...browser.headers,
          accept: "text/html",
          ...(cookie ? { cookie } : {}),
          ...(form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
        },
        ...(form === undefined ? {} : { body: form }),
      });
      for (const line of answer.headers.getSetCookie()) keep(jar, line);
      const location = answer.headers.get("location");
      if (answer.status < 300 || answer.status > 399 || location === null)
        return { url: url.href, status: answer.status, headers: answer.headers, text: await answer.text() };
      await answer.body?.cancel();
      url = new URL(location, url);
      if (stop(url)) return { url: url.href, status: 0, headers: answer.headers, text: "" };
      if (answer.status !== 307 && answer.status !== 308) [verb, form] = ["GET", undefined];
    }
    throw new Error(`more than ${MOST_REDIRECTS} redirects, the last to ${url.origin}${url.pathname}`);
  }

  const browser: Browser = {
    cookies,
    headers,
    open: (url, stop = () => false) => go("GET", url, undefined, stop),
    submit: (page, fields = {}, stop = () => false) => {
      const [, tag = ""] = /<form\b([^>]*)>/.exec(page.text) ?? [];
      if (!tag) throw new Error(`there is no form on ${page.url} (${page.status}): ${page.text}`);
      const form = new URLSearchParams();
      for (const [input] of page.text.matchAll(/<input\b[^>]*>/g)) {
        const name = attribute(input, "name");
        if (name) form.set(name, attribute(input, "value") ?? "");
      }
      for (const [name, value] of Object.entries(fields)) form.set(name, value);
      return go("POST", new URL(attribute(tag, "action") ?? "", page.url).href, form.toString(), stop);
    },
  };
  return browser;
}

function keep(jar: Map<string, string>, line: string): void {
  const [pair = "", ...attributes] = line.split(";").map((s) => s.trim());
  const at = pair.indexOf("=");
  const gone = attributes.some((a) => {
    const [name = "", value = ""] = a.split("=");
    const key = name.toLowerCase();
    return (key === "max-age" && Number(value) <= 0) || (key === "expires" && Date.parse(value) < Date.now());
  });
  if (gone) jar.delete(pair.slice(0, at));
  else jar.set(pair.slice(0, at), pair.slice(at + 1));
}

function attribute(tag: string, name: string): string | undefined {
  const [, value] = new RegExp(`\\b${name}="([^"]*)"`).exec(tag) ?? [];
  return value?.replace(
    /&(amp|lt|gt|quot|#39);/g,
    (_, e: string) => ({ amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" })[e] ?? "",
  );
}

/** Logs in at the provider's own forms, and consents. */
export async function logInAt(
  browser: Browser,
  page: Page,
  issuer: string,
  name: string,
  stop?: (url: URL) => boolean,
): Promise<Page> {
  let at = page;
  while (at.status === 200 && at.url.startsWith(issuer))
    at = await browser.submit(at, { login: name, password: "x" }, stop);
  return at;
}
