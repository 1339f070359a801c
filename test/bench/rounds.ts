/** Runs contenders in turn, so that what the machine does beside them hits all alike. */

export interface Runnable {
  readonly name: string
  /** One inference, awaited. */
  run(): Promise<unknown>
}

/** Before each contender's turn: longer than pools spin for more work, so that nobody runs beside another's waiting threads. */
const PAUSE = 30
/** Runs at the start of a turn that do not count, and for how many milliseconds: threads wake, caches fill. */
const UNTIMED = 2
const UNTIMED_MS = 10
const PER_TURN = 6

/** Milliseconds of each timed run by contender. The order turns with every round. */
export async function interleave(contenders: readonly Runnable[], rounds: number): Promise<number[][]> {
  const samples: number[][] = contenders.map(() => [])
  for (const contender of contenders) for (let i = 0; i < 8; i++) await contender.run()
  for (let round = 0; round < rounds; round++)
    for (let k = 0; k < contenders.length; k++) {
      const index = (round + k) % contenders.length
      const contender = contenders[index]
      if (!contender) continue
      await new Promise((resolve) => setTimeout(resolve, PAUSE))
      const begin = performance.now()
      for (let i = 0; i < UNTIMED || performance.now() - begin < UNTIMED_MS; i++) await contender.run()
      for (let i = 0; i < PER_TURN; i++) {
        const start = performance.now()
        await contender.run()
        samples[index]?.push(performance.now() - start)
      }
    }
  return samples
}
