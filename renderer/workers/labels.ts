/** Class names of well-known sets, fetched from the app's own files when a model needs them. */
import { labelSetOf, type Model, parseLabels } from '../../engine/index.ts'

const FILES = import.meta.glob<string>('../../assets/labels/*.json', { query: '?url', import: 'default', eager: true })

/** Names by class index, or null where the model has none. */
export async function labelsOf(model: Model): Promise<readonly string[] | null> {
  if (model.labels) return model.labels
  const set = labelSetOf(model)
  const url = set && FILES[`../../assets/labels/${set.file}`]
  if (!set || !url) return null
  const response = await fetch(url)
  return parseLabels(await response.text(), `Labels "${set.title}"`)
}
