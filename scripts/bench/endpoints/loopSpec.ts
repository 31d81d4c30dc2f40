/** What a loop is told: one JSON file, read by loops of both languages. */
export interface LoopSpec {
  readonly endpoints: readonly {
    readonly name: string;
    readonly url: string;
    readonly weight: number;
    readonly tpm: number;
  }[];
  /** Calls at once, of all jobs together. */
  readonly width: number;
  readonly timeoutS: number;
  readonly stopAfterS: number;
  readonly system: string;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly maxOutputTokens: number;
  readonly labels: readonly string[];
  readonly jobs: readonly (readonly { readonly user: string; readonly label: string }[])[];
}

/** What a loop writes when it is done: one line of JSON. */
export interface LoopReport {
  readonly right: number;
  readonly tookMs: number;
  readonly cpuMs: number;
  readonly jobsMs: readonly number[];
  readonly complaints: readonly string[];
}
