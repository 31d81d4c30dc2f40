import type { LabelDefinition } from '../../base/answer.ts';
import type { DeclaredOutput } from '../outputs.ts';
import { type Recognise, recogniser } from './labelSet.ts';

/** An output with all that repairing its value needs, worked out once. */
export interface Shape {
  readonly output: DeclaredOutput;
  /** Null where any text will do. */
  readonly recognise: Recognise | null;
  readonly items: Shape | null;
  readonly properties: readonly Shape[];
}

/** @param definitions the label set of the output or of its items, for the aliases */
function shapeOf(output: DeclaredOutput, definitions: readonly LabelDefinition[]): Shape {
  const labels = output.kind === 'string' ? (output.choices?.map(String) ?? null) : null;
  const spelled = labels?.map((label) => {
    const aliases = definitions.find(({ name }) => name === label)?.aliases ?? [];
    return { label, spellings: [label, ...aliases] };
  });
  return {
    output,
    recognise: spelled === undefined ? null : recogniser(spelled),
    items: output.items === undefined ? null : shapeOf(output.items, definitions),
    properties: shapesOf(output.properties ?? [], {}),
  };
}

export function shapesOf(
  outputs: readonly DeclaredOutput[],
  labels: Readonly<Record<string, readonly LabelDefinition[]>>,
): readonly Shape[] {
  return outputs.map((output) =>
    shapeOf(output, Object.hasOwn(labels, output.name) ? labels[output.name]! : []),
  );
}
