/** What takes longest is started before any other code of the page runs: the engine's worker and the line to the back end. */
import { connect } from './bridge.ts'

const spawn = (): Worker => new Worker(new URL('../workers/engine.worker.ts', import.meta.url), { type: 'module', name: 'engine' })

let first: Worker | undefined = spawn()

/** An engine worker; called again where one has to be replaced. */
export function spawnEngine(): Worker {
  const worker = first ?? spawn()
  first = undefined
  return worker
}

export const connected = connect()
