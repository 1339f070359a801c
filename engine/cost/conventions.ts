/** What "MACs" means: published figures add up different things, so every total names its convention. */
import type { Cost } from '../ops/op.ts'

export const CONVENTIONS = ['paper', 'conv', 'conv+fc', 'all'] as const
export type Convention = (typeof CONVENTIONS)[number]

/** The convention in words, to stand beside a total. */
export const CONVENTION_WORDS: Readonly<Record<Convention, string>> = {
  paper: 'convolutions only, as in Table 1 of the paper',
  conv: 'convolutions only',
  'conv+fc': 'convolutions and fully connected layers',
  all: 'everything: bias, batch norm, activation, addition and pooling count one per element or window position',
}

/** Multiply-accumulates of a cost under a convention. Zero-padded positions count in full. FLOPs are twice this. */
export function macsOf(cost: Cost, convention: Convention): number {
  switch (convention) {
    case 'paper':
    case 'conv':
      return cost.convMacs
    case 'conv+fc':
      return cost.convMacs + cost.linearMacs
    case 'all':
      return cost.convMacs + cost.linearMacs + cost.elementOps
  }
}
