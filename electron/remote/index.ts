/** Devices over SSH: the public surface of the layer below deployment and profiling. */

export { type Bundle, type BundleFile, makeBundle } from './bundle.ts'
export { configuredHosts, type Identity, resolveTarget, type Target, type TargetOptions } from './config.ts'
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
export { cacheFolder, type Deployed, deploy } from './deploy.ts'
export { homeOf } from './home.ts'
export { type NodeBuildOptions, type NodeMachine, nodeMachine, obtainNode } from './nodeBuild.ts'
export { obtainPackage, type PackageOptions, type PinnedPackage } from './npmPackage.ts'
export { printable } from './printable.ts'
export { type Probe, probeRemote } from './probe.ts'
export { type ProfileOptions, type ProfilePhase, type ProfileProgress, profileOnDevice, type Subject } from './profile.ts'
export { quote } from './quote.ts'
export { type ConnectOptions, connect, TIMEOUTS, type Timeouts } from './ssh.ts'
export { deviceError } from './sshErrors.ts'
export { type Survey, survey } from './survey.ts'
export { remoteError, upload } from './upload.ts'
