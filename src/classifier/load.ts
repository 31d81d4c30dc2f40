import type { Classifier } from './classifier.ts';
import { usesConversation } from './messages.ts';
import { fieldOf } from './outputs.ts';
import { type LoadOptions, type Prompt, readPrompt } from './prompt.ts';
import { PromptError } from './promptError.ts';
import type { PromptSource } from './promptSource.ts';
import { readerOf } from './read/reader.ts';
import { rendererOf } from './render.ts';
import { replyShape } from './replyShape.ts';
import { defaultOutputTokens } from './replySize.ts';

/** How a prompt's requests can be shared: packed where one user message is the item, combined where it only prints it. */
function sharing({ messages }: Prompt): { pack: boolean; combine: boolean } {
  const [item, ...others] = messages.filter(usesConversation);
  const pack = item?.role === 'user' && others.length === 0;
  const examples = messages.some(({ role }) => role === 'assistant');
  return { pack, combine: pack && item.template.joins && !examples };
}

/**
 * Loads one `.prompty` file.
 *
 * @param from path of the file, or its text with the name and folder it would have
 * @throws SemtelError of kind `prompt` that names file, line and column of each fault and what to do about it
 */
export function loadClassifier(from: PromptSource, options: LoadOptions): Classifier {
  const prompt = readPrompt(from, options);
  if (prompt.faults.length > 0) throw new PromptError(prompt.faults);
  const { file, name, front, outputs, labels, derivation, messages } = prompt;
  if (!messages.some(usesConversation)) {
    const place = messages[0]?.place() ?? prompt.placeOf([]);
    throw new PromptError([
      {
        file,
        rule: 'load',
        ...place,
        message: 'no message uses {{ conversation }}: every row would be asked the same',
      },
    ]);
  }
  const { semtel } = front.metadata;
  const shared = sharing(prompt);
  const words = messages.map(({ template }) => template.render('')).join('\n');
  const { instruction, schema } = replyShape(words, outputs);
  const render = rendererOf(messages, instruction);
  return {
    name,
    description: front.description,
    digest: prompt.digest,
    model: front.model.id,
    outputs: [...outputs.map(fieldOf), ...derivation.fields],
    labels,
    truncate:
      semtel.truncate === undefined
        ? null
        : { maxTokens: semtel.truncate.max_tokens, strategy: semtel.truncate.strategy },
    pack: semtel.pack && shared.pack,
    combine: semtel.combine && shared.combine,
    maxOutputTokens: front.model.options.maxOutputTokens ?? defaultOutputTokens(outputs),
    parameters: prompt.parameters,
    responseSchema: schema,
    promptBytes: render('').reduce((sum, { content }) => sum + Buffer.byteLength(content), 0),
    render,
    read: readerOf({ outputs, labels, derivation }),
  };
}
