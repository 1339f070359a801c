/** Questions of a connection, asked on the terminal; where nobody is there to answer, the answer is no. */
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { Prompts } from '../services/devices.ts'

export function terminalPrompts(interactive: boolean, note: (text: string) => void): Prompts {
  return {
    async hostKey({ host, type, fingerprint, file }) {
      note(`The key of ${host} is not known: ${type} ${fingerprint}`)
      if (!interactive) return false
      const answer = await ask(`Trust it from now on${file ? ` (remembered in ${file})` : ''}? [yes/no] `, true)
      return answer?.trim().toLowerCase() === 'yes'
    },
    secret: async ({ text, echo, failed }) => (interactive ? ask(`${failed > 0 ? 'That was not right. ' : ''}${text} `, echo) : undefined),
  }
}

/** One line from the terminal; what is typed is not shown unless `echo`. Undefined at its end. */
function ask(question: string, echo: boolean): Promise<string | undefined> {
  return new Promise((resolve) => {
    let shown = true
    const output = new Writable({
      write(chunk, _encoding, done) {
        if (shown) process.stderr.write(chunk)
        done()
      },
    })
    const lines = createInterface({ input: process.stdin, output, terminal: true })
    lines.once('close', () => resolve(undefined))
    lines.question(question, (answer) => {
      resolve(answer)
      lines.close()
      if (!echo) process.stderr.write('\n')
    })
    shown = echo
  })
}
