/**
 * Faster R-CNN (arXiv:1506.01497) with the backbones of table 7 of arXiv:1707.01083. That paper says of it (section 4.3) that
 * it uses the released Caffe code with default settings, and nothing of where the backbone is cut; see `OPEN`.
 */
import type { Corners } from '../base/boxes.ts'
import type { Graph, TensorId } from '../ir/graph.ts'
import type { Preprocess } from '../model.ts'
import { NetworkBuilder } from './blocks.ts'
import type { Architecture, Fit } from './entry.ts'
import { mobileNetBlocks, mobileNetStem } from './mobileNetV1.ts'
import { IMAGENET_RGB } from './preprocess.ts'
import { PAPER_V1, V1_REPEATS, type V1Layers, v1Stage, v1Stem, v1Widths } from './shuffleNetV1.ts'
import type { WeightSource } from './weights.ts'

/** A classifier cut in two where its feature map has a sixteenth of the image's sides. */
export interface Backbone {
  /** [1, 3, H, W] to [1, C, H/16, W/16], rounded up. */
  features(net: NetworkBuilder, image: TensorId, shuffle: boolean): TensorId
  /** The layers after that, for each region: [R, C, 14, 14] to [R, C', 7, 7]. */
  head(net: NetworkBuilder, regions: TensorId, shuffle: boolean): TensorId
}

export interface FasterRcnnOptions {
  readonly name: string
  readonly backbone: Backbone
  /** [height, width] in pixels. */
  readonly inputSize: readonly [number, number]
  /** Of objects; the background is one more, the first. */
  readonly classes: number
  readonly shuffle: boolean
  /** Regions that the head looks at; default 300. */
  readonly proposals?: number
}

/** Pixels of the image for one position of the feature map. */
const STRIDE = 16
const RPN_CHANNELS = 512
const RATIOS = [0.5, 1, 2]
/** Sides of anchors, in strides. */
const SCALES = [4, 8, 16, 32]
const CANDIDATES = 6000
const PROPOSALS = 300
const RPN_IOU = 0.7
/** Pixels of the network's input. */
const SMALLEST = 16
const BINS = 14
const COCO_CLASSES = 80

/**
 * Anchors of the first position, for each ratio (height to width) all scales: areas of the scale's square, corners the
 * outermost pixels. Source: py-faster-rcnn, lib/rpn/generate_anchors.py.
 */
export function anchorsOf(stride: number, ratios: readonly number[], scales: readonly number[]): Corners[] {
  const centre = (stride - 1) / 2
  return ratios.flatMap((ratio) => {
    const width = Math.round(Math.sqrt(stride ** 2 / ratio))
    const height = Math.round(width * ratio)
    return scales.map((scale): Corners => {
      const [across, down] = [(width * scale - 1) / 2, (height * scale - 1) / 2]
      return [centre - across, centre - down, centre + across, centre + down]
    })
  })
}

/**
 * Input [1, 3, H, W]; outputs, with R regions: probabilities [R, 1 + classes], the background first; shifts
 * [R, 4 (1 + classes)] of each region's box for each class (dx, dy, dw, dh); regions [R, 5] as image and corners in pixels of
 * the input, highest score first, rows of zeros where fewer are left. Parts lie in sections "backbone", "RPN", "RoI" and
 * "head"; roles of the backbone's weights are those of the classifier. Throws ScopeError where the source lacks a weight.
 */
export function fasterRcnn(options: FasterRcnnOptions, weights: WeightSource): Graph {
  const { name, backbone, inputSize, classes, shuffle, proposals = PROPOSALS } = options
  const net = new NetworkBuilder(name, weights)
  const { graph } = net
  const image = graph.input('input', [1, 3, ...inputSize])
  const features = graph.within('backbone', () => backbone.features(net, image, shuffle))
  const regions = graph.within('RPN', () => proposalsOf(net, features, inputSize, proposals))
  const pooled = graph.within('RoI', () =>
    graph.node('maxRoiPool', { bins: [BINS, BINS], scale: 1 / STRIDE }, [features, regions], { name: 'roi.pool' }),
  )
  return graph.within('head', () => {
    const deep = graph.node('globalPool', { mode: 'average', keepDims: false }, [backbone.head(net, pooled, shuffle)], { name: 'head.pool' })
    const scores = net.linear('head.scores', deep, 1 + classes)
    const shifts = net.linear('head.shifts', deep, 4 * (1 + classes))
    return graph.finish([graph.node('softmax', { axis: 1 }, [scores], { name: 'head.softmax' }), shifts, regions])
  })
}

/** Regions [R, 5]: the region proposal network, its boxes decoded, and those that others cover left out. */
function proposalsOf(net: NetworkBuilder, features: TensorId, inputSize: readonly [number, number], proposals: number): TensorId {
  const { graph } = net
  const anchors = anchorsOf(STRIDE, RATIOS, SCALES)
  const a = anchors.length
  const hidden = net.relu('rpn', net.conv('rpn', features, { out: RPN_CHANNELS, kernel: 3, pad: 1, bias: true }))
  const logits = net.conv('rpn.scores', hidden, { out: 2 * a, kernel: 1, bias: true })
  const shifts = net.conv('rpn.shifts', hidden, { out: 4 * a, kernel: 1, bias: true })
  const [, , height = 0, width = 0] = graph.factOf(logits).shape
  // Of each anchor two scores, background and object: all of the one before all of the other.
  const pairs = graph.node('reshape', { shape: [1, 2, a * height, width] }, [logits], { name: 'rpn.pairs' })
  const both = graph.node('softmax', { axis: 1 }, [pairs], { name: 'rpn.softmax' })
  const objects = graph.node('slice', { starts: [1], ends: [2], axes: [1], steps: [1] }, [both], { name: 'rpn.objects' })
  const maps = graph.node('reshape', { shape: [1, a, height, width] }, [objects], { name: 'rpn.maps' })
  const last = graph.node('transpose', { perm: [0, 2, 3, 1] }, [maps], { name: 'rpn.anchorsLast' })
  const scores = graph.node('reshape', { shape: [1, 1, height * width * a] }, [last], { name: 'rpn.flat' })
  const boxes = graph.node('boxDecode', { anchors, stride: STRIDE, image: inputSize, inclusive: true }, [shifts], { name: 'rpn.boxes' })
  const attrs = {
    limit: Math.min(proposals, height * width * a),
    candidates: CANDIDATES,
    iouThreshold: RPN_IOU,
    minSize: SMALLEST,
    inclusive: true,
  }
  return graph.node('nonMaxSuppression', attrs, [boxes, scores], { name: 'rpn.proposals', outputNames: ['rpn.proposals', 'rpn.selected'] })
}

function shuffleNet(groups: number, scale: number): Backbone {
  const { stem, widths } = v1Widths(groups, scale)
  const layers = (shuffle: boolean): V1Layers => ({ groups, stem, widths, repeats: V1_REPEATS, denseFirst: true, variant: PAPER_V1, shuffle })
  const stage = (net: NetworkBuilder, x: TensorId, n: 2 | 3 | 4, shuffle: boolean) =>
    v1Stage(net, x, layers(shuffle), n, (unit) => `stage${n}.unit${unit}`)
  return {
    features: (net, image, shuffle) => stage(net, stage(net, v1Stem(net, image, layers(shuffle)), 2, shuffle), 3, shuffle),
    head: (net, regions, shuffle) => stage(net, regions, 4, shuffle),
  }
}

const MOBILENET: Backbone = {
  features: (net, image) => mobileNetBlocks(net, mobileNetStem(net, image, 1), 1, 1, 11),
  head: (net, regions) => mobileNetBlocks(net, regions, 1, 12, 13),
}

const PAPER = 'arXiv:1707.01083, section 4.3 and table 7'
const CAFFE = 'py-faster-rcnn, models/coco/VGG16/faster_rcnn_end2end and lib/fast_rcnn/config.py'
const UNSAID = 'the paper names the released Caffe code with default settings, which has no such backbone'

/** What the paper leaves open, but for where the backbone is cut. */
const OPEN: readonly Fit[] = [
  {
    what: `RPN of ${RPN_CHANNELS} channels over 3x3, with biases and without batch norm; anchors of ratios ${RATIOS.join(', ')} and of ${SCALES.map((s) => s * STRIDE).join(', ')} pixels; the best ${CANDIDATES} boxes to non-maximum suppression at IoU ${RPN_IOU}, ${PROPOSALS} of them to the head`,
    because: '"default settings" of the Caffe code are taken to be those for COCO',
    figure: null,
    source: CAFFE,
  },
  {
    what: 'RoI pooling, and no RoIAlign, which is later; 14x14 bins, of which the last stage makes 7x7',
    because: UNSAID,
    figure: null,
    source: 'He et al., arXiv:1512.03385, appendix A, as its networks are cut; the Caffe code has 7x7 bins before fully connected layers',
  },
  {
    what: 'The image has a fixed shape, a square into which a photo is fitted whole; proposals are left out below 16 pixels of it',
    because: 'the Caffe code scales the shorter side and keeps the shape of the photo, and shapes are known before a run here',
    figure: null,
    source: 'this zoo',
  },
]

interface Listed {
  readonly id: string
  readonly title: string
  readonly backbone: Backbone
  readonly cut: Omit<Fit, 'figure' | 'source'>
  /** Published complexity by image size, in millions. */
  readonly figures?: Readonly<Record<number, number>>
}

const BACKBONES: readonly Listed[] = [
  ...([1, 2] as const).map((scale) => ({
    id: `shufflenet-v1-g3-${scale}.0x`,
    title: `ShuffleNet v1 ${scale}.0x (g=3)`,
    backbone: shuffleNet(3, scale),
    cut: { what: 'Stages 2 and 3 make the feature map that RPN and RoI pooling read, stage 4 is the head of each region', because: UNSAID },
  })),
  {
    id: 'mobilenet-v1-1.0x',
    title: 'MobileNet v1 1.0x',
    backbone: MOBILENET,
    cut: { what: 'Blocks 1 to 11 make the feature map that RPN and RoI pooling read, blocks 12 and 13 are the head of each region', because: UNSAID },
    figures: { 300: 25_200, 600: 30_500 },
  },
]

/** Whole photos on a square, as the classifiers of this zoo normalise them. */
function preprocess(inputSize: readonly [number, number]): Preprocess {
  return { resize: Math.max(...inputSize), crop: inputSize, fit: 'letterbox', ...IMAGENET_RGB }
}

function listed({ id, title, backbone, cut, figures }: Listed, side: number): Architecture {
  const megaMacs = figures?.[side]
  const fit: Fit = megaMacs
    ? { ...cut, figure: { megaMacs, counts: 'conv+fc' }, source: 'arXiv:1704.04861, table 13' }
    : { ...cut, figure: null, source: 'as with MobileNet, whose published complexity such a cut meets' }
  return {
    id: `faster-rcnn-${id}-${side}`,
    title: `Faster R-CNN, ${title}, ${side} px`,
    source: `${PAPER}; Faster R-CNN: arXiv:1506.01497`,
    fits: [fit, ...OPEN],
    inputSize: side,
    task: 'detection',
    classes: COCO_CLASSES,
    preprocess,
    build: (options, weights) => fasterRcnn({ ...options, backbone }, weights),
  }
}

/** The detectors of table 7, each at both of its image sizes. */
export const FASTER_RCNNS: readonly Architecture[] = BACKBONES.flatMap((one) => [300, 600].map((side) => listed(one, side)))

/** The backbone of a detector by the id of its classifier. */
export function backboneOf(id: string): Backbone | undefined {
  return BACKBONES.find((one) => one.id === id)?.backbone
}
