import type { Clock } from '../base/clock.ts';
import { openScope } from '../base/scope.ts';
import { type Call, CallError, type ChatRequest, type Trouble } from '../llm/call.ts';
import type { Price, Usage } from '../llm/price.ts';
import type { Budget } from './budget.ts';

/** A prompt has tokens; a reply that tells none was not billed for us to see. */
function billOf(reply: Usage, estimate: Usage): Usage {
  return reply.promptTokens > 0 ? reply : estimate;
}

function spent(limit: 'max_cost' | 'max_tokens', trouble: Trouble | undefined): CallError {
  const words = `The job's ${limit} is spent; raise it to label the remaining rows.`;
  return new CallError(limit, words, trouble);
}

/**
 * A call that pays from a budget: each request reserves its estimate before it is sent, also one that repeats another
 * whose answer was lost and may be billed, which then counts as estimated. Rejects `max_cost` or `max_tokens` where the
 * next request would go beyond the limit.
 */
export function paidCall(call: Call, budget: Budget, price: Price | null, clock: Clock): Call {
  return async (request, scope) => {
    const estimate = estimateOf(request);
    let last: Trouble | undefined;
    let limit = budget.reserve(estimate, price);
    if (limit !== undefined) throw spent(limit, last);
    const own = openScope(clock, { parent: scope });
    const onTrouble = (trouble: Trouble) => {
      last = trouble;
      request.onTrouble?.(trouble);
      if (!trouble.mayBeBilled) return;
      budget.settle(estimate, estimate, price);
      limit = budget.reserve(estimate, price);
      if (limit !== undefined) own.end(spent(limit, last));
    };
    try {
      const reply = await call({ ...request, onTrouble }, own);
      budget.settle(estimate, billOf(reply, estimate), price);
      return reply;
    } catch (error) {
      if (limit === undefined) budget.release(estimate, price);
      throw own.ended !== undefined && own.ended.kind === limit ? own.ended : error;
    } finally {
      own.dispose();
    }
  };
}

function estimateOf({ promptTokens, maxOutputTokens }: ChatRequest): Usage {
  return { promptTokens, completionTokens: maxOutputTokens };
}
