/** The store: all slices, made once with the engine it drives. */
import { create, type StoreApi, type UseBoundStore } from 'zustand'
import type { EngineClient } from '../workers/client.ts'
import { compareSlice } from './compareSlice.ts'
import { compressSlice } from './compressSlice.ts'
import { devicesSlice } from './devicesSlice.ts'
import { exportSlice } from './exportSlice.ts'
import { historySlice } from './historySlice.ts'
import { hostSlice } from './hostSlice.ts'
import { imageSlice } from './imageSlice.ts'
import { lensSlice } from './lensSlice.ts'
import { librarySlice } from './librarySlice.ts'
import { mixingSlice } from './mixingSlice.ts'
import { modelSlice } from './modelSlice.ts'
import { noticeSlice } from './noticeSlice.ts'
import { paperSlice } from './paperSlice.ts'
import { profileSlice } from './profileSlice.ts'
import { recentsSlice } from './recentsSlice.ts'
import type { State } from './state.ts'
import { viewSlice } from './viewSlice.ts'
import { whatIfSlice } from './whatIfSlice.ts'
import { whySlice } from './whySlice.ts'
import { workspaceSlice } from './workspaceSlice.ts'

export function createStore(engine: EngineClient): UseBoundStore<StoreApi<State>> {
  return create<State>()((set, get) => ({
    ...modelSlice(set, get),
    ...librarySlice(set, get),
    ...imageSlice(set, get),
    ...whySlice(set, get),
    ...lensSlice(set, get),
    ...profileSlice(set, get),
    ...compareSlice(set, get),
    ...compressSlice(set, get),
    ...mixingSlice(set, get),
    ...viewSlice(set, get),
    ...whatIfSlice(set, get),
    ...paperSlice(set, get),
    ...exportSlice(set, get),
    ...historySlice(set, get),
    ...workspaceSlice(set, get),
    ...recentsSlice(set, get),
    ...noticeSlice(set, get),
    ...devicesSlice(set, get),
    ...hostSlice(engine)(set, get),
  }))
}
