"""Miniature copies of published corpora, in exactly their layout."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

RATE = 16000


def sound(path: Path, seconds: float = 1.0, rate: int = RATE, channels: int = 1) -> None:
    """Writes noise that depends on the file's name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(list(path.name.encode()))
    soundfile.write(path, rng.normal(0, 0.1, (round(seconds * rate), channels)), rate)


def desed(root: Path) -> None:
    """Six weakly labelled clips, two of them short; three strongly labelled ones, one without an event."""
    weak, strong = root / "metadata" / "train", root / "metadata" / "validation"
    weak.mkdir(parents=True)
    strong.mkdir(parents=True)
    labels = ["Alarm_bell_ringing,Speech", "Dog", "Cat", "Dishes,Frying", "Speech", "Blender"]
    names = [f"Y{number}_30.000_40.000.wav" for number in range(6)]
    rows = [f"{name}\t{words}" for name, words in zip(names, labels, strict=True)]
    (weak / "weak.tsv").write_text("\n".join(["filename\tevent_labels", *rows]) + "\n")
    (weak / "unlabel_in_domain.tsv").write_text("filename\nu1.wav\nu2.wav\n")
    events = ["a.wav\t0.100\t0.500\tDog", "a.wav\t0.400\t1.000\tSpeech", "b.wav\t\t\t", "c.wav\t0.000\t0.700\tCat"]
    (strong / "validation.tsv").write_text("\n".join(["filename\tonset\toffset\tevent_label", *events]) + "\n")
    for number, name in enumerate(names):
        sound(root / "audio" / "train" / "weak" / name, 0.6 if number < 2 else 1.0, 44100, 2)
    for name in ("a", "b", "c"):
        sound(root / "audio" / "validation" / "validation" / f"{name}.wav")


def dcase2017_task4(root: Path) -> None:
    """Six clips for training, two for testing; lists and folders as the organisers publish them."""
    root.mkdir(parents=True, exist_ok=True)
    training = [
        "-09rxiqNNEs,30.000,40.000,Civil defense siren,/m/0dgbq",
        '-0Eem_FuIto,15.000,25.000,"Fire engine, fire truck (siren)",/m/012ndj',
        '0_HnD-rW3lI,170.000,180.000,"Train horn,Train","/m/0284vy3,/m/07jdr"',
        '-8baTnilyjs,30.000,40.000,"Air horn, truck horn",/m/05x_td',
        "--330hg-Ocw,30.000,40.000,Car,/m/0k4j",
        '---lTs1dxhU,0.000,1.000,"Car,Car passing by","/m/0k4j,/t/dd00134"',
    ]
    (root / "training_set.csv").write_text("\n".join(training) + "\n")
    (root / "testing_set.csv").write_text(
        '-5QrBL6MzLg,60.000,70.000,"Train horn,Train","/m/0284vy3,/m/07jdr"\n'
        "-x70B12Mb-8,30.000,40.000,Reversing beeps,/m/02rhddq\n"
    )
    strong = ["-5QrBL6MzLg_60.000_70.000.wav\t0.1\t0.5\tTrain horn", "-5QrBL6MzLg_60.000_70.000.wav\t0\t1\tTrain"]
    strong.append("-x70B12Mb-8_30.000_40.000.wav\t0\t0\tReversing beeps")
    release = root / "groundtruth_release"
    release.mkdir()
    (release / "groundtruth_strong_label_testing_set.csv").write_text("\n".join(strong) + "\n")
    folder = root / "unbalanced_train_segments_training_set_audio_formatted_and_segmented_downloads"
    for line in training:
        name, start, end = line.split(",")[:3]
        sound(folder / f"Y{name}_{start}_{end}.wav", 1.0, 44100)
    for name in ("-5QrBL6MzLg_60.000_70.000", "-x70B12Mb-8_30.000_40.000"):
        sound(root / "testing" / f"{name}.wav")


def tables(root: Path) -> None:
    """Weak labels for training and strong ones for testing."""
    (root / "audio").mkdir(parents=True)
    (root / "train.tsv").write_text(
        "filename\tevent_labels\n" + "".join(f"t{n}.wav\t{'ab'[n % 2]}\n" for n in range(6))
    )
    (root / "test.tsv").write_text("filename,onset,offset,event_label\ne.wav,0.1,0.4,a\ne.wav,0.2,0.9,b\nf.wav,,,\n")
    for name in (*(f"t{n}" for n in range(6)), "e", "f"):
        sound(root / "audio" / f"{name}.wav")


RECORDINGS: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "desed": (desed, []),
    "dcase2017_task4": (dcase2017_task4, []),
    "tables": (tables, ["data.labels=[a,b]"]),
}
"""By choice of `data`: what writes the copy, and what else a command needs."""
