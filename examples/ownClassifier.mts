/**
 * Labels with a classifier of one's own: the file urgency.prompty beside this one, which is all that it takes.
 * Run it beside an installed package: node ownClassifier.mts
 */
import { join } from 'node:path';
import { classify } from 'semtel';

const file = join(import.meta.dirname, 'urgency.prompty');

/** Chats may come from anywhere, one by one: a database cursor, a queue, a file. */
async function* chats() {
  yield { key: 17, conversation: 'The site is down and customers call. What do I do?' };
  yield { key: 18, conversation: 'Why is the sky blue?' };
}

for await (const { key, urgency } of classify(chats(), [file])) {
  console.log(key, urgency?.label ?? urgency?.error_message);
}
