/**
 * Puts the page's newest `main` in place of the old one: nothing flickers, and the place where one reads stays. Waits
 * while the page is hidden or text is selected, and says when the server is not reached any more.
 */
export const script = `
const everyMs = 2000, patienceMs = 10000;
const stale = document.getElementById('stale');
let seen = new Date();
async function look() {
  try {
    const reply = await fetch(location.href, { cache: 'no-store', signal: AbortSignal.timeout(patienceMs) });
    if (!reply.ok) throw new Error(reply.statusText);
    const next = new DOMParser().parseFromString(await reply.text(), 'text/html');
    document.querySelector('main').replaceWith(next.querySelector('main'));
    seen = new Date();
    stale.textContent = '';
  } catch {
    stale.textContent = '▲ Not reached since ' + seen.toLocaleTimeString();
  }
}
async function watch() {
  if (!document.hidden && getSelection().isCollapsed) await look();
  setTimeout(watch, everyMs);
}
setTimeout(watch, everyMs);
`;
