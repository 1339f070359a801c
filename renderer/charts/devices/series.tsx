/** How the machines of a picture are told apart: by lightness, and hatched where the figures are not a device's. */

export interface SeriesLook {
  /** Hatched: emulated, or its output is wrong. */
  readonly doubtful: boolean
}

const COLOURS = ['var(--device-0)', 'var(--device-1)', 'var(--device-2)', 'var(--device-3)'] as const

export function seriesColour(series: number): string {
  return COLOURS[series % COLOURS.length] ?? COLOURS[0]
}

export function seriesFill(id: string, series: number, look: SeriesLook | undefined): string {
  return look?.doubtful ? `url(#${id}hatch${series})` : seriesColour(series)
}

export function SeriesPatterns({ id, looks }: { readonly id: string; readonly looks: readonly SeriesLook[] }) {
  return (
    <defs>
      {looks.map(
        ({ doubtful }, series) =>
          doubtful && (
            <pattern key={series} id={`${id}hatch${series}`} width={4} height={4} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <rect width={4} height={4} fill="var(--ground)" />
              <rect width={1.8} height={4} fill={seriesColour(series)} />
            </pattern>
          ),
      )}
    </defs>
  )
}
