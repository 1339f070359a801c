/** `shufflescope report`: one HTML file on a model, and on what was measured of it. */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Command } from 'commander'
import { badInput, type Model, readAnyTrace } from '../../engine/index.ts'
import { writeAtomically } from '../services/diskFile.ts'
import { type CliContext, report as print } from './context.ts'
import { loadModel, readFileOf } from './load.ts'
import { size } from './options.ts'
import { bytes } from './text.ts'

export interface ReportOptions {
  /** Paths of traces, or of profiles of other engines. */
  readonly trace?: readonly string[]
  readonly out: string
  /** [height, width] in pixels. */
  readonly input?: readonly [number, number]
}

export interface ReportResult {
  readonly model: string
  readonly output: string
  readonly bytes: number
  /** What a reader must know of each trace; empty where there is nothing. */
  readonly traces: readonly { readonly file: string; readonly warnings: readonly string[] }[]
}

const MAX_TRACE = 64 * 2 ** 20

/** Throws ScopeError `bad-input` for a trace that is none and for a place that cannot be written. */
export async function report(context: CliContext, argument: string, options: ReportOptions, version: string): Promise<ReportResult> {
  await refuseFolder(options.out)
  // Read before the model: a wrong path should not cost the time of a large model.
  const files: { path: string; bytes: Uint8Array }[] = []
  for (const path of options.trace ?? []) files.push({ path, bytes: await readFileOf(path, `Trace "${path}"`, MAX_TRACE) })
  const model: Model = await loadModel(context, argument, options.input ? { input: options.input } : {})
  const traces = files.map(({ path, bytes }) => ({ file: basename(path), trace: readAnyTrace(path, bytes, model.graph) }))
  // Layouts and words come with it, which no other command needs.
  const { measurementOfTrace, reportHtml, tracedModel, translator, warningsOf } = await import('../../renderer/report/index.ts')
  const own = traces.length > 0 ? await tracedModel(model) : undefined
  const measurements = own ? traces.map(({ file, trace }) => measurementOfTrace(file, trace, own)) : []
  const warnings = measurements.map((m) => ({ file: m.file ?? '', warnings: warningsOf(translator('en'), m) }))
  for (const { file, warnings: own } of warnings) for (const text of own) context.note(`warning: ${file}: ${text}`)
  const made = new Date().toISOString()
  const html = new TextEncoder().encode(reportHtml(model, { measurements, locale: 'en', version, made, signal: context.signal }))
  await writeAtomically(options.out, html, `Report "${options.out}"`)
  return { model: model.id, output: options.out, bytes: html.length, traces: warnings }
}

async function refuseFolder(path: string): Promise<void> {
  const facts = await stat(path).catch(() => undefined)
  if (facts && !facts.isFile()) {
    const why = facts.isDirectory() ? 'it is a folder' : 'something that is not a file is there'
    throw badInput(`Report "${path}"`, why, 'Give the name of a file, such as report.html')
  }
}

export function reportCommand(context: CliContext, version: string): Command {
  return new Command('report')
    .description('write what is known of a model as one HTML file: costs, shuffles, mixing, and what traces measured')
    .argument('<model>', 'id or file of a model')
    .requiredOption('--out <file.html>', 'where the report goes')
    .option('--trace <files...>', 'traces of runs, as "bench --trace" and "profile" write them, or profiles of onnxruntime, TensorFlow Lite or ncnn')
    .option('--input <HxW>', 'input size in pixels', size)
    .option('--json', 'print one JSON document')
    .action(async (model: string, flags: ReportOptions & { json?: boolean }) => {
      const made = await report(context, model, flags, version)
      print(context, flags.json, made, () => `${made.output}: ${made.model}, ${bytes(made.bytes)}`)
    })
}
