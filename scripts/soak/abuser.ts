/**
 * One kind of abuse as a process of its own, so that it takes no time from those who measure:
 * node scripts/soak/abuser.ts KIND ADDRESS MS; prints how the calls ended.
 */
import { kinds } from './kinds.ts';

const [kind = '', address = '', ms = ''] = process.argv.slice(2);
console.log(await kinds[kind]!(address, Number(ms)));
