import { existsSync } from 'node:fs';
import { messageOf, SemtelError } from '../../base/error.ts';
import { type LabelRecord, recordKey } from '../../store/record.ts';
import { type FileOptions, openSqliteFile, type SqliteFile } from '../../store/sqliteFile.ts';

/** One question of a finished run. */
interface Asked {
  /** '' where the row was skipped. */
  readonly key: string;
  readonly ok: boolean;
}

/** What was kept of each question; where an answer like the one told is not, the other kind. */
export function keptRecords(
  questions: readonly Asked[],
  options: FileOptions,
): readonly (LabelRecord | null)[] {
  if (!existsSync(options.path)) return questions.map(() => null);
  let file: SqliteFile | undefined;
  try {
    file = openSqliteFile(options);
    const [same, other] = [true, false].map((as) =>
      file!.read(questions.map(({ key, ok }) => recordKey(key, ok === as))),
    );
    return questions.map((_, index) => {
      const text = same![index] ?? other![index];
      return text === undefined ? null : (JSON.parse(text) as LabelRecord);
    });
  } catch (error) {
    throw new SemtelError('input', `${options.path}: ${messageOf(error)}.`, { cause: error });
  } finally {
    file?.close();
  }
}
