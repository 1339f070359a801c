"""Makes assets/samples from photos that Debian ships; run only to change them.

    apt-get download tuxpaint-stamps-default gcompris-qt-data python3-skimage, unpack each with dpkg-deb -x into DIR
    python3 scripts/make-samples.py DIR            (Debian: python3-pil)

Long side at most 640 px, JPEG. The cut-out truck is laid on plain light grey, 4:3.
"""
import os
import struct
import sys

from PIL import Image

LONG_SIDE = 640
OUT = os.path.join(os.path.dirname(__file__), "..", "assets", "samples")
STAMPS = "usr/share/tuxpaint/stamps"
SKIMAGE = "usr/lib/python3/dist-packages/skimage/data"
MONUMENTS = "usr/share/gcompris-qt/rcc/explore_monuments.rcc"


def from_rcc(path: str, wanted: str) -> bytes:
    """One file of a Qt binary resource, by the end of its name; the photos in it are stored uncompressed."""
    data = open(path, "rb").read()
    version, tree, payload, names = struct.unpack(">4xIIII", data[:20])
    size = 14 if version == 1 else 22

    def find(index: int):
        at = tree + index * size
        name_at, flags = struct.unpack(">IH", data[at : at + 6])
        length = struct.unpack(">H", data[names + name_at : names + name_at + 2])[0]
        name = data[names + name_at + 6 : names + name_at + 6 + 2 * length].decode("utf-16-be")
        if flags & 2:
            count, first = struct.unpack(">II", data[at + 6 : at + 14])
            return next((found for k in range(count) if (found := find(first + k))), None)
        if name != wanted:
            return None
        begin = payload + struct.unpack(">I", data[at + 10 : at + 14])[0]
        return data[begin + 4 : begin + 4 + struct.unpack(">I", data[begin : begin + 4])[0]]

    found = find(0)
    if found is None:
        raise SystemExit(f"{path} holds no {wanted}")
    return found


def on_grey(image: Image.Image) -> Image.Image:
    width, height = image.width, image.width * 3 // 4
    sheet = Image.new("RGB", (width, height), (200, 205, 210))
    sheet.paste(image, (0, (height - image.height) // 2), image)
    return sheet


def save(image: Image.Image, name: str) -> None:
    image = image.convert("RGB")
    image.thumbnail((LONG_SIDE, LONG_SIDE), Image.LANCZOS)
    image.save(os.path.join(OUT, name), quality=84, optimize=True, progressive=False)


def main(folder: str) -> None:
    import io

    at = lambda path: os.path.join(folder, path)
    save(on_grey(Image.open(at(f"{STAMPS}/vehicles/garbagetruck.png")).convert("RGBA")), "garbage-truck.jpg")
    for name, file in (("berlinCathedral", "berlin-cathedral"), ("reimsCathedral", "reims-cathedral"), ("wormsCathedral", "worms-cathedral")):
        save(Image.open(io.BytesIO(from_rcc(at(MONUMENTS), f"{name}.webp"))), f"{file}.jpg")
    save(Image.open(at(f"{SKIMAGE}/coffee.png")), "coffee.jpg")
    save(Image.open(at(f"{SKIMAGE}/chelsea.png")), "cat.jpg")
    save(Image.open(at(f"{SKIMAGE}/rocket.jpg")), "rocket.jpg")


main(sys.argv[1])
