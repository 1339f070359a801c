"""Prints the table of docs/shuffle-claim.md from the results of training/shuffle-claim.sh: python3 training/summarise.py RUNS"""
import json, os, re, statistics, sys

runs = {}
for name in sorted(os.listdir(sys.argv[1])):
    path = os.path.join(sys.argv[1], name, "result.json")
    match = re.fullmatch(r"g(\d)-seed(\d+)(-no-shuffle)?", name)
    if match and os.path.exists(path):
        with open(path) as file:
            result = json.load(file)
        runs.setdefault((int(match[1]), match[3] is None), []).append(result)

print("| groups | shuffle | seeds | parameters | top-1 at 64 px | at 80 px | at 96 px |")
print("| -----: | ------- | ----: | ---------: | -------------- | -------- | -------- |")
for (groups, shuffled), results in sorted(runs.items(), key=lambda item: (item[0][0], not item[0][1])):
    cells = []
    for size in ("64", "80", "96"):
        values = [r["accuracy"][size] for r in results]
        spread = f" ± {statistics.stdev(values):.1f}" if len(values) > 1 else ""
        cells.append(f"{statistics.mean(values):.1f} %{spread}")
    kind = "none to make" if groups == 1 else "with" if shuffled else "without"
    print(f"| {groups} | {kind} | {len(results)} | {results[0]['parameters']:,} | {' | '.join(cells)} |")
