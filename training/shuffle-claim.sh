#!/usr/bin/env bash
# Tests the paper's claim (section 4.1.2, table 3) in small: ShuffleNet v1 0.5x with and without its channel shuffle, on the
# ten Imagenette classes, all else equal. training/shuffle-claim.sh FOLDER_WITH_THE_TARS OUT [THREADS] [EPOCHS]
#
# Runs that have ended are not done again, so it can be stopped and started at will; each writes a log and a result beside
# its checkpoint. Order: one run of each kind first, then more seeds for g=8.
set -euo pipefail
cd "$(dirname "$0")"
data=$1 out=$2 threads=${3:-2} epochs=${4:-12}
run() {
  local groups=$1 seed=$2 name="g$1-seed$2${3:+-no-shuffle}"
  [ -e "$out/$name/result.json" ] && return
  "${PYTHON:-python3}" train.py --data "$data" --out "$out/$name" --groups "$groups" --seed "$seed" ${3:+--no-shuffle} \
    --epochs "$epochs" --sizes 64 --evaluate 64,80,96 --threads "$threads"
}
run 8 0
run 8 0 without
run 3 0
run 3 0 without
run 1 0
for seed in 1 2; do
  run 8 "$seed"
  run 8 "$seed" without
done
