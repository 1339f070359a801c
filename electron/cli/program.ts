/** The command line as a whole: the commands, and every failure as one line and an exit code. */
import { Command, CommanderError } from 'commander'
import { errorFrom } from '../../engine/index.ts'
import { benchCommand } from './bench.ts'
import type { CliContext } from './context.ts'
import { convertCommand } from './convert.ts'
import { devicesCommand } from './devices.ts'
import { EXIT } from './exitCode.ts'
import { inspectCommand } from './inspect.ts'
import { modelsCommand } from './models.ts'
import { paperCommand } from './paper.ts'
import { profileCommand } from './profile.ts'
import { pruneCommand } from './prune.ts'
import { quantizeCommand } from './quantize.ts'
import { reportCommand } from './report.ts'
import { runCommand } from './run.ts'

const COMMANDS = [
  modelsCommand,
  inspectCommand,
  runCommand,
  benchCommand,
  convertCommand,
  quantizeCommand,
  pruneCommand,
  reportCommand,
  paperCommand,
  devicesCommand,
  profileCommand,
]

/** Runs the command in `args` (without node and script) and gives the exit code. Never throws. */
export async function runCli(args: readonly string[], context: CliContext, version: string): Promise<number> {
  const program = new Command('shufflescope')
    .description('Looks into ShuffleNet and the efficient networks around it.')
    .version(version)
    .option('--debug', 'show where an error comes from')
  for (const command of COMMANDS) program.addCommand(command(context, version))
  for (const command of [program, ...program.commands])
    command.exitOverride().configureOutput({
      writeOut: context.out,
      // Commander's own messages are replaced below by ours; help for a failed command goes to standard error.
      writeErr: (text) => context.note(text.trimEnd()),
      outputError: () => undefined,
    })
  try {
    await program.parseAsync(args, { from: 'user' })
    return EXIT.done
  } catch (thrown) {
    if (thrown instanceof CommanderError) return usageFailure(thrown, context)
    const error = errorFrom(thrown)
    context.note(`error: ${oneLine(error.what)}: ${oneLine(error.why)}. ${oneLine(error.hint)}`)
    if (program.opts<{ debug?: boolean }>().debug) context.note(stackOf(error))
    return EXIT[error.code]
  }
}

function usageFailure(error: CommanderError, context: CliContext): number {
  // Help and version, and help shown because no command was given.
  if (error.exitCode === 0) return EXIT.done
  if (error.code !== 'commander.help') {
    const why = error.message.replace(/^error: /, '').replace(/\.$/, '')
    context.note(`error: Command line: ${oneLine(why)}. See "shufflescope --help"`)
  }
  return EXIT.usage
}

/** Names of files and nodes come from outside; an error stays one line, and control characters do not reach the terminal. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${error.cause.stack ?? error.cause.message}` : ''
  return `${error.stack ?? error.message}${cause}`
}
