/**
 * Labels a few chats in this process. Asks the model of OPENAI_API_KEY (or of OPENAI_BASE_URL, or of ./semtel.yaml).
 * Run it beside an installed package: node classifyChats.mts
 */
import { classify } from 'semtel';

const chats = [
  {
    id: 'c1',
    conversation: [
      { role: 'user', content: 'My sourdough does not rise. What am I doing wrong?' },
      { role: 'assistant', content: 'Is the starter bubbly before you use it?' },
      { role: 'user', content: 'It was not. Thank you, that is it!' },
    ],
  },
  { id: 'c2', conversation: 'Prove that there are infinitely many primes.' },
  { id: 'c3', conversation: null },
];

const labels = classify(chats, ['topic', 'complexity']);
for await (const { id, topic, complexity } of labels) {
  console.log(id, topic.status, topic.label, complexity.label);
}
const { questions, ok, skipped, prompt_tokens } = labels.ledger;
console.log(`${questions} questions: ${ok} ok, ${skipped} skipped; ${prompt_tokens} prompt tokens`);
