/** `shufflescope models`: what can be given as a model argument. */
import { Command } from 'commander'
import { ZOO } from '../../engine/index.ts'
import { type CliContext, report } from './context.ts'
import { short, table } from './text.ts'

export interface ModelRow {
  readonly id: string
  readonly name: string
  readonly kind: 'bundled' | 'zoo' | 'downloaded' | 'catalogue'
  /** Null where it is not known before the file is here. */
  readonly params: number | null
  readonly classes: number | null
}

export async function listModels(context: CliContext): Promise<ModelRow[]> {
  const stored = (await context.models.list()).map(({ id, name, kind, params, classes }) => ({ id, name, kind, params, classes }))
  const zoo = ZOO.map(({ id, title, params, classes }) => ({ id, name: title, kind: 'zoo' as const, params, classes }))
  const order = ['bundled', 'downloaded', 'zoo', 'catalogue']
  return [...stored, ...zoo].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
}

export function modelsCommand(context: CliContext): Command {
  return new Command('models')
    .description('list the models: bundled, downloaded, of the zoo (random weights), and those that the application can download')
    .option('--json', 'print one JSON document')
    .action(async (options: { json?: boolean }) => {
      const rows = await listModels(context)
      report(context, options.json, rows, () =>
        table(
          ['id', 'name', 'kind', 'params', 'classes'],
          rows.map((row) => [row.id, row.name, row.kind, short(row.params), row.classes]),
        ),
      )
    })
}
