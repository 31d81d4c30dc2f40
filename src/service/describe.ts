import { promptDigestOf } from '../base/promptDigest.ts';
import type { Scope } from '../base/scope.ts';
import type { PipelineParts } from '../pipeline/batch.ts';
import type { Classifier } from './choose.ts';
import type { ClassifierInfo } from './exchange.ts';

/** What the schema of its answer column tells of a classifier. */
export function answerShape({ name, digest, outputs }: Classifier) {
  return { name, promptDigest: promptDigestOf(digest), outputs };
}

/** What a client may know of a classifier: outputs with their labels, digest, and the Arrow type of its column. */
export async function describe(
  classifier: Classifier,
  { workers }: PipelineParts,
  scope: Scope,
): Promise<ClassifierInfo> {
  const { name, description, digest, model, outputs, labels } = classifier;
  const columns = { conversation: '', id: '', passthrough: [] };
  return {
    name,
    description,
    digest,
    model,
    outputs: outputs.map((output) => ({ ...output, labels: labels[output.name] ?? [] })),
    schemaIpc: await workers.schema(
      { jobId: '', input: null, columns, classifiers: [answerShape(classifier)] },
      scope,
    ),
  };
}
