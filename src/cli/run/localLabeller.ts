import type { Classifier } from '../../classifier/classifier.ts';
import type { Composition } from '../../compose/compose.ts';
import { noStore } from '../../store/store.ts';
import { capacityOf } from '../estimate/capacity.ts';
import { tallyRows } from '../estimate/tallyRows.ts';
import type { CallOutcomes } from './callOutcomes.ts';
import type { Asked, Labeller } from './labeller.ts';

/** Labels in this process, without a socket. */
export function localLabeller(
  { service, engine, workers, store, close }: Composition,
  outcomes: CallOutcomes,
  asked: Asked,
  loaded: readonly Classifier[],
): Labeller {
  const classifiers = asked.classifiers.map((name) => {
    const { digest, model } = service.describe(name);
    return { name, digest, model: asked.model || model };
  });
  const models = classifiers.map(({ model }) => model);
  return {
    classifiers,
    async label({ ipc, rows, input }, scope) {
      const result = await service.classify(
        {
          options: { ...asked, conversation: input.conversation, id: input.id, passthrough: [] },
          ipc,
          rowCount: rows,
          door: 'local',
          peer: 'local',
          weight: 1,
        },
        scope,
      );
      return { ipc: result.ipc, rows: result.rowCount, ledger: result.ledger };
    },
    tally: (batches, rows, scope) =>
      tallyRows(
        batches,
        rows,
        { classifiers: loaded, models, price: engine.price },
        { workers, store: asked.refresh || store === noStore ? null : store },
        scope,
      ),
    get capacity() {
      return capacityOf(engine.view(), models);
    },
    get trouble() {
      const bad = engine.view().find(({ state, model }) => state !== 'up' && models.includes(model));
      const calls = outcomes.words();
      if (bad === undefined) return calls === null ? null : `calls that failed: ${calls}`;
      return `${bad.endpoint} ${bad.state}${bad.reason === null ? '' : `: ${bad.reason}`}`;
    },
    currency: engine.price(models[0] ?? '')?.currency ?? '',
    close,
  };
}
