"""ShuffleNet v1 in PyTorch, for training only (arXiv:1707.01083, sections 3.2 and 3.3).

Order of a unit: grouped 1x1 -> BN -> ReLU -> shuffle (g, n) -> 3x3 depthwise -> BN -> grouped 1x1 -> BN -> add | concat -> ReLU.
The parameter names are those of pytorchcv, whose module computes the same function, so that the ordinary
importer of ShuffleScope reads the checkpoint.
"""
import torch
from torch import nn
import torch.nn.functional as F

STAGES_1X = {1: (144, 288, 576), 2: (200, 400, 800), 3: (240, 480, 960), 4: (272, 544, 1088), 8: (384, 768, 1536)}
REPEATS = (4, 8, 4)


def shuffle(x: torch.Tensor, groups: int) -> torch.Tensor:
    n, c, h, w = x.shape
    return x.view(n, groups, c // groups, h, w).transpose(1, 2).reshape(n, c, h, w)


class Unit(nn.Module):
    def __init__(self, c_in: int, c_out: int, groups: int, stride: int, first: bool, use_shuffle: bool):
        super().__init__()
        mid = c_out // 4
        branch = c_out - c_in if stride == 2 else c_out
        self.stride, self.groups, self.use_shuffle = stride, groups, use_shuffle
        self.compress_conv1 = nn.Conv2d(c_in, mid, 1, groups=1 if first else groups, bias=False)
        self.compress_bn1 = nn.BatchNorm2d(mid)
        self.dw_conv2 = nn.Conv2d(mid, mid, 3, stride, 1, groups=mid, bias=False)
        self.dw_bn2 = nn.BatchNorm2d(mid)
        self.expand_conv3 = nn.Conv2d(mid, branch, 1, groups=groups, bias=False)
        self.expand_bn3 = nn.BatchNorm2d(branch)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = F.relu(self.compress_bn1(self.compress_conv1(x)), inplace=True)
        if self.use_shuffle:
            y = shuffle(y, self.groups)
        y = self.dw_bn2(self.dw_conv2(y))
        y = self.expand_bn3(self.expand_conv3(y))
        if self.stride == 2:
            y = torch.cat((y, F.avg_pool2d(x, 3, 2, 1)), 1)
        else:
            y = y + x
        return F.relu(y, inplace=True)


class Init(nn.Module):
    def __init__(self, stem: int):
        super().__init__()
        self.conv = nn.Conv2d(3, stem, 3, 2, 1, bias=False)
        self.bn = nn.BatchNorm2d(stem)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.max_pool2d(F.relu(self.bn(self.conv(x)), inplace=True), 3, 2, 1)


class ShuffleNetV1(nn.Module):
    def __init__(self, groups: int, scale: float, classes: int, use_shuffle: bool = True, dropout: float = 0.0):
        super().__init__()
        up = lambda v, m: -(-v // m) * m
        round_to = 4 * groups
        widths = [int(w * scale) if int(w * scale) % round_to == 0 else up(int(w * scale), round_to) for w in STAGES_1X[groups]]
        stem = 24 if scale in (1.0, 1.5) else int(24 * scale)
        stem = up(stem, groups) if stem % groups else stem
        self.features = nn.Sequential()
        self.features.add_module("init_block", Init(stem))
        c_in = stem
        for s, (width, repeat) in enumerate(zip(widths, REPEATS)):
            stage = nn.Sequential()
            for u in range(repeat):
                stage.add_module(f"unit{u + 1}", Unit(c_in, width, groups, 2 if u == 0 else 1, s == 0 and u == 0, use_shuffle))
                c_in = width
            self.features.add_module(f"stage{s + 1}", stage)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(c_in, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x).mean((2, 3))
        return self.output(self.dropout(x))
