/** How many threads a run gets: shared memory needs an isolated page, and one core stays for the window. */
import type { Translate } from '../app/strings/index.ts'

const MAX_THREADS = 8

/** `isolated`: whether the page may share memory with workers (`crossOriginIsolated`). */
export function threadsFor(isolated: boolean, cores: number): number {
  if (!isolated) return 1
  return Math.min(Math.max(cores - 1, 1), MAX_THREADS)
}

export function threads(): number {
  return threadsFor(crossOriginIsolated, navigator.hardwareConcurrency)
}

/** The number of threads of a run in words, with the reason where the page allows no more than one. */
export function threadWords(t: Translate, count: number, isolated: boolean = crossOriginIsolated): string {
  if (count > 1) return t('threads.many', { n: count })
  return isolated ? t('threads.one') : t('threads.notIsolated')
}
