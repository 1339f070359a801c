/** The shape of the page's state: one slice per concern, each with its actions. */
import type { ErrorFields } from '../../engine/index.ts'
import type { Api, AppInfo, ModelEntry, Sample } from '../app/bridge.ts'
import type { Locale } from '../app/strings/index.ts'
import type { MapPlace } from '../charts/network/place.ts'
import type { EngineClient } from '../workers/client.ts'
import type {
  AblationView,
  ConventionId,
  LensLayer,
  LensView,
  MixingScale,
  MixingView,
  ModelView,
  NetworkView,
  OcclusionView,
  PhotoMixingView,
  ProfileView,
  Progress,
  RunView,
  StageName,
  TraceView,
  UnitView,
  ZooView,
} from '../workers/contract/index.ts'
import type { CompareSlice } from './compareSlice.ts'
import type { CompressSlice } from './compressSlice.ts'
import type { DevicesSlice } from './devicesSlice.ts'
import type { ExportSlice } from './exportSlice.ts'
import type { FileKind } from './fileKind.ts'
import type { HistorySlice } from './historySlice.ts'
import type { NoticeSlice } from './noticeSlice.ts'
import type { Beside } from './openModel.ts'
import type { PaperSlice } from './paperSlice.ts'
import type { RecentsSlice } from './recentsSlice.ts'
import type { WhatIfSlice } from './whatIfSlice.ts'
import type { Overlay } from './whySlice.ts'
import type { WorkspaceSlice } from './workspaceSlice.ts'

export type { ModelEntry }

/** Where a model came from, as far as the page can name it. */
export type ModelRef =
  | { readonly kind: 'host'; readonly id: string }
  | { readonly kind: 'zoo'; readonly id: string }
  | { readonly kind: 'file'; readonly name: string }

/** Work under way that a user can see and cancel. */
export interface Task {
  readonly progress: Progress | null
  readonly cancel: () => void
}

export interface ModelSlice {
  readonly handle: string | null
  readonly model: ModelView | null
  readonly modelRef: ModelRef | null
  readonly stage: StageName
  readonly network: NetworkView | null
  readonly modelTask: Task | null
  readonly modelError: ErrorFields | null
  readonly unit: UnitView | null
  readonly unitError: ErrorFields | null
  /** Resolves to whether it was opened; errors are in `modelError`, and the model before stays. */
  openHostModel(id: string): Promise<boolean>
  openZooModel(id: string): Promise<boolean>
  openModelFile(file: Blob, name: string, beside?: Beside): Promise<boolean>
  setStage(stage: StageName): Promise<void>
  loadUnit(scope: string): Promise<void>
  dismissModelError(): void
}

export interface LibrarySlice {
  readonly entries: readonly ModelEntry[] | null
  readonly zoo: readonly ZooView[]
  readonly samples: readonly Sample[]
  /** Their photos by id, once loaded. */
  readonly sampleFiles: Readonly<Record<string, { readonly file: Blob; readonly url: string }>>
  readonly libraryError: ErrorFields | null
  readonly downloads: Readonly<Record<string, { readonly received: number; readonly total: number | null; readonly cancel: () => void }>>
  readonly downloadErrors: Readonly<Record<string, ErrorFields>>
  loadLibrary(): Promise<void>
  /** Loads the samples' photos for their thumbnails. */
  loadSamples(): Promise<void>
  download(id: string): Promise<void>
  removeDownload(id: string): Promise<void>
}

export interface PhotoFile {
  readonly name: string
  readonly file: Blob
  /** An object URL; revoked when the next photo comes. */
  readonly url: string
  readonly credit: string | null
  /** Id of the sample that it is; null for a photo of the user's own. */
  readonly sample: string | null
}

export interface ImageSlice {
  readonly photo: PhotoFile | null
  readonly run: RunView | null
  readonly runTask: Task | null
  readonly runError: ErrorFields | null
  /** Detections that score no higher are not shown; null: as the author of the network has it. */
  readonly detectionThreshold: number | null
  setDetectionThreshold(threshold: number | null): void
  showPhoto(file: Blob, name: string, credit?: string | null, sample?: string | null): Promise<void>
  showSample(id: string): Promise<void>
  runPhoto(): Promise<void>
  dismissRunError(): void
}

/** Why this answer: occlusion of the photo whose answer is `run`; the class maps come with the answer itself. */
export interface WhySlice {
  readonly overlay: Overlay
  setOverlay(overlay: Overlay): void
  readonly occlusion: { readonly run: RunView; readonly view: OcclusionView } | null
  readonly occlusionTask: Task | null
  readonly occlusionError: ErrorFields | null
  occlude(): Promise<void>
}

/** The group lens: one layer's feature maps on the photo, and the answer with some channels zeroed. */
export interface LensSlice {
  /** Whether the photo's screen shows the lens in place of the answer. */
  readonly lensShown: boolean
  /** Whether channels lie in their order after the shuffle. */
  readonly lensAfter: boolean
  readonly lensLayers: { readonly handle: string; readonly list: readonly LensLayer[] } | null
  readonly lens: { readonly handle: string; readonly photo: PhotoFile; readonly view: LensView } | null
  readonly lensTask: Task | null
  readonly lensError: ErrorFields | null
  /** Channels that are zeroed, and the answer without them once it is there. */
  readonly lensOff: ReadonlySet<number>
  readonly ablation: AblationView | null
  showLens(shown: boolean): void
  setLensAfter(after: boolean): void
  /** Loads the layer `tensor`, or the one that suits the selection. */
  loadLens(tensor?: number): Promise<void>
  /** Zeroes all of `channels`, or gives all of them back where all are zeroed. */
  toggleChannels(channels: readonly number[]): Promise<void>
  restoreChannels(): Promise<void>
}

export interface ProfileSlice {
  readonly profile: ProfileView | null
  readonly profileTask: Task | null
  readonly profileError: ErrorFields | null
  measure(): Promise<void>
}

export interface MixingSlice {
  /** The canvas of Explore: the map of the network, or the mixing meter. */
  readonly exploreTab: 'map' | 'mixing'
  /** Of the model with this handle. */
  readonly mixing: { readonly handle: string; readonly view: MixingView } | null
  readonly mixingTask: Task | null
  readonly mixingError: ErrorFields | null
  /** What zeroing groups changes on a photo. */
  readonly photoMixing: { readonly handle: string; readonly photo: PhotoFile; readonly view: PhotoMixingView } | null
  readonly photoMixingTask: Task | null
  readonly photoMixingError: ErrorFields | null
  readonly familyScale: MixingScale
  /** By width, once computed. */
  readonly families: Partial<Readonly<Record<MixingScale, readonly MixingView[]>>>
  readonly familyTask: Task | null
  readonly familyError: ErrorFields | null
  /** The channel traced on the map, of the model and stage it was traced in. */
  readonly trace: { readonly handle: string; readonly stage: StageName; readonly shuffle: boolean; readonly view: TraceView } | null
  readonly traceError: ErrorFields | null
  setExploreTab(tab: MixingSlice['exploreTab']): void
  loadMixing(): Promise<void>
  /** Zeroes group by group on the photo, unless that is known. */
  loadPhotoMixing(): Promise<void>
  loadFamily(scale: MixingScale): Promise<void>
  /** Shows on the map where a channel comes from and goes to. */
  traceOnMap(channel: ChannelRef): Promise<void>
  stopTrace(): void
}

/** Themes that can be chosen; `contrast` is white on black. */
export const THEMES = ['system', 'light', 'dark', 'contrast'] as const
export type Theme = (typeof THEMES)[number]

export type Screen = 'explore' | 'photo' | 'costs' | 'devices' | 'compare' | 'compress'
/** `device`: milliseconds of the run that `deviceTimes` holds. */
export type Measure = 'macs' | 'params' | 'bytes' | 'ms' | 'peak' | 'device'
export interface ChannelRef {
  readonly tensor: number
  readonly channel: number
}

/** The one selection, from the widest to the narrowest thing. */
export interface Selection {
  /** Key of an item of the network map. */
  readonly item: string | null
  /** Name of a node. */
  readonly node: string | null
  readonly channel: ChannelRef | null
  /** First and last layer of a dragged range of two or more. */
  readonly range: readonly [number, number] | null
}

export interface ViewSlice {
  readonly screen: Screen
  /** The unit that the canvas is zoomed into. */
  readonly focus: string | null
  readonly selection: Selection
  /** Where the map is looked at; null: as a whole, as at first. */
  readonly mapPlace: MapPlace | null
  readonly shuffleOn: boolean
  readonly measureShown: Measure
  readonly convention: ConventionId
  readonly dialog: 'models' | 'keys' | 'palette' | 'compare' | null
  readonly dropping: boolean
  show(screen: Screen): void
  selectItem(key: string): void
  selectNode(name: string): void
  selectChannel(channel: ChannelRef | null): void
  selectRange(from: number, to: number): void
  enter(scope: string): void
  /** Out of the unit to the map, with the unit still selected. */
  leave(): void
  /** One level up: channel, op, unit, network. */
  up(): void
  setMapPlace(place: MapPlace | null): void
  toggleShuffle(): void
  setMeasure(measure: Measure): void
  setConvention(convention: ConventionId): void
  setDialog(dialog: ViewSlice['dialog']): void
  setDropping(dropping: boolean): void
}

export interface HostSlice {
  readonly api: Api | null
  readonly engine: EngineClient
  readonly info: AppInfo | null
  readonly hostError: ErrorFields | null
  readonly theme: Theme
  readonly language: string
  readonly locale: Locale
  start(connect: () => Promise<Api>): Promise<void>
  setTheme(theme: HostSlice['theme']): void
  setLanguage(language: string): void
  /** Asks for a file of either kind, by the system's dialog or the page's own input. */
  chooseFile(kind: FileKind): Promise<void>
  /** The file that the user chooses, or null; nothing is done with it. Errors are in `modelError`. */
  askForFile(kind: FileKind): Promise<{ readonly file: Blob; readonly name: string; readonly beside: Beside } | null>
  /** Sorts a dropped or opened file into photo, model or workspace, by its first bytes. */
  takeFile(file: Blob, name: string, beside?: Beside): Promise<void>
  /** Files dropped or pasted together: photos for Compress where it is shown, else one of them and what it needs beside it. */
  takeFiles(files: readonly File[]): Promise<void>
}

export type State = CompareSlice &
  CompressSlice &
  ModelSlice &
  LibrarySlice &
  ImageSlice &
  WhySlice &
  LensSlice &
  ProfileSlice &
  MixingSlice &
  ViewSlice &
  HostSlice &
  ExportSlice &
  WhatIfSlice &
  PaperSlice &
  HistorySlice &
  WorkspaceSlice &
  RecentsSlice &
  DevicesSlice &
  NoticeSlice
export type Slice<S> = (set: (partial: Partial<State> | ((state: State) => Partial<State>)) => void, get: () => State) => S
