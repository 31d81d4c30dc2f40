import type { Rows } from '../../arrow/rows.ts';
import { SemtelError } from '../../base/error.ts';

/** What somebody asked to read. */
export interface Wanted {
  /** Empty: `conversation`, else `messages`. */
  readonly conversation: string;
  /** Undefined: `id` where there is one. */
  readonly id: string | undefined;
}

/** Rows whose columns were found. */
export interface RowSource {
  readonly path: string;
  readonly conversation: string;
  /** Empty where there is none. */
  readonly id: string;
  /** Id and conversation columns, in file order, at least one item; each call reads the file anew. */
  read(): AsyncIterable<Rows>;
}

/** A data file. */
export interface Input extends RowSource {
  /** Type of the id column in Arrow's words; empty where there is none. */
  readonly idType: string;
  /** True for a text file without rows: it goes with any other. */
  readonly empty: boolean;
  /** Its rows; where it takes reading to know them, whatever is wrong with a row is found here. */
  count(): Promise<number>;
}

/** The columns meant by `wanted` among `names`. */
export function findColumns(path: string, names: readonly string[], wanted: Wanted) {
  const choices = wanted.conversation === '' ? ['conversation', 'messages'] : [wanted.conversation];
  const conversation = choices.find((name) => names.includes(name));
  if (conversation === undefined) {
    throw missing(path, choices, names, '--conversation');
  }
  if (wanted.id !== undefined && !names.includes(wanted.id)) throw missing(path, [wanted.id], names, '--id');
  return { conversation, id: wanted.id ?? (names.includes('id') ? 'id' : '') };
}

/** A sentence holds so many names, of so many characters: without a line of names, a row's text stands in their place. */
const maxNames = 20;
const maxNameLength = 40;

function listed(names: readonly string[]): string {
  const cut = (name: string) => (name.length > maxNameLength ? `${name.slice(0, maxNameLength)}…` : name);
  const shown = names.slice(0, maxNames).map((name) => JSON.stringify(cut(name)));
  const more = names.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** For words. */
export const conversationsAre = 'conversations are text or lists of {"role", "content"}';

/** The columns of a file that could hold conversations, as a sentence. */
export function couldBe(names: readonly string[]): string {
  if (names.length === 0) return 'No other column could hold them.';
  return `These columns could hold them: ${listed(names)}; name one with --conversation.`;
}

function missing(path: string, choices: readonly string[], names: readonly string[], option: string) {
  const asked = choices.map((name) => `"${name}"`).join(' or ');
  const hint = names.length === 0 ? 'it has no columns' : `it has ${listed(names)}`;
  return new SemtelError('input', `${path}: there is no column ${asked}; ${hint}. Name one with ${option}.`);
}
