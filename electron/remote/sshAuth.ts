/** Ways to prove who the user is, tried in the order agent, keys, keyboard-interactive, password. */
import { readFile, stat } from 'node:fs/promises'
import type { AnyAuthMethod, ParsedKey } from 'ssh2'
import { badInput, type ScopeError } from '../../engine/index.ts'
import type { Identity, Target } from './config.ts'
import type { Prompts, SecretPrompt } from './connection.ts'
import { printable } from './printable.ts'
import { deviceError } from './sshErrors.ts'
import { utils } from './sshLibrary.ts'

/** Tries of one secret, as in OpenSSH (NumberOfPasswordPrompts). */
const TRIES = 3
const MOST_QUESTIONS = 16
const MOST_KEY_BYTES = 256 * 1024

export interface Auth {
  /** The next method, or false when there is none left. `left`: what the device still takes; null before it said so. */
  next(left: readonly string[] | null): Promise<AnyAuthMethod | false>
  /** The error for a device that took none of them. */
  failed(): ScopeError
}

export interface AuthOptions {
  readonly prompts: Prompts | undefined
  /** Wraps the time that a person takes, which is no time-out of the device. */
  readonly asking: <T>(question: () => Promise<T>) => Promise<T>
}

export function createAuth(target: Target, label: string, options: AuthOptions): Auth {
  const tried: string[] = []
  const notes: string[] = []
  let left: readonly string[] | null = null
  const takes = (method: string): boolean => left === null || left.includes(method)

  async function ask(prompt: SecretPrompt): Promise<string | undefined> {
    return options.asking(async () => options.prompts?.secret(prompt))
  }

  async function* methods(): AsyncGenerator<AnyAuthMethod, void> {
    const username = target.user
    // Says which methods the device takes, so that no question is asked in vain.
    yield { type: 'none', username }
    if (target.agent !== undefined && !target.identitiesOnly && takes('publickey')) {
      tried.push('keys of the agent')
      yield { type: 'agent', username, agent: target.agent }
    }
    for (const identity of target.identities) {
      if (!takes('publickey')) break
      const key = await openKey(identity)
      if (!key) continue
      tried.push(`key ${printable(identity.path, 100)}`)
      yield { type: 'publickey', username, key }
    }
    if (!options.prompts) return
    for (let failed = 0; failed < TRIES && takes('keyboard-interactive'); failed++) {
      let unanswered = false
      if (failed === 0) tried.push('keyboard-interactive')
      yield {
        type: 'keyboard-interactive',
        username,
        prompt: (_name, _instructions, _language, questions, finish) => {
          void answers(questions, failed).then(
            (given) => {
              unanswered = given === undefined
              finish(given ?? [])
            },
            () => finish([]),
          )
        },
      }
      if (unanswered) break
    }
    for (let failed = 0; failed < TRIES && takes('password'); failed++) {
      const password = await ask({ kind: 'password', about: label, text: `Password for ${label}`, echo: false, failed })
      if (password === undefined) {
        notes.push('no password was given')
        break
      }
      if (failed === 0) tried.push('password')
      yield { type: 'password', username, password }
    }
  }

  async function answers(questions: readonly { prompt: string; echo?: boolean }[], failed: number): Promise<string[] | undefined> {
    const given: string[] = []
    for (const { prompt, echo } of questions.slice(0, MOST_QUESTIONS)) {
      const answer = await ask({ kind: 'answer', about: label, text: `${label} asks: ${printable(prompt.trim(), 200)}`, echo: echo === true, failed })
      if (answer === undefined) return undefined
      given.push(answer)
    }
    return given
  }

  async function openKey(identity: Identity): Promise<ParsedKey | undefined> {
    const shown = printable(identity.path, 100)
    const bytes = await readKey(identity)
    if (!bytes) return undefined
    let parsed = utils.parseKey(bytes)
    for (let failed = 0; parsed instanceof Error && failed < TRIES && /encrypted|passphrase/i.test(parsed.message); failed++) {
      const passphrase = await ask({ kind: 'passphrase', about: identity.path, text: `Passphrase for the key ${shown}`, echo: false, failed })
      if (passphrase === undefined) {
        notes.push(`${shown} is locked, and no passphrase was given`)
        return undefined
      }
      const opened = utils.parseKey(bytes, passphrase)
      if (!(opened instanceof Error)) parsed = opened
    }
    const key = Array.isArray(parsed) ? parsed[0] : parsed
    if (key instanceof Error) {
      notes.push(
        /encrypted|passphrase/i.test(key.message) ? `the passphrase for ${shown} was wrong` : `${shown} is no private key that is known here`,
      )
      return undefined
    }
    if (!key?.isPrivateKey()) {
      notes.push(`${shown} is no private key`)
      return undefined
    }
    return key
  }

  async function readKey({ path, asked }: Identity): Promise<Buffer | undefined> {
    try {
      if ((await stat(path)).size > MOST_KEY_BYTES) throw badInput(printable(path), 'it is too large for a key', 'Choose a private key')
      return await readFile(path)
    } catch {
      if (asked) notes.push(`${printable(path, 100)} cannot be read`)
      return undefined
    }
  }

  const sequence = methods()
  return {
    async next(now) {
      left = now ?? left
      const { value, done } = await sequence.next()
      return done === true || value === undefined ? false : value
    },
    failed() {
      const how = tried.length > 0 ? `tried ${tried.join(', ')}` : 'there was nothing to try'
      const takesWords = left === null ? '' : `; it takes ${printable(left.join(', '), 100)}`
      const more = notes.length > 0 ? `; ${notes.join('; ')}` : ''
      return deviceError(label, `it did not let the user in (${how}${takesWords}${more})`, 'Check the user name, the key and the password')
    },
  }
}
