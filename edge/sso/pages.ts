/** The few pages that a browser sees on its way through a login. */
import { html } from "../http/html.ts";
import { page } from "../http/page.ts";

/** After a program has its login. */
export const donePage = (): Response =>
  page("You are logged in", html`<p>The command line has what it needs. You can close this window.</p>`);

/** @param next where logging in at the provider begins. */
export const devicePage = (provider: string, next: string, code: string | undefined): Response =>
  page(
    "Log in on another device",
    html`<p>Somebody, it should be you, wants to use mcpctl on a machine that has no browser.</p>
${code ? html`<p>Code shown there: <span class="code">${code}</span></p>` : undefined}
<p>First say who you are; then you see what asks, and can still say no.</p>
<p><a class="button first" href="${next}">Log in with ${provider}</a></p>`,
  );

export interface DeviceForm {
  /** Of the user who is logged in. */
  who: string;
  /** Must come back with the answer. */
  csrf: string;
  action: string;
}

const described = html` aria-invalid="true" aria-describedby="problem"`;

export const codePage = ({ who, csrf, action }: DeviceForm, code: string, problem?: string): Response =>
  page(
    "Which device is it?",
    html`<p>You are ${who}.</p>
<form method="post" action="${action}">
<input type="hidden" name="csrf" value="${csrf}">
${problem ? html`<p class="bad" role="alert" id="problem">${problem}</p>` : undefined}
<label for="code">Code that the device shows</label>
<input id="code" name="code" value="${code}" required maxlength="32" autocomplete="off" autocapitalize="characters" spellcheck="false"${problem ? described : undefined}>
<button class="button first" type="submit" name="decision" value="look">Continue</button>
</form>`,
    problem ? { status: 400 } : {},
  );

export interface AskingDevice {
  code: string;
  client: string;
  address: string | null;
  since: string;
}

export const confirmPage = ({ who, csrf, action }: DeviceForm, device: AskingDevice): Response =>
  page(
    "Let this device act as you?",
    html`<p>It will be able to do all that <strong>${who}</strong> may do.</p>
<dl>
<dt>Code</dt><dd class="code">${device.code}</dd>
<dt>Program</dt><dd>${device.client}</dd>
<dt>Address</dt><dd>${device.address ?? "not known"}</dd>
<dt>Asked</dt><dd>${device.since}</dd>
</dl>
<p><strong>Only allow it if you have just started this yourself</strong> and the device shows the same code. Nobody from support needs it.</p>
<form method="post" action="${action}" class="row">
<input type="hidden" name="csrf" value="${csrf}">
<input type="hidden" name="code" value="${device.code}">
<button class="button first" type="submit" name="decision" value="allow">Allow</button>
<button class="button" type="submit" name="decision" value="deny">Deny</button>
</form>`,
  );

export const decidedPage = (allowed: boolean, cookies: readonly string[]): Response =>
  allowed
    ? page("The device is logged in", html`<p>It goes on by itself in a few seconds. You can close this window.</p>`, {
        cookies,
      })
    : page("The device was turned away", html`<p>It was told no. You can close this window.</p>`, { cookies });
