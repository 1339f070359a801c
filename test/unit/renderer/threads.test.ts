import { describe, expect, it } from 'vitest'
import { translator } from '../../../renderer/app/strings/index.ts'
import { threadsFor, threadWords } from '../../../renderer/store/threads.ts'

describe('threads', () => {
  it('leaves a core to the window where there are more than two, and takes eight at most', () => {
    expect([1, 2, 3, 4, 8, 9, 64].map((cores) => threadsFor(true, cores))).toEqual([1, 1, 2, 3, 7, 8, 8])
  })

  it('is one where memory cannot be shared', () => {
    expect([1, 2, 64].map((cores) => threadsFor(false, cores))).toEqual([1, 1, 1])
  })

  it.each([
    ['en', '1 thread: this page is not isolated, so memory cannot be shared', '1 thread', '4 threads'],
    ['zh', '1 线程：此页面未隔离，无法共享内存', '1 线程', '4 线程'],
  ] as const)('says so in words: %s', (locale, notIsolated, one, many) => {
    const t = translator(locale)
    expect(threadWords(t, 1, false)).toBe(notIsolated)
    expect(threadWords(t, 1, true)).toBe(one)
    expect(threadWords(t, 4, true)).toBe(many)
  })
})
