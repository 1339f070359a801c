/** One quiet line that says what was just done, e.g. copied. */
import type { Slice, State } from './state.ts'

export interface NoticeSlice {
  /** A new object each time, so that the same words are said again. */
  readonly notice: { readonly text: string } | null
  say(text: string): void
  hush(): void
}

export const initialNotice = { notice: null } as const satisfies Partial<State>

export const noticeSlice: Slice<NoticeSlice> = (set) => ({
  ...initialNotice,
  say: (text) => set({ notice: { text } }),
  hush: () => set({ notice: null }),
})
