#!/usr/bin/env bash
# Makes the bundled model in 8 bits from the one in f32: training/make-int8.sh FOLDER_OF_TRAINING_PHOTOS
#
# Ranges, rounding and biases come from 200 training photos, evenly over all; none of the validation photos is seen.
set -euo pipefail
cd "$(dirname "$0")/.."
id=shufflenet-v1-g3-0.5x-imagenette
npm run -s cli -- quantize "$id" --calibrate "$1" --photos 200 --out "assets/models/$id-int8.safetensors"
