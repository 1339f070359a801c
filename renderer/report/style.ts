/** The report's style sheet: the application's colours, light and dark, and a plain page that prints. */
import tokens from '../app/styles/tokens.css?raw'

/** Fonts are those of the reader's system: a report brings none, and asks nobody for any. */
/** On paper the light colours hold, whatever the reader's screen has. */
const COLOURS = tokens.replaceAll('@media (prefers-color-scheme: dark)', '@media screen and (prefers-color-scheme: dark)')

export const STYLE = `${COLOURS}
:root { --sans: Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC", sans-serif; --mono: "JetBrains Mono", ui-monospace, Menlo, Consolas, monospace; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 14px/1.5 var(--sans); font-variant-numeric: tabular-nums; }
main, header, footer { max-width: 1080px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 36px; }
footer { padding-block: 24px 48px; color: var(--ink-quiet); font-size: 12px; }
h1 { margin: 0 0 4px; font-size: 26px; line-height: 1.25; letter-spacing: -0.01em; }
h2 { margin: 44px 0 8px; padding-top: 12px; border-top: 1px solid var(--line-strong); font-size: 18px; }
h3 { margin: 28px 0 6px; font-size: 14px; }
p { margin: 0 0 10px; max-width: 82ch; }
a { color: var(--accent); }
.quiet { color: var(--ink-quiet); }
.notice, .warning { padding: 8px 12px; border-left: 3px solid var(--notice-line); background: var(--notice-soft); }
.warning { border-color: var(--error); background: var(--error-soft); }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 14px 0 0; padding: 0; list-style: none; font-size: 13px; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 0 28px; margin: 16px 0; }
dl > div { display: flex; justify-content: space-between; gap: 12px; padding: 4px 0; border-bottom: 1px solid var(--line); }
dt { color: var(--ink-quiet); }
dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
.scroll:focus-visible { outline: 2px solid var(--accent); }
table { width: 100%; border-spacing: 0; font-size: 12.5px; line-height: 18px; }
caption { padding: 4px 0; color: var(--ink-quiet); text-align: left; }
th, td { padding: 3px 12px 3px 0; border-bottom: 1px solid var(--line); font-weight: 400; text-align: left; vertical-align: top; }
thead th { border-bottom-color: var(--line-strong); color: var(--ink-quiet); white-space: nowrap; vertical-align: bottom; }
th:last-child, td:last-child { padding-right: 0; }
.num { text-align: right; white-space: nowrap; }
.name { font-family: var(--mono); font-size: 11.5px; overflow-wrap: anywhere; }
tfoot :is(th, td) { border-bottom: 0; font-weight: 600; }
figure { margin: 12px 0; }
figcaption { color: var(--ink-quiet); font-size: 12.5px; }
.drawing { display: block; max-width: 100%; height: auto; }
.drawing text { fill: var(--ink); font: 12px var(--sans); }
.drawing .section { font-weight: 600; }
.drawing .quiet { fill: var(--ink-quiet); font-weight: 400; }
.drawing .label { font-weight: 500; }
.drawing :is(.facts, .cost, .tick, .roof-name) { fill: var(--ink-quiet); font-size: 11px; }
.drawing .facts { text-anchor: end; }
.drawing .arrow { fill: none; stroke: var(--line-strong); }
.drawing .arrow-head { fill: var(--line-strong); }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 20px 0 -4px; padding: 0; list-style: none; font-size: 12.5px; }
.legend li { display: flex; align-items: center; gap: 5px; }
.drawing .glyph { fill: var(--raised); stroke: var(--line); }
.drawing .ribbon { fill-opacity: 0.35; }
.drawing .track { fill: var(--bar-track); }
.drawing .grid { stroke: var(--line); shape-rendering: crispEdges; }
.drawing .axis { stroke: var(--line-strong); shape-rendering: crispEdges; }
.drawing .stage { fill: var(--panel); }
.drawing .reference { stroke: var(--line-strong); stroke-dasharray: 2 3; }
.drawing .line { fill: none; stroke: var(--ink); stroke-width: 2; stroke-linejoin: round; }
.drawing .dot { fill: var(--ink); }
.drawing .band { fill: var(--ink); fill-opacity: 0.1; }
.drawing .is-off .line { stroke: var(--ink-quiet); stroke-dasharray: 5 3; stroke-width: 1.5; }
.drawing .is-off .dot { fill: var(--ground); stroke: var(--ink-quiet); stroke-width: 1.5; }
.drawing .is-off .band { fill: var(--ink-quiet); fill-opacity: 0.08; }
.drawing .roof { fill: none; stroke: var(--ink-quiet); stroke-width: 1.5; }
.drawing .roof-name { paint-order: stroke; stroke: var(--ground); stroke-width: 3px; }
.drawing .mark { stroke: var(--ink-quiet); stroke-width: 0.75; }
.drawing .bin { fill: var(--bar); }
.drawing .quantile { stroke: var(--accent); stroke-dasharray: 3 2; }
@media print {
  @page { margin: 14mm; }
  body { font-size: 10pt; }
  main, header, footer { max-width: none; padding-inline: 0; }
  nav { display: none; }
  h2 { break-after: avoid; }
  figure, tr, dl > div { break-inside: avoid; }
  .scroll { overflow: visible; }
  table { font-size: 8pt; line-height: 1.35; }
  thead { display: table-header-group; }
  * { print-color-adjust: exact; }
}
`
