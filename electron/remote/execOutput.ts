/** Bounded readers of a command's output. */

/** Drops what comes before the line `token`, and passes on what follows. */
export class AfterMark {
  readonly #mark: Buffer
  #held: Buffer = Buffer.alloc(0)
  #found = false
  readonly #pass: (bytes: Buffer) => void
  /** Start of what came before the mark, for a message. */
  noise = ''
  noiseBytes = 0

  constructor(token: string, pass: (bytes: Buffer) => void) {
    this.#mark = Buffer.from(`\n${token}\n`)
    this.#pass = pass
  }

  get found(): boolean {
    return this.#found
  }

  push(chunk: Buffer): void {
    if (this.#found) {
      this.#pass(chunk)
      return
    }
    const bytes = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk
    const at = bytes.indexOf(this.#mark)
    const dropped = at >= 0 ? at : Math.max(0, bytes.length - this.#mark.length + 1)
    if (this.noise.length < 400) this.noise += bytes.subarray(0, Math.min(dropped, 400)).toString('utf8')
    this.noiseBytes += dropped
    if (at < 0) {
      this.#held = Buffer.from(bytes.subarray(dropped))
      return
    }
    this.#found = true
    this.#held = Buffer.alloc(0)
    const rest = bytes.subarray(at + this.#mark.length)
    if (rest.length > 0) this.#pass(rest)
  }

  /** Nothing more comes: what was held back for a mark was noise. */
  end(): void {
    if (!this.#found) this.noise += this.#held.toString('utf8')
  }
}

/** Cuts bytes into lines, none longer than `maxBytes`. */
export class Lines {
  #parts: Buffer[] = []
  #bytes = 0
  readonly #tell: (line: string) => void
  readonly #maxBytes: number
  readonly #tooLong: () => void

  constructor(tell: (line: string) => void, maxBytes: number, tooLong: () => void) {
    this.#tell = tell
    this.#maxBytes = maxBytes
    this.#tooLong = tooLong
  }

  push(chunk: Buffer): void {
    let start = 0
    for (;;) {
      const at = chunk.indexOf(0x0a, start)
      const piece = chunk.subarray(start, at < 0 ? chunk.length : at)
      this.#bytes += piece.length
      if (this.#bytes > this.#maxBytes) {
        this.#tooLong()
        return
      }
      this.#parts.push(piece)
      if (at < 0) return
      this.#flush()
      start = at + 1
    }
  }

  /** The command has ended: an unfinished line is a line. */
  end(): void {
    if (this.#bytes > 0) this.#flush()
  }

  #flush(): void {
    const line = Buffer.concat(this.#parts).toString('utf8')
    this.#parts = []
    this.#bytes = 0
    this.#tell(line)
  }
}
