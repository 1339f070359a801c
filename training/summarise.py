"""The results of training/shuffle-claim.sh, by set of runs: every folder training/runs/shuffle-claim*.

    python3 training/summarise.py            prints the tables
    python3 training/summarise.py --write    writes them to docs/shuffle-claim.md and, as data, to assets/paper/shuffle-claim.json

A set is runs of one recipe that differ in groups, shuffle and seed alone; anything else is refused.
"""
import ast, glob, json, os, re, statistics, sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
RUNS = os.path.join(ROOT, "training", "runs")
DATA = os.path.join(ROOT, "assets", "paper", "shuffle-claim.json")
DOC = os.path.join(ROOT, "docs", "shuffle-claim.md")
BEGIN, END = "<!-- tables: training/summarise.py -->\n", "<!-- end of tables -->"


def recipe_of(log: str) -> dict:
    """What a run was trained with, from the first line of its log."""
    with open(log) as file:
        line = file.readline()
    version, trained, measured, options = re.fullmatch(r"torch (\S+); (\d+) training and (\d+) validation photos; (\{.*\})\n", line).groups()
    return {"torch": version, "trained": int(trained), "measured": int(measured), **ast.literal_eval(options)}


def numbers(sizes: str) -> list:
    return [int(size) for size in sizes.split(",")]


def read_set(folder: str) -> dict:
    """Settings and rows of a set; a row is the runs of one network, all seeds."""
    recipes, rows = [], {}
    for name in sorted(os.listdir(folder)):
        match = re.fullmatch(r"g(\d)-seed(\d+)(-no-shuffle)?", name)
        if not match:
            continue
        groups, seed, shuffled = int(match[1]), int(match[2]), match[3] is None
        recipe = recipe_of(os.path.join(folder, name, "train.log"))
        if (recipe.pop("groups"), recipe.pop("seed"), not recipe.pop("no_shuffle")) != (groups, seed, shuffled):
            raise SystemExit(f"{folder}/{name}: its log is of another run")
        recipe.pop("threads")
        recipes.append(recipe)
        with open(os.path.join(folder, name, "result.json")) as file:
            result = json.load(file)
        rows.setdefault((groups, shuffled), []).append((seed, result))
    first = recipes[0]
    if any(recipe != first for recipe in recipes):
        raise SystemExit(f"{folder}: its runs are not of one recipe")
    (results, *_) = rows.values()
    sizes = numbers(first["evaluate"])
    return {
        "runs": os.path.basename(folder),
        "epochs": first["epochs"],
        "scale": first["scale"],
        "classes": len(results[0][1]["classes"]),
        "trainingPhotos": first["trained"],
        "validationPhotos": first["measured"],
        "trainingSizes": numbers(first["sizes"]),
        "sizes": sizes,
        "rows": [row_of(groups, shuffled, sorted(runs, key=lambda run: run[0]), sizes) for (groups, shuffled), runs in sorted(rows.items(), key=lambda r: (r[0][0], not r[0][1]))],
    }


def row_of(groups: int, shuffled: bool, runs: list, sizes: list) -> dict:
    """Top-1 in percent by size, of every seed, with mean and standard deviation (n - 1; none of one seed)."""
    (parameters,) = {result["parameters"] for _, result in runs}
    accuracy = {}
    for size in map(str, sizes):
        values = [result["accuracy"][size] for _, result in runs]
        accuracy[size] = {
            "mean": statistics.mean(values),
            "deviation": statistics.stdev(values) if len(values) > 1 else None,
            "values": values,
        }
    # One group has no shuffle to make.
    return {"groups": groups, "shuffle": None if groups == 1 else shuffled, "parameters": parameters, "seeds": [seed for seed, _ in runs], "accuracy": accuracy}


def table_of(runs: dict) -> str:
    """A set as a table of Markdown, below what it was trained with."""
    sizes = runs["sizes"]
    trained = ", ".join(map(str, runs["trainingSizes"]))
    head = ["groups", "shuffle", "seeds", "parameters", f"top-1 at {sizes[0]} px", *(f"at {size} px" for size in sizes[1:])]
    lines = [head]
    for row in runs["rows"]:
        kind = {None: "none to make", True: "with", False: "without"}[row["shuffle"]]
        cells = [
            f"{a['mean']:.1f} %" + ("" if a["deviation"] is None else f" ± {a['deviation']:.1f}") for a in row["accuracy"].values()
        ]
        lines.append([str(row["groups"]), kind, str(len(row["seeds"])), f"{row['parameters']:,}", *cells])
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    is_number = [i in (0, 2, 3) for i in range(len(head))]
    pad = lambda line: "| " + " | ".join(c.rjust(w) if n else c.ljust(w) for c, w, n in zip(line, widths, is_number)) + " |"
    rule = "| " + " | ".join("-" * (w - 1) + ":" if n else "-" * w for w, n in zip(widths, is_number)) + " |"
    return f"{runs['epochs']} epochs at {trained} px (`training/runs/{runs['runs']}`):\n\n" + "\n".join([pad(head), rule, *map(pad, lines[1:])]) + "\n"


def main():
    sets = sorted((read_set(folder) for folder in glob.glob(os.path.join(RUNS, "shuffle-claim*"))), key=lambda s: s["epochs"])
    tables = "\n".join(map(table_of, sets))
    if sys.argv[1:] != ["--write"]:
        print(tables, end="")
        return
    with open(DATA, "w") as file:
        json.dump({"source": "training/shuffle-claim.sh, read by training/summarise.py from training/runs", "sets": sets}, file, indent=2)
        file.write("\n")
    with open(DOC) as file:
        before, rest = file.read().split(BEGIN)
    with open(DOC, "w") as file:
        file.write(before + BEGIN + "\n" + tables + "\n" + END + rest.split(END)[1])


if __name__ == "__main__":
    main()
