/** Devices over SSH: the public surface of the layer below deployment and profiling. */
export type {
  Connection,
  ExecOptions,
  ExecResult,
  HostKeyQuestion,
  Prompts,
  SecretKind,
  SecretPrompt,
  UploadRequest,
  UploadResult,
} from './connection.ts'
export { printable } from './printable.ts'
export { quote } from './quote.ts'
