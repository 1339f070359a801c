#!/usr/bin/env bash
# Makes the bundled model from a checkpoint of training/train.py: training/make-bundle.sh CHECKPOINT
set -euo pipefail
cd "$(dirname "$0")/.."
id=shufflenet-v1-g3-0.5x-imagenette
npm run -s cli -- convert "$1" "assets/models/$id.safetensors" \
  --id "$id" \
  --title "ShuffleNet v1 0.5x (g=3), ten classes" \
  --input 160x160 --resize 160 \
  --labels assets/labels/imagenette.json \
  --provenance "Trained from scratch on the 9,469 training photos of Imagenette (160 px) by training/train.py; see the model card" \
  --notice "This model knows ten classes only: tench, English springer, cassette player, chain saw, church, French horn, garbage truck, gas pump, golf ball, parachute. It gives one of them for any photo"
