/**
 * Batches of one stream worked on at a time. Enough to hide the slowest conversation of a batch behind the next
 * batches; few, because each may hold a message of the largest size.
 */
export const batchesAtOnce = 4;

/**
 * Answers requests concurrently, at most `atOnce` at a time, and sends the answers in the order of the requests.
 * The next request is read only when there is room, so a client that does not read its answers is not read from.
 * Rejects with the first failure in that order, after the answers before it were sent; nothing is sent after it.
 */
export function answerInOrder<Request, Answer>(
  requests: AsyncIterable<Request>,
  answer: (request: Request) => Promise<Answer>,
  send: (answer: Answer) => Promise<void>,
  atOnce: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // Each link sends one answer after the link before it: a failure skips all later ones.
    let lastSent = Promise.resolve();
    const open: Promise<void>[] = [];
    const read = async () => {
      for await (const request of requests) {
        const work = answer(request);
        const before = lastSent;
        lastSent = before.then(async () => send(await work));
        // A failure ends the whole at once, also while the next request is waited for.
        lastSent.catch(reject);
        work.catch(() => {});
        open.push(lastSent);
        if (open.length >= atOnce) await open.shift();
      }
      await lastSent;
    };
    read().then(resolve, reject);
  });
}
