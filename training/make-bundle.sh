#!/usr/bin/env bash
# Makes a bundled model from a checkpoint of training/train.py: training/make-bundle.sh CHECKPOINT [ID]
#
# The id says the groups, and ends in -no-shuffle for a network that was trained without its channel shuffles: a checkpoint
# does not tell. Models of eight groups are those of training/shuffle-claim.sh, trained at 64 px.
set -euo pipefail
cd "$(dirname "$0")/.."
id=${2:-shufflenet-v1-g3-0.5x-imagenette}
case $id in
  shufflenet-v1-g3-0.5x-imagenette) size=160 title="ShuffleNet v1 0.5x (g=3), ten classes" how=training/train.py ;;
  shufflenet-v1-g8-0.5x-imagenette) size=64 title="ShuffleNet v1 0.5x (g=8), ten classes, 64 px" how=training/shuffle-claim.sh ;;
  shufflenet-v1-g8-0.5x-imagenette-no-shuffle)
    size=64 title="ShuffleNet v1 0.5x (g=8, no shuffle), ten classes, 64 px" how=training/shuffle-claim.sh ;;
  *) echo "error: no bundled model is called $id" >&2 && exit 2 ;;
esac
shuffle=()
if [[ $id == *-no-shuffle ]]; then shuffle=(--no-shuffle); fi
npm run -s cli -- convert "$1" "assets/models/$id.safetensors" \
  --id "$id" \
  --title "$title" \
  --input "${size}x$size" --resize "$size" "${shuffle[@]}" \
  --labels assets/labels/imagenette.json \
  --provenance "Trained from scratch on the 9,469 training photos of Imagenette (160 px) by $how; see the model card" \
  --notice "This model knows ten classes only: tench, English springer, cassette player, chain saw, church, French horn, garbage truck, gas pump, golf ball, parachute. It gives one of them for any photo"
