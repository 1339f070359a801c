/** Colours as every reader of SVG understands them: what CSS computes, as #rrggbb and an opacity. */

export interface Paint {
  /** "#rrggbb"; null for nothing. */
  readonly colour: string | null
  /** 0..1. */
  readonly opacity: number
}

const NOTHING: Paint = { colour: null, opacity: 0 }
const known = new Map<string, Paint>()

/** A computed colour, in any notation that the browser has. */
export function paintOf(css: string): Paint {
  if (css === 'none' || css === 'transparent' || css === '') return NOTHING
  const found = known.get(css) ?? read(css)
  known.set(css, found)
  return found
}

function read(css: string): Paint {
  const plain = /^rgba?\(\s*([\d.]+)[\s,]+([\d.]+)[\s,]+([\d.]+)(?:\s*[,/]\s*([\d.]+))?\s*\)$/.exec(css)
  if (plain) return made([Number(plain[1]), Number(plain[2]), Number(plain[3])], plain[4] === undefined ? 1 : Number(plain[4]))
  // oklab(), color() and what else there will be: drawn, and looked at.
  const context = new OffscreenCanvas(1, 1).getContext('2d')
  if (!context) return NOTHING
  context.fillStyle = css
  context.fillRect(0, 0, 1, 1)
  const [r = 0, g = 0, b = 0, a = 0] = context.getImageData(0, 0, 1, 1).data
  return made([r, g, b], a / 255)
}

function made(channels: readonly number[], opacity: number): Paint {
  if (opacity === 0) return NOTHING
  return { colour: `#${channels.map((c) => Math.round(c).toString(16).padStart(2, '0')).join('')}`, opacity: Number(opacity.toFixed(3)) }
}
