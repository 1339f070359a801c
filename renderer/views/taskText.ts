/** A task's progress in words, and as a share. */
import type { Translate } from '../app/strings/index.ts'
import type { Progress } from '../workers/contract/index.ts'

export function taskText(t: Translate, progress: Progress | null): string {
  if (!progress) return t('task.waiting')
  return t(`task.${progress.step}`, { done: progress.done ?? 0, total: progress.total ?? 0 })
}

export function taskShare(progress: Progress | null): number | undefined {
  return progress?.total ? (progress.done ?? 0) / progress.total : undefined
}
