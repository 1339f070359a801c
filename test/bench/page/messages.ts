/** What the benchmark's page and its workers say to each other. */
import type { Row } from '../result.ts'

export interface SuiteRequest {
  readonly threads: number
  readonly rounds: number
  readonly models: readonly string[]
}

export interface SuiteResult {
  readonly backend: string
  readonly isolated: boolean
  readonly rows: readonly Row[]
}

export interface FirstRun {
  readonly first: number
  readonly fromStart: number
  readonly second: number
  readonly steady: readonly number[]
}

/** Answers the first message with `work`'s result, or with its error in words. */
export function serve<A, T>(work: (argument: A, log: (line: string) => void) => Promise<T>): void {
  self.addEventListener(
    'message',
    async ({ data }: MessageEvent<A>) => {
      try {
        self.postMessage({ result: await work(data, (log) => self.postMessage({ log })) })
      } catch (error) {
        self.postMessage({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
      }
    },
    { once: true },
  )
}
