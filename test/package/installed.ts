import { execFile, spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..', '..');
/** Starts of programs find this Node, as those that npm starts do. */
const path = `${dirname(process.execPath)}:${process.env.PATH}`;
const execute = promisify(execFile);

/** The package as `npm pack` makes it, in a folder of its own outside the checkout. */
export interface Installed {
  readonly folder: string;
  /** Paths within the tarball. */
  readonly files: readonly string[];
  /** Runs a program of the folder's `node_modules/.bin`, or `node`, to its end; rejects when that is not 0. */
  run(program: string, args: readonly string[], env?: Record<string, string>): Promise<{ stdout: string }>;
  /** Starts `semtel` and resolves with the first output that matches; `stop` sends SIGTERM and gives the exit code. */
  start(args: readonly string[], ready: RegExp): Promise<Started>;
  remove(): void;
}

export interface Started {
  readonly match: RegExpExecArray;
  stop(): Promise<number | null>;
}

/**
 * Packs and installs. In CI by npm, from the registry and without install scripts; else its dependencies, no others,
 * are links to those of the checkout, which spares a download at each run of the tests.
 */
export async function installPackage(): Promise<Installed> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'semtel-package-')));
  const { stdout } = await execute('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: root,
    env: { ...process.env, PATH: path },
  });
  const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  const tarball = join(folder, packed.filename);
  // As `npm init -y` writes it.
  writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }\n');
  if (process.env.CI === undefined) await link(folder, tarball);
  else {
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
    await execute('npm', ['install', ...options, tarball], {
      cwd: folder,
      env: { ...process.env, PATH: path },
    });
  }
  const programs = join(folder, 'node_modules', '.bin');
  const environment = { PATH: `${programs}:${path}`, HOME: folder };
  return {
    folder,
    files: packed.files.map((file) => file.path),
    run: (program, args, env = {}) =>
      execute(program, args, { cwd: folder, env: { ...environment, ...env } }),
    start(args, ready) {
      const child = spawn(join(programs, 'semtel'), args, { cwd: folder, env: environment });
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
      return new Promise((resolve, reject) => {
        let words = '';
        const listen = (text: Buffer) => {
          words += text;
          const match = ready.exec(words);
          if (match === null) return;
          resolve({
            match,
            stop() {
              child.kill('SIGTERM');
              return ended;
            },
          });
        };
        child.stdout.on('data', listen);
        child.stderr.on('data', listen);
        void ended.then((code) => reject(new Error(`semtel ${args[0]} ended with ${code}:\n${words}`)));
      });
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

async function link(folder: string, tarball: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  const own = join(modules, 'semtel');
  for (const each of [own, join(modules, '.bin')]) mkdirSync(each, { recursive: true });
  await execute('tar', ['-xzf', tarball, '-C', own, '--strip-components=1']);
  const { bin, dependencies } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')) as {
    readonly bin: { readonly semtel: string };
    readonly dependencies: Readonly<Record<string, string>>;
  };
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  chmodSync(join(own, bin.semtel), 0o755);
  symlinkSync(join(own, bin.semtel), join(modules, '.bin', 'semtel'));
}
