/** Exit codes: a contract with the programs that call us. */
import type { ErrorCode } from '../../engine/index.ts'

export const EXIT: Readonly<Record<ErrorCode | 'done', number>> = {
  done: 0,
  usage: 2,
  'bad-input': 3,
  'missing-file': 3,
  unsupported: 3,
  device: 4,
  'check-failed': 5,
  /** As a shell reports an interrupt (128 + SIGINT). */
  cancelled: 130,
  /** A bug of ours. */
  internal: 1,
}
