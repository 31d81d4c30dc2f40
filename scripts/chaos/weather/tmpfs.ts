import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/** A small disk of its own in memory. */
export interface SmallDisk {
  readonly path: string;
  /** Makes it larger while it is in use. */
  grow(kilobytes: number): void;
  remove(): void;
}

/** Mounts one; only root may. */
export function smallDisk(path: string, kilobytes: number, option: 'rw' | 'ro' = 'rw'): SmallDisk {
  const mount = (...args: string[]) => execFileSync('mount', [...args, path]);
  mkdirSync(path, { recursive: true });
  mount('-t', 'tmpfs', '-o', `size=${kilobytes}k,${option}`, 'none');
  return {
    path,
    grow: (more) => mount('-o', `remount,rw,size=${more}k`),
    remove: () => void execFileSync('umount', ['--lazy', path]),
  };
}
