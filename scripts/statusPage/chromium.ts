import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const hasChromium = spawnSync('chromium', ['--version']).status === 0;

/** What the page is looked at with. */
export interface Look {
  /** In CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly scheme?: 'light' | 'dark';
  /** False: as in a browser without JavaScript. */
  readonly script?: boolean;
}

/** One tab of a real Chromium without a window. */
export interface Tab {
  /** What its console and its security policy complained of so far. */
  readonly complaints: readonly string[];
  /** Loads an address; resolves when it is loaded. */
  open(url: string, look: Look): Promise<void>;
  /** The value of an expression, awaited where it is a promise; rejects with what it threw. */
  evaluate(expression: string): Promise<unknown>;
  /** The whole page, as high as it is, as PNG. */
  screenshot(): Promise<Buffer>;
  close(): Promise<void>;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, never>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

/** No sandbox, because tests in containers run as root; `/dev/shm` is small there. */
const flags = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--hide-scrollbars',
];

/** Starts Chromium and speaks the DevTools protocol with a tab of it. */
export async function openTab(): Promise<Tab> {
  const profile = mkdtempSync(join(tmpdir(), 'semtel-chromium-'));
  const args = [...flags, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'];
  const browser = spawn('chromium', args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  const ended = once(browser, 'exit');
  const close = async () => {
    // The whole group: a killed browser leaves its renderers for a moment, and they hold the profile.
    process.kill(-browser.pid!, 'SIGKILL');
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  };
  try {
    const socket = new WebSocket(await tabAddress(await debugPort(browser.stderr)));
    await once(socket, 'open');
    return { ...(await speak(socket)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function debugPort(stderr: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stderr })) {
    const port = /^DevTools listening on ws:\/\/[^:]+:(\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    stderr.resume();
    return port;
  }
  throw new Error('Chromium ended before it listened.');
}

async function tabAddress(port: string): Promise<string> {
  const pages = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as {
    type: string;
    webSocketDebuggerUrl: string;
  }[];
  return pages.find(({ type }) => type === 'page')!.webSocketDebuggerUrl;
}

async function speak(socket: WebSocket): Promise<Omit<Tab, 'close'>> {
  const waiting = new Map<number, (message: Message) => void>();
  const complaints: string[] = [];
  let loaded = () => {};
  let sent = 0;
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(data as string) as Message;
    if (message.id !== undefined) waiting.get(message.id)?.(message);
    if (message.method === 'Page.loadEventFired') loaded();
    if (/^(Log\.entryAdded|Runtime\.exceptionThrown)$/.test(message.method ?? ''))
      complaints.push(JSON.stringify(message.params));
  });
  const ask = async (method: string, params: object = {}) => {
    const id = ++sent;
    const answer = new Promise<Message>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const { error, result } = await answer;
    waiting.delete(id);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result!;
  };
  for (const domain of ['Page', 'Runtime', 'Log']) await ask(`${domain}.enable`);
  return {
    complaints,
    async open(url, { width, height, scheme = 'light', script = true }) {
      const size = { width, height, deviceScaleFactor: 1, mobile: width < 600 };
      await ask('Emulation.setDeviceMetricsOverride', size);
      await ask('Emulation.setEmulatedMedia', {
        features: [{ name: 'prefers-color-scheme', value: scheme }],
      });
      await ask('Emulation.setScriptExecutionDisabled', { value: !script });
      const done = new Promise<void>((resolve) => {
        loaded = resolve;
      });
      await ask('Page.navigate', { url });
      await done;
    },
    async evaluate(expression) {
      const asked = { expression, awaitPromise: true, returnByValue: true };
      const { result, exceptionDetails } = (await ask('Runtime.evaluate', asked)) as {
        result: { value?: unknown };
        exceptionDetails?: object;
      };
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return result.value;
    },
    async screenshot() {
      const { data } = await ask('Page.captureScreenshot', { captureBeyondViewport: true });
      return Buffer.from(data as string, 'base64');
    },
  };
}
