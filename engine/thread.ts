/** The part of the engine that a thread of the pool needs, and nothing more: threads start fast because this is small. */
export { type PoolStart, poolWorkerMain } from './session/poolWorker.ts'
