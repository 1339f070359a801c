"""Trains ShuffleNet v1 from scratch on the ten Imagenette classes; PyTorch is needed here and nowhere else.

    python3 training/train.py --data DIR_WITH_TARS --out OUT_DIR

Writes OUT_DIR/checkpoint.pth (state dict of the averaged weights), OUT_DIR/train.log and OUT_DIR/result.json.
"""
import argparse, copy, hashlib, io, json, math, os, random, sys, tarfile, time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from network import ShuffleNetV1

MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1) * 255
STD = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1) * 255


def read_tar(path: str):
    """Photos of a tar as uint8 NCHW at 160x160 and their class indices; classes sorted by folder name."""
    with tarfile.open(path) as tar:
        members = sorted((m for m in tar.getmembers() if m.isfile()), key=lambda m: m.name)
        blobs = [(m.name, tar.extractfile(m).read()) for m in members]
    folders = sorted({name.split("/")[-2] for name, _ in blobs})
    decode = lambda b: np.asarray(Image.open(io.BytesIO(b)).convert("RGB"))
    with ThreadPoolExecutor(2) as pool:
        images = list(pool.map(lambda nb: decode(nb[1]), blobs))
    if len({i.shape for i in images}) != 1:
        raise SystemExit("the photos of this set do not all have one size")
    x = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).contiguous()
    y = torch.tensor([folders.index(name.split("/")[-2]) for name, _ in blobs])
    return x, y, folders


def augment(x: torch.Tensor, size: int, strength: float) -> torch.Tensor:
    """Random resized crop (area 1-0.65*strength..1, aspect 3/4..4/3), mirror, brightness/contrast/saturation. uint8 -> float NCHW."""
    n = x.shape[0]
    area = torch.empty(n).uniform_(1 - 0.65 * strength, 1)
    ratio = torch.exp(torch.empty(n).uniform_(math.log(3 / 4), math.log(4 / 3)))
    w, h = (area * ratio).sqrt().clamp(max=1), (area / ratio).sqrt().clamp(max=1)
    cx, cy = (torch.rand(n) * 2 - 1) * (1 - w), (torch.rand(n) * 2 - 1) * (1 - h)
    mirror = torch.where(torch.rand(n) < 0.5, -1.0, 1.0)
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0], theta[:, 1, 1], theta[:, 0, 2], theta[:, 1, 2] = w * mirror, h, cx, cy
    x = F.grid_sample(x.float(), F.affine_grid(theta, (n, 3, size, size), align_corners=False), padding_mode="reflection", align_corners=False)
    jitter = lambda: 1 + (torch.rand(n, 1, 1, 1) * 2 - 1) * 0.3 * strength
    x = x * jitter()
    grey = x.mean((1, 2, 3), keepdim=True)
    x = (x - grey) * jitter() + grey
    luma = x.mean(1, keepdim=True)
    x = (x - luma) * jitter() + luma
    x = (x.clamp(0, 255) - MEAN) / STD
    if strength > 0.5:  # random erasing on a quarter of the photos
        for i in torch.nonzero(torch.rand(n) < 0.25).flatten().tolist():
            s = random.randint(size // 8, size // 3)
            r, c = random.randint(0, size - s), random.randint(0, size - s)
            x[i, :, r : r + s, c : c + s] = 0
    return x


@torch.no_grad()
def evaluate(model, x, y, size: int) -> float:
    """Top-1 accuracy in percent; photos resized to `size` with Pillow's antialiased bilinear, as the application does."""
    model.eval()
    right = 0
    for i in range(0, len(x), 128):
        part = x[i : i + 128]
        if size != part.shape[-1]:
            part = torch.stack([torch.from_numpy(np.asarray(Image.fromarray(p.permute(1, 2, 0).numpy()).resize((size, size), Image.BILINEAR)).copy()).permute(2, 0, 1) for p in part])
        right += (model((part.float() - MEAN) / STD).argmax(1) == y[i : i + 128]).sum().item()
    return 100 * right / len(x)


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--data", required=True), a.add_argument("--out", required=True)
    a.add_argument("--groups", type=int, default=3), a.add_argument("--scale", type=float, default=0.5)
    a.add_argument("--no-shuffle", action="store_true")
    a.add_argument("--epochs", type=int, default=90), a.add_argument("--batch", type=int, default=64)
    a.add_argument("--lr", type=float, default=0.15), a.add_argument("--decay", type=float, default=3e-4)
    a.add_argument("--sizes", default="96,112,128", help="training sizes in px, each for an equal share of the epochs")
    a.add_argument("--evaluate", default="112,128,144,160", help="sizes in px that the trained network is measured at, smallest first")
    a.add_argument("--seed", type=int, default=0), a.add_argument("--threads", type=int, default=2)
    a = a.parse_args()
    os.makedirs(a.out, exist_ok=True)
    torch.manual_seed(a.seed), random.seed(a.seed), np.random.seed(a.seed), torch.set_num_threads(a.threads)
    log = open(os.path.join(a.out, "train.log"), "w")
    say = lambda s: (print(s, flush=True), log.write(s + "\n"), log.flush())
    xt, yt, classes = read_tar(os.path.join(a.data, "imagenette160-train.tar"))
    xv, yv, classes_v = read_tar(os.path.join(a.data, "imagenette160-val.tar"))
    assert classes == classes_v
    say(f"torch {torch.__version__}; {len(xt)} training and {len(xv)} validation photos; {vars(a) | {'data': None, 'out': None}}")
    model = ShuffleNetV1(a.groups, a.scale, len(classes), not a.no_shuffle, dropout=0.1)
    for m in model.modules():
        if isinstance(m, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(m.weight, mode="fan_out")
    for name, p in model.named_parameters():  # the residual branch starts at zero
        if "expand_bn3.weight" in name and ".unit1." not in name:
            torch.nn.init.zeros_(p)
    model = model.to(memory_format=torch.channels_last)
    averaged = copy.deepcopy(model)
    decayed = [p for n, p in model.named_parameters() if p.dim() > 1 and "dw_conv2" not in n]
    plain = [p for n, p in model.named_parameters() if p.dim() <= 1 or "dw_conv2" in n]
    opt = torch.optim.SGD([{"params": decayed, "weight_decay": a.decay}, {"params": plain, "weight_decay": 0}], lr=a.lr, momentum=0.9, nesterov=True)
    sizes = [int(s) for s in a.sizes.split(",")]
    measured = [int(s) for s in a.evaluate.split(",")]
    steps = len(xt) // a.batch
    total, warm, step = steps * a.epochs, steps * 3, 0
    params = sum(p.numel() for p in model.parameters())
    say(f"{params} parameters, {steps} steps an epoch")
    for epoch in range(a.epochs):
        size = sizes[min(len(sizes) - 1, epoch * len(sizes) // a.epochs)]
        strength = 1.0 if epoch < a.epochs - max(3, a.epochs // 15) else 0.4
        model.train()
        start, seen, loss_sum, right = time.time(), 0, 0.0, 0
        order = torch.randperm(len(xt))
        for i in range(steps):
            rate = a.lr * (step / warm if step < warm else 0.5 * (1 + math.cos(math.pi * (step - warm) / (total - warm))))
            for group in opt.param_groups:
                group["lr"] = rate
            pick = order[i * a.batch : (i + 1) * a.batch]
            out = model(augment(xt[pick], size, strength).contiguous(memory_format=torch.channels_last))
            loss = F.cross_entropy(out, yt[pick], label_smoothing=0.1)
            opt.zero_grad(set_to_none=True)
            loss.backward()
            opt.step()
            step += 1
            keep = min(0.998, (1 + step) / (10 + step))
            with torch.no_grad():
                for pa, p in zip(averaged.state_dict().values(), model.state_dict().values()):
                    pa.lerp_(p, 1 - keep) if pa.is_floating_point() else pa.copy_(p)
            seen, loss_sum, right = seen + len(pick), loss_sum + loss.item() * len(pick), right + (out.argmax(1) == yt[pick]).sum().item()
        line = f"epoch {epoch + 1}/{a.epochs} size {size} loss {loss_sum / seen:.4f} train {100 * right / seen:.2f} %"
        if epoch % 5 == 4 or epoch == a.epochs - 1:
            looks = sorted({measured[len(measured) // 2 - 1], measured[-1]})
            line += " | validation " + ", ".join(f"at {s} {evaluate(averaged, xv, yv, s):.2f} %" for s in looks)
            torch.save(averaged.state_dict(), os.path.join(a.out, "checkpoint.pth.part"))
            os.replace(os.path.join(a.out, "checkpoint.pth.part"), os.path.join(a.out, "checkpoint.pth"))
        say(line + f" | {time.time() - start:.0f} s")
    result = {"classes": classes, "photos": len(xv), "accuracy": {str(s): evaluate(averaged, xv, yv, s) for s in measured}, "parameters": params}
    with open(os.path.join(a.out, "checkpoint.pth"), "rb") as f:
        result["sha256"] = hashlib.sha256(f.read()).hexdigest()
    with open(os.path.join(a.out, "result.json"), "w") as f:
        json.dump(result, f, indent=2)
    say(json.dumps(result))


if __name__ == "__main__":
    main()
