import type { ChatRequest } from '../chatRequest.ts';
import type { AnswerMode } from '../control.ts';
import { fill } from './fill.ts';
import { lastOrder, obey } from './gullible.ts';
import { hashJudge } from './hash.ts';
import type { InstructionBook } from './instruction.ts';
import { findJudged } from './judged.ts';
import { buildReply, type Part } from './layout.ts';
import { lexicalJudge } from './lexical.ts';
import { markedAnswer } from './marked.ts';

/** The reply to a chat as a value: an object of the shape asked for; a string where the mode answers in prose. */
export function answerChat(request: ChatRequest, mode: AnswerMode, instructions: InstructionBook): unknown {
  const { items, instruction: authored } = findJudged(request.messages);
  const instruction = instructions.read(authored);
  const schema = request.format.schema ?? instruction.schema;
  const name = request.format.name || (request.format.schema === null ? (schema.title ?? '') : '');
  // A pack's id that the body does not hold is judged as an empty text, never as another item's.
  const textOf = ({ item }: Part) => items.get(item) ?? '';
  const lexical = (part: Part) => lexicalJudge(textOf(part), instruction);
  const build = (answer: (part: Part) => unknown) => buildReply(name, schema, answer);

  switch (mode) {
    case 'lexical':
      return build((part) => fill(part.schema, lexical(part)));
    case 'hash':
      return build((part) => fill(part.schema, hashJudge(textOf(part), part.classifier)));
    case 'marked':
      return build((part) => markedAnswer(part, textOf(part), instruction));
    case 'gullible': {
      const order = lastOrder(items.values());
      if (order === undefined) return build((part) => fill(part.schema, lexical(part)));
      if ('word' in order) return build((part) => fill(part.schema, obey(order.word, lexical(part))));
      const aimsAtRoot = Object.keys(order.json).some((key) => schema.properties?.[key] !== undefined);
      return aimsAtRoot ? order.json : build(() => order.json);
    }
  }
}
