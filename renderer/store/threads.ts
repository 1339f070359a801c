/** How many threads a run gets: shared memory needs an isolated page, and one core stays for the window. */
const MAX_THREADS = 8

export function threads(): number {
  if (!crossOriginIsolated) return 1
  return Math.min(Math.max(navigator.hardwareConcurrency - (navigator.hardwareConcurrency > 2 ? 1 : 0), 1), MAX_THREADS)
}
