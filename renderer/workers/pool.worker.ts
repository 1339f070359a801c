/** Entry of a thread of the pool: told where its memory and kernels are, it serves runs until it is terminated. */
import { type PoolStart, poolWorkerMain } from '../../engine/index.ts'

self.addEventListener('message', (event: MessageEvent<PoolStart>) => poolWorkerMain(event.data, () => self.postMessage('ready')), { once: true })
