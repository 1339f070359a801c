/** Saving what is open and shown as one file, and opening it again: all of it or nothing. */
import type { ErrorFields } from '../../engine/index.ts'
import { translator } from '../app/strings/index.ts'
import type { CallOptions } from '../workers/client.ts'
import { stopCompressing } from './compressSlice.ts'
import { openedState } from './openModel.ts'
import { saveFile } from './saveFile.ts'
import type { Slice, State, Task } from './state.ts'
import { runTask } from './tasks.ts'
import { applyViewState, plainState } from './viewState.ts'
import { WORKSPACE_ENDING } from './workspaceName.ts'

export interface WorkspaceSlice {
  readonly workspaceTask: Task | null
  readonly workspaceError: ErrorFields | null
  /** A workspace that waits for the model file it names. */
  readonly workspaceWants: { readonly file: Blob; readonly name: string; readonly model: string } | null
  /** `withModel`: takes the bytes of a model that was opened from a file in too. */
  saveWorkspace(withModel?: boolean): Promise<void>
  /** `given`: the model file that the workspace names, where it does not hold it. Nothing changes unless all of it opens. */
  openWorkspace(file: Blob, name: string, given?: Blob): Promise<void>
  dismissWorkspace(): void
}

const NOTHING_SAID = { workspaceError: null, workspaceWants: null } as const
export const initialWorkspace = { workspaceTask: null, ...NOTHING_SAID } as const satisfies Partial<State>

export const workspaceSlice: Slice<WorkspaceSlice> = (set, get) => {
  const run = <T>(work: (options: Required<CallOptions>) => Promise<T>) => {
    set(NOTHING_SAID)
    return runTask('workspace', (workspaceTask) => set({ workspaceTask }), work)
  }

  return {
    ...initialWorkspace,

    async saveWorkspace(withModel = false) {
      const { model } = get()
      if (!model) return
      const outcome = await run(async () => {
        // The code for the file is loaded when it is first needed.
        const { workspaceText } = await import('./workspaceSave.ts')
        const content = await workspaceText(get(), withModel)
        return saveFile(get(), { name: fileNameOf(model.title), type: 'application/json', content })
      })
      if (!outcome.ok) set({ workspaceError: outcome.error })
      else if (outcome.value !== null) get().say(translator(get().locale)('workspace.saved', { name: outcome.value }))
    },

    async openWorkspace(file, name, given) {
      const outcome = await run(async (options) => {
        const { prepareWorkspace } = await import('./workspaceOpen.ts')
        return prepareWorkspace(get(), file, name, given, options)
      })
      if (!outcome.ok) return set({ workspaceError: outcome.error })
      const { value } = outcome
      if ('wants' in value) return set({ workspaceWants: { file, name, model: value.wants }, workspaceError: value.error })
      const { opened, photo, view } = value
      const before = get()
      stopCompressing()
      set({
        ...openedState(before, opened),
        ...plainState(view),
        photo: photo && { ...photo, url: URL.createObjectURL(photo.file) },
        run: value.run,
        modelError: null,
      })
      if (before.photo) URL.revokeObjectURL(before.photo.url)
      if (before.handle) void before.engine.call('close', { handle: before.handle })
      await applyViewState({ getState: get, setState: set }, view)
    },

    dismissWorkspace: () => set(NOTHING_SAID),
  }
}

function fileNameOf(title: string): string {
  const words = title.replace(/[^\p{L}\p{N}.]+/gu, '-').replace(/^[-.]+|[-.]+$/g, '')
  return (words.slice(0, 100) || 'workspace') + WORKSPACE_ENDING
}
