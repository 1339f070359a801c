"""Writes assets/labels/imagenet-1k.json: the 1000 ImageNet class names, in the order of the outputs.

    python3 scripts/make-labels.py            (Debian: python3-torchvision)

Source: `_IMAGENET_CATEGORIES` of torchvision (torchvision/models/_meta.py), BSD-3-Clause, copyright Soumith Chintala 2016.
The file is read as text, so that torch need not be importable.
"""
import ast
import json
import os
import sys

SOURCE = sys.argv[1] if len(sys.argv) > 1 else "/usr/lib/python3/dist-packages/torchvision/models/_meta.py"
OUT = os.path.join(os.path.dirname(__file__), "..", "assets", "labels", "imagenet-1k.json")

tree = ast.parse(open(SOURCE).read())
names = next(
    ast.literal_eval(node.value)
    for node in tree.body
    if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "_IMAGENET_CATEGORIES" for t in node.targets)
)
assert len(names) == 1000
with open(OUT, "w") as f:
    json.dump(names, f, ensure_ascii=False, indent=1)
    f.write("\n")
