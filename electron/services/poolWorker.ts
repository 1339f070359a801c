/** Entry of a worker thread of the pool; built to dist/node/poolWorker.js. */
import { parentPort, workerData } from 'node:worker_threads'
import { type PoolStart, poolWorkerMain } from '../../engine/thread.ts'

poolWorkerMain(workerData as PoolStart, () => parentPort?.postMessage('ready'))
