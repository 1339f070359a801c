/** What a figure can be exported as. */

export const EXPORT_FORMATS = ['svg', 'png', 'csv', 'json'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]
