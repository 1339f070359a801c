/** A connection to a device of the list. */
import { type Connection, connect } from '../remote/index.ts'
import type { ConnectOptions, DeviceTarget } from './devices.ts'

/** Throws ScopeError `device` for whatever keeps it from being reached, `cancelled`. */
export function connectDevice({ target, identity, knownHosts }: DeviceTarget, { prompts, acceptNew, signal }: ConnectOptions): Promise<Connection> {
  return connect(target, {
    prompts,
    acceptNew,
    ...(signal && { signal }),
    ...(identity !== null && { identity }),
    ...(knownHosts !== null && { knownHosts }),
  })
}
