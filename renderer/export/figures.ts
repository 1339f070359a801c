/** What a figure is, and which figures are on the screen: the one place that the export menu and the commands read. */

export interface FigureColumn {
  /** Name of the value in JSON; unique in its table. */
  readonly key: string
  /** Head of the column for people and in CSV. */
  readonly label: string
  /** e.g. "bytes", "ms"; stands in the head, never in a cell. */
  readonly unit?: string
  /** How the hidden table says a value; the files keep it exact. */
  readonly text?: (value: FigureCell) => string
}

/** Null where there is no value. */
export type FigureCell = string | number | boolean | null

/** The data of a figure: read by screen readers, and written to CSV and JSON. */
export interface FigureTable {
  readonly columns: readonly FigureColumn[]
  /** A cell per column. */
  readonly rows: readonly (readonly FigureCell[])[]
}

export interface Figure {
  /** The name in file names, e.g. "roofline"; unique on a screen. */
  readonly id: string
  readonly title: string
  readonly table: () => FigureTable
  /** What holds the picture; null once it is gone. */
  readonly element: () => Element | null
}

/** Figures on the screen in reading order. */
export class FigureList {
  private readonly added = new Set<Figure>()
  private readonly listeners = new Set<() => void>()

  /** Gives the function that takes the figure away again. */
  add(figure: Figure): () => void {
    this.added.add(figure)
    this.tell()
    return () => {
      this.added.delete(figure)
      this.tell()
    }
  }

  list(): Figure[] {
    const place = (figure: Figure) => figure.element()
    return [...this.added].sort((a, b) => {
      const [x, y] = [place(a), place(b)]
      return x && y && x.compareDocumentPosition(y) & Node.DOCUMENT_POSITION_PRECEDING ? 1 : -1
    })
  }

  find(id: string): Figure | undefined {
    return [...this.added].find((f) => f.id === id)
  }

  /** Calls `listener` whenever a figure comes or goes, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  private tell(): void {
    for (const listener of this.listeners) listener()
  }
}

export const screenFigures = new FigureList()
