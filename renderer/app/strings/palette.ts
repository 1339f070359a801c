/** The command palette. */
import type { Words } from './words.ts'

export const en = {
  'command.palette': 'All commands',
  'command.pair': '{kind}: {value}',
  'command.undo': 'Undo',
  'command.redo': 'Redo',
  'command.group.go': 'Go to',
  'command.group.view': 'View',
  'command.group.edit': 'Edit',
  'command.group.file': 'File',
  'command.group.settings': 'Settings',
  'command.group.model': 'Model',
  'command.group.sample': 'Sample photo',
  'command.group.unit': 'Unit',
  'command.group.layer': 'Layer',

  'palette.field': 'A command, model, unit or layer',
  'palette.found': 'Found',
  'palette.count': '{n} found',
  'palette.none': 'Nothing is called “{query}”',

  'command.group.recent': 'Recent',
} as const

export const zh: Words<typeof en> = {
  'command.palette': '所有命令',
  'command.pair': '{kind}：{value}',
  'command.undo': '撤销',
  'command.redo': '重做',
  'command.group.go': '前往',
  'command.group.view': '视图',
  'command.group.edit': '编辑',
  'command.group.file': '文件',
  'command.group.settings': '设置',
  'command.group.model': '模型',
  'command.group.sample': '示例照片',
  'command.group.unit': '单元',
  'command.group.layer': '层',

  'palette.field': '命令、模型、单元或层',
  'palette.found': '结果',
  'palette.count': '找到 {n} 项',
  'palette.none': '没有名为“{query}”的内容',

  'command.group.recent': '最近',
}
