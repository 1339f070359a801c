/** Draws a network in small. Units that look alike share one picture, so that a slider can redraw it at every step. */
import { useId, useMemo } from 'react'
import { groupColour } from '../kit/colour.ts'
import { type ArchitectureStage, architectureLayout } from './layout.ts'

export interface ArchitectureChartProps {
  readonly stages: readonly ArchitectureStage[]
  readonly width: number
  readonly label: string
  readonly describe: (stage: ArchitectureStage, unit: number) => string
}

export function ArchitectureChart({ stages, width, label, describe }: ArchitectureChartProps) {
  const shapes = useMemo(() => architectureLayout(stages, { width }), [stages, width])
  const id = useId()
  return (
    <svg className="architecture-chart" width={width} height={shapes.height} role="img" aria-label={label}>
      <defs>
        {shapes.pictures.map(({ key, parts }) => (
          <g key={key} id={`${id}${key}`}>
            {parts.map(({ group, part, d }) => (
              <path key={`${part} ${group}`} className={`glyph-${part}`} d={d} fill={groupColour(group)} />
            ))}
          </g>
        ))}
      </defs>
      {shapes.stages.map(({ stage, middle }) => (
        <g key={stage.key}>
          <text className="architecture-name" x={0} y={middle - 2}>
            {stage.label}
          </text>
          <text className="architecture-detail" x={0} y={middle + 11}>
            {stage.detail}
          </text>
        </g>
      ))}
      {shapes.arrows.length > 0 && <path className="architecture-arrow" d={shapes.arrows.join('')} />}
      {shapes.units.map(({ key, stage, unit, picture, x, y, stretch }) => (
        <use key={key} href={`#${id}${picture}`} transform={`translate(${x},${y}) scale(1,${stretch})`}>
          <title>{stages[stage] ? describe(stages[stage], unit) : ''}</title>
        </use>
      ))}
    </svg>
  )
}
