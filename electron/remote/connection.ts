/** What a connection to a device offers, and the questions that opening one may raise. */
import type { ScopeError } from '../../engine/index.ts'

export interface HostKeyQuestion {
  /** As the user would name it: `host`, or `[host]:port`. */
  readonly host: string
  /** Its algorithm, e.g. `ssh-ed25519`. */
  readonly type: string
  /** As OpenSSH prints it: `SHA256:...`. */
  readonly fingerprint: string
  /** Where it will be remembered. */
  readonly file: string | undefined
}

/** `passphrase` opens a key file; `password` and `answer` are sent to the device. */
export type SecretKind = 'passphrase' | 'password' | 'answer'

export interface SecretPrompt {
  readonly kind: SecretKind
  /** What it belongs to, the same each time: the path of the key, or `user@host:port`. */
  readonly about: string
  /** One line, fit to be shown; what a device asked is escaped in it. */
  readonly text: string
  /** Whether what is typed may be seen. */
  readonly echo: boolean
  /** Tries that have failed already. */
  readonly failed: number
}

/** Answers of a person. What `secret` returns is used once, and neither kept nor logged here. */
export interface Prompts {
  /** Whether an unknown key is trusted from now on. */
  hostKey(question: HostKeyQuestion): Promise<boolean>
  /** `undefined`: the person does not want to answer. */
  secret(prompt: SecretPrompt): Promise<string | undefined>
}

export interface ExecOptions {
  readonly signal?: AbortSignal
  /** Written to the command, then closed. A command that gets input is not watched: it must end at the end of its input. */
  readonly stdin?: Uint8Array | AsyncIterable<Uint8Array>
  /** Told how many bytes of `stdin` the device has room for. */
  readonly onStdin?: (bytes: number) => void
  /** Bytes of standard output and error together, after which the command is stopped with an error. 1 MiB if not given. */
  readonly maxOutputBytes?: number
  /** Milliseconds for the whole command; none if not given (a dead link is found by the keep-alive). */
  readonly timeoutMs?: number
  /** Told each whole line of standard output, without its end; `stdout` of the result stays empty then. */
  readonly onStdoutLine?: (line: string) => void
  /** Bytes of one line, after which the command is stopped with an error. 256 KiB if not given. */
  readonly maxLineBytes?: number
  readonly env?: Readonly<Record<string, string>>
  /**
   * Ends the command and its process group when the channel or the link ends, or falls silent for 90 s.
   * On unless `stdin` is given.
   */
  readonly dieWithChannel?: boolean
}

export interface ExecResult {
  /** Exit code; 128 + number for a command that a signal ended, as a shell has it. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Connection {
  /** `user@host:port`, fit to be shown. */
  readonly label: string
  /** Host key that the device showed, as OpenSSH prints it. */
  readonly fingerprint: string
  /**
   * Runs `argv` on the device, whatever its arguments hold, and returns its output, decoded as UTF-8.
   * A code other than 0 is returned, not thrown. Throws ScopeError: `device` (link dropped, time over, too much output),
   * `cancelled`, `bad-input` (arguments no shell can carry). Nothing is left running on the device then.
   */
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>
  /** Ends what runs, then the link. Never throws; may be called again. */
  close(): Promise<void>
  /** Resolves once the link is gone: with the reason where nobody asked for it. */
  readonly closed: Promise<ScopeError | undefined>
}

export interface UploadRequest {
  /** Bytes, or the path of a local file. */
  readonly data: Uint8Array | string
  /** Absolute path on the device. Folders that are missing are made, for the user alone. */
  readonly to: string
  /** Names it to the user; the last part of `to` if not given. */
  readonly what?: string
  /** SHA-256 in hexadecimal that the data must have; only computed if not given. */
  readonly sha256?: string
  readonly executable?: boolean
  /** Bytes that are on the device, those of an earlier try included. */
  readonly onProgress?: (bytes: number, total: number) => void
  readonly signal?: AbortSignal
}

export interface UploadResult {
  readonly bytes: number
  readonly sha256: string
  /** Bytes that crossed the link now: 0 where the device had the file already. */
  readonly sent: number
}
