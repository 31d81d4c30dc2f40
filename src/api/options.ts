import type { Log } from '../base/log.ts';
import type { SettingsInput } from '../compose/config/schema.ts';

/** Which settings a program works with. */
export interface ProgramOptions {
  /**
   * Path of a settings file, or settings with the same keys. Without it: `semtel.yaml` in `folder`, else
   * `OPENAI_API_KEY`, `OPENAI_BASE_URL` and `SEMTEL_MODEL` of the environment.
   */
  readonly config?: string | SettingsInput | undefined;
  /** Where relative paths start, but for those within a settings file: they start beside it. Default: the working folder. */
  readonly folder?: string | undefined;
  /** Words for the operator; default: standard error, as the settings say. */
  readonly log?: Log | undefined;
}

export interface CreateServerOptions extends ProgramOptions {
  /** True: lets anybody in who can reach the address, where `listen` is not loopback and no `auth` is set. */
  readonly insecure?: boolean;
}

/** How `classify` asks. */
export interface AskOptions extends ProgramOptions {
  /** Logical model; default: each classifier's own. */
  readonly model?: string;
  /** In logs; default: one of its own for each call. */
  readonly jobId?: string;
  /** Asks again although an answer is kept. */
  readonly refresh?: boolean;
  /** Several classifiers of a row in one request, where they allow it. */
  readonly combine?: boolean;
  /** Rows beyond it are `over_budget`; in the price's currency. */
  readonly maxCost?: number;
  /** Likewise, prompt and completion together. */
  readonly maxTokens?: number;
  /** Rows asked, and answered, together; default 256. Fewer suit a source that gives its rows slowly. */
  readonly batchRows?: number;
  /** Ends the whole with a `cancelled` error. */
  readonly signal?: AbortSignal;
}

/** Options of `classify` on an Arrow stream. */
export interface ArrowAskOptions extends AskOptions {
  /** Column of conversations; default `conversation`, else `messages`. */
  readonly conversation?: string;
  /** Column returned first, unchanged. */
  readonly id?: string;
  /** Further columns returned unchanged. */
  readonly passthrough?: readonly string[];
}
