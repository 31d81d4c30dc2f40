/**
 * Starts a server in this process, with settings as they would stand in semtel.yaml, and asks it over gRPC as any other
 * program could. Run it beside an installed package: node serveAndAsk.mts
 */
import { type ClassifierAnswer, connect, createServer, fromArrow, SemtelError, toArrow } from 'semtel';

await using server = await createServer({
  config: {
    listen: '127.0.0.1:0',
    status: 'off',
    store: 'off',
    models: {
      default: {
        endpoints: [
          {
            base_url: process.env.OPENAI_BASE_URL ?? 'https://api.openai.com/v1',
            model: 'gpt-4o-mini',
            // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference, read when it is needed.
            api_key: '${env:OPENAI_API_KEY}',
          },
        ],
      },
    },
    log: { level: 'warn' },
  },
});

const client = connect(server.address);
try {
  const batch = toArrow([
    { id: 'a', conversation: 'Which visa do I need for Japan?' },
    { id: 'b', conversation: 'Write a haiku about rain.' },
  ]);
  const answer = await client.classify({ classifiers: ['intent'], id: 'id' }, batch);
  for (const { id, intent } of fromArrow(answer.batch.ipc)) {
    const { status, label } = intent as ClassifierAnswer;
    console.log(id, status, label);
  }
  await client.classify({ classifiers: ['mood'] }, batch);
} catch (error) {
  if (!(error instanceof SemtelError)) throw error;
  console.log(`${error.kind}: ${error.message}`);
} finally {
  client.close();
}
